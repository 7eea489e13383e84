"""Crash points in served processes: a test plans them by files, the process keeps to the plan."""

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from komet_shop.services import deliveries, lookups, order_payments, sending
from komet_shop.services.shop import Shop
from tests.crash import points
from tests.crash.blind_retry import send_again
from tests.crash.points import CrashPoints

PLAN = "CRASH_PLAN"
"""Names the folder of a process's plan."""

TWIN = "CRASH_TWIN"
"""Set: this worker sends again what was not answered, as none must."""

STEPS: tuple[tuple[Any, str], ...] = (
    (order_payments, "pay"),
    (sending, "send"),
    (lookups, "sweep"),
    (deliveries, "deliver_to_erp"),
)
"""What counts. Sessions, mails and the audit's seal go on beside it at times of their own."""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """At which point; whether the whole machine loses power, or one process dies."""

    at: int | None
    machine: bool


@dataclass(frozen=True)
class Plan:
    """What shall happen to a process, and how far it came."""

    folder: Path

    def arm(self, kill_at: int | None = None, *, machine: bool = False) -> None:
        """Count from now on, and kill at that point. Call it while no step is running."""
        self.folder.mkdir(exist_ok=True)
        self._passed.write_text("")
        self._armed.write_text(json.dumps(asdict(Kill(at=kill_at, machine=machine))))

    @property
    def kill(self) -> Kill | None:
        """What is planned; None when nothing is, or when it has happened."""
        try:
            return Kill(**json.loads(self._armed.read_text()))
        except FileNotFoundError:
            return None

    @property
    def passed(self) -> list[str]:
        """The points that were passed since it was armed."""
        return self._passed.read_text().splitlines()

    def note(self, name: str) -> None:
        """One point more."""
        with self._passed.open("a") as passed:
            passed.write(f"{name}\n")

    def strike(self) -> None:
        """It happens now, and to this process only: not to the one that takes its place."""
        self._armed.unlink()

    @property
    def _armed(self) -> Path:
        return self.folder / "armed"

    @property
    def _passed(self) -> Path:
        return self.folder / "passed"


class PlannedPoints(CrashPoints):
    """Points that count within the steps of a sale, while the plan is armed."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan
        self._whole_machine = False
        self._thread = threading.local()
        self._lock = threading.Lock()

    def counting(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """The step, its points counted."""

        @wraps(step)
        def counted(*given: Any, **named: Any) -> Any:
            self._thread.counts = True
            try:
                return step(*given, **named)
            finally:
                self._thread.counts = False

        return counted

    def reached(self, name: str) -> None:
        """Pass a point in a step, or die at it."""
        planned = self._plan.kill if getattr(self._thread, "counts", False) else None
        if planned is None:
            return
        with self._lock:
            self._plan.note(name)
            self.kill_at, self._whole_machine = planned.at, planned.machine
            super().reached(name)

    def kill(self) -> None:
        """Die alone, or together with everything that was started on this machine."""
        self._plan.strike()
        if self._whole_machine:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        super().kill()


def install() -> None:
    """Put the points into this process, before anything of the shop runs."""
    if TWIN in os.environ:
        lookups.sweep = _sweep_blindly
    passed = PlannedPoints(Plan(Path(os.environ[PLAN])))
    for module, name in STEPS:
        setattr(module, name, passed.counting(getattr(module, name)))
    points.watch(passed)


def _sweep_blindly(shop: Shop, *, owner: str) -> int:
    send_again(shop)
    return 0
