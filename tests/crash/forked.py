"""Runs an order of the house in a process of its own, and hears how far it came."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash import house
from tests.crash.house import Order
from tests.worker.processes import eventually

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([house.__name__])
PATIENCE = 30


class Child:
    """A process that does a job of the house."""

    def __init__(self, order: Order) -> None:
        self._report, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=house.run, args=(order, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def wait_until_stopped(self) -> None:
        """Wait until it has fallen asleep at the point where it shall."""
        assert eventually(self._is_stopped, seconds=PATIENCE), "the process did not stop"

    def wake(self) -> None:
        """Let it go on as if nothing had been."""
        os.kill(self._pid, signal.SIGCONT)

    def passed(self) -> list[str] | None:
        """Wait for its end; the points it passed, or None when it was killed."""
        self._process.join(PATIENCE)
        code = self._process.exitcode
        assert code in (0, -signal.SIGKILL), f"the process ended with {code}"
        return self._report.recv() if code == 0 else None

    def end(self) -> None:
        """Let nothing of it be left, whatever it does."""
        self._process.kill()
        self._process.join(PATIENCE)
        self._report.close()

    @property
    def _pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def _is_stopped(self) -> bool:
        assert self._process.is_alive(), "the process ended before it stopped"
        _, _, fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")
        return fields.split()[0] == "T"


@contextmanager
def started(order: Order) -> Iterator[Child]:
    """A process that was started, and that is gone afterwards."""
    child = Child(order)
    try:
        yield child
    finally:
        child.end()


def process(order: Order) -> list[str] | None:
    """Run a process; the points it passed, or None when it was killed."""
    with started(order) as child:
        return child.passed()
