"""Counts what is sent to a database. BEGIN and COMMIT are not counted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")
CREW = "gateway"
"""How the threads that call the gateway are named."""


class Statements(list[str]):
    """The statements of requests, or of the test itself; those of the crew stand apart."""

    def __init__(self) -> None:
        super().__init__()
        self.of_crew: list[str] = []


@contextmanager
def count_statements(engine: Engine) -> Iterator[Statements]:
    """What is sent while the block runs; `len()` of it is the count."""
    seen = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(TRANSACTIONS):
            return
        of_crew = threading.current_thread().name.startswith(CREW)
        (seen.of_crew if of_crew else seen).append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
