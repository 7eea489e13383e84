"""Ctrl-C and polite kills: they end the demo at once, except while a process is being started."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody wants the demo to end. No `except Exception` on the way may swallow it."""


class Interruption:
    """Counts the signals: the first ends the demo, a further one stops all waiting."""

    def __init__(self) -> None:
        self._count = 0
        self._held = False

    def listen(self) -> None:
        """Take over the signals; from the main thread."""
        for number in SIGNALS:
            signal.signal(number, self._arrived)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the block finish first: a process that was started must be noted, or nobody ends it.

        Raises:
            Interrupted: after the block, when a signal came during it.
        """
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._count:
            raise Interrupted

    def begin_to_end(self) -> None:
        """From now on signals only make it faster."""
        self._held = True

    @property
    def is_impatient(self) -> bool:
        """True when the signal was repeated."""
        return self._count > 1

    def _arrived(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
        if not self._held and self._count == 1:
            raise Interrupted
