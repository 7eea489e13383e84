"""Counts what is sent to a database. BEGIN and COMMIT are not counted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


class Statements(list[str]):
    """The statements of one thread, in their order."""


@contextmanager
def count_statements(engine: Engine, *, of_all_threads: bool = False) -> Iterator[Statements]:
    """What this thread sends while the block runs; `len()` of it is the count.

    Other threads, such as the crew that calls the gateway, count with `of_all_threads`.
    """
    seen, thread = Statements(), threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        is_ours = of_all_threads or threading.get_ident() == thread
        if is_ours and not statement.startswith(TRANSACTIONS):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
