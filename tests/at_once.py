"""Races: everybody waits at a barrier, and then does it at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

THREADS = 16
PATIENCE_SECONDS = 20

Answer = TypeVar("Answer")


_EVERYBODY = Barrier(THREADS)


def everybody_has_looked() -> None:
    """Wait until all THREADS are here: a naive twin then loses its race every time."""
    _EVERYBODY.wait(PATIENCE_SECONDS)


def at_once(jobs: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
    """What each job returned or raised, each run on a thread of its own."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Answer]) -> Answer | Exception:
        barrier.wait()
        try:
            return job()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
