"""Tells how the start gets on: a line for each step, a moving one while it lasts."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """Writes to a console; a terminal sees each step while it runs."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show a step while the block lasts and its seconds after; gives a function that says
        what is going on within it."""
        began = time.monotonic()
        with self._console.status(f"{title} ...") as status:
            yield lambda detail: status.update(f"{title}: {detail}")
        seconds = time.monotonic() - began
        self._console.print(f"{title:<48}{seconds:5.1f} s", highlight=False)
