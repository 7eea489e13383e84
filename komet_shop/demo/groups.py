"""Process groups: ended politely first, for good after ten seconds."""

import os
import signal
import time
from collections.abc import Callable, Iterable

PATIENCE_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.03


def is_alive(group: int) -> bool:
    """True while any process of the group runs."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # macOS refuses for processes that have ended
        return False
    return True


def end_groups(
    groups: Iterable[int],
    *,
    look: Callable[[], object] = lambda: None,
    is_impatient: Callable[[], bool] = lambda: False,
) -> None:
    """Ask all groups to end, wait up to ten seconds, kill what is left.

    `look` is called between looks, for a parent that must collect its children;
    `is_impatient` cuts the wait short.
    """
    left = _signal(groups, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < deadline and not is_impatient():
        time.sleep(_LOOK_EVERY_SECONDS)
        look()
        left = [group for group in left if is_alive(group)]
    _signal(left, signal.SIGKILL)
    look()


def _signal(groups: Iterable[int], number: int) -> list[int]:
    """The groups that were there to get it."""
    reached = []
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            continue
        reached.append(group)
    return reached
