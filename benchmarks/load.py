"""A closed loop: each visitor asks again as soon as the answer is there."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.visitors import PAYING, Visitor

Task = Callable[[Visitor], None]
MOST_TIMES = 20_000


@dataclass
class Sample:
    """What was done in how many seconds. `laps`: seconds of each task, `paying` of that request."""

    seconds: float = 0.0
    laps: list[float] = field(default_factory=list)
    paying: list[float] = field(default_factory=list)

    def add(self, other: "Sample") -> None:
        """Take another round in."""
        self.seconds += other.seconds
        self.laps += other.laps
        self.paying += other.paying


def measure(visitors: Sequence[Visitor], task: Task, seconds: float) -> Sample:
    """All visitors at once, for so many seconds or 20,000 times, whichever comes first.

    What has begun is finished. Raises what a visitor met first.
    """
    began = time.perf_counter()
    loops = [
        _Loop(visitor, task, began + seconds, MOST_TIMES // len(visitors)) for visitor in visitors
    ]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    whole = Sample(seconds=time.perf_counter() - began)
    for loop in loops:
        if loop.error is not None:
            raise loop.error
        whole.add(loop.sample)
    return whole


class _Loop(threading.Thread):
    def __init__(self, visitor: Visitor, task: Task, end: float, most: int) -> None:
        super().__init__(daemon=True)
        self._visitor = visitor
        self._task = task
        self._end = end
        self._most = most
        self.sample = Sample()
        self.error: Exception | None = None

    def run(self) -> None:
        self._visitor.browser.take_laps()
        try:
            while time.perf_counter() < self._end and len(self.sample.laps) < self._most:
                self._task(self._visitor)
                self._note(self._visitor.browser.take_laps())
        except Exception as error:  # told by `measure`, on the thread that waits for us
            self.error = error
        finally:
            self._visitor.browser.leave()

    def _note(self, laps: list[float]) -> None:
        self.sample.laps.append(sum(laps))
        if len(laps) > PAYING:
            self.sample.paying.append(laps[PAYING])
