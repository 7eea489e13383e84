"""A small, bounded crew for calls to the gateway, so that it never takes the whole shop."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Full(Exception):
    """As many payments as allowed are under way. Nothing was written or sent."""


class Slot:
    """A place in the crew: use it once, or give it back."""

    def __init__(self, bulkhead: "Bulkhead") -> None:
        self._bulkhead = bulkhead
        self._open = True

    def submit(self, job: Callable[[], Result]) -> "Future[Result]":
        """Run the job on the crew; the place is free again when it ends."""
        self._open = False
        future = self._bulkhead.executor.submit(job)
        future.add_done_callback(lambda _: self._bulkhead.free())
        return future

    def give_back(self) -> None:
        """Nothing to run after all."""
        if self._open:
            self._open = False
            self._bulkhead.free()


class Bulkhead:
    """`at_once` calls run, as many again may wait; more are refused before they start."""

    def __init__(self, at_once: int) -> None:
        self.executor = ThreadPoolExecutor(at_once, thread_name_prefix="gateway")
        self._places = threading.BoundedSemaphore(2 * at_once)

    def reserve(self) -> Slot:
        """Take a place before anything is written.

        Raises:
            Full: no place is left; ask the customer to try again in a moment.
        """
        if not self._places.acquire(blocking=False):
            raise Full
        return Slot(self)

    def free(self) -> None:
        """One place more."""
        self._places.release()

    def drain(self) -> None:
        """Wait for the calls in flight, at shutdown."""
        self.executor.shutdown(wait=True)
