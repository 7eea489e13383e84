"""Things that go wrong on command: each fault waits for the calls it was written for."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

KINDS = {
    "refuse": "The connection breaks before the call is looked at. Not counted, not booked.",
    "down": "A maintenance page with HTTP 503. Not counted, not booked.",
    "reset_before": "The call arrives and is counted, then the connection breaks. Not booked.",
    "reset_after": "Booked, then the connection breaks before the answer.",
    "silence_before": "No answer for half a minute. Not booked.",
    "silence_after": "Booked, then no answer for half a minute.",
    "error_500_before": "HTTP 500. Not booked.",
    "error_500_after": "Booked, then HTTP 500.",
    "unparsable": "Booked, then an answer that breaks off in the middle of its JSON.",
    "status_zero": "Refused with a message, as Komet refuses. Not booked.",
    "slow": "Waits two seconds, then works.",
    "limit_reached": "Refused as if the day's calls were used up. Not booked.",
    "html_200": "A sign-in page of some network with HTTP 200. Not booked.",
}
WAITS = {"slow": 2.0, "silence_before": 30.0, "silence_after": 30.0}


@dataclass(kw_only=True)
class Fault:
    """One kind of trouble, for which calls, and how many of them (None: until cleared)."""

    fault: str
    match: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    seconds: float = 0.0
    message: str = "The request could not be processed."

    def hits(self, method: str, values: Mapping[str, object]) -> bool:
        """True for a call of the method (or any) whose parameters equal the others in `match`."""
        wanted = dict(self.match)
        return wanted.pop("method", "any") in ("any", method) and all(
            str(values.get(name, "")) == value for name, value in wanted.items()
        )


class FaultBoard:
    """The faults that are set, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, wanted: Mapping[str, object]) -> Fault:
        """Set a fault from the JSON of the control address.

        Raises:
            ValueError: unknown kind, or a field that makes no sense.
        """
        fault = _read(wanted)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, method: str, values: Mapping[str, object]) -> Fault | None:
        """The fault that this call meets, if any; its count goes down by one."""
        with self._lock:
            found = next((fault for fault in self._faults if fault.hits(method, values)), None)
            if found is not None and found.times is not None:
                found.times -= 1
                self._faults = [fault for fault in self._faults if fault.times != 0]
            return found

    def clear(self, kind: str | None = None) -> None:
        """Take away all faults, or those of one kind."""
        with self._lock:
            self._faults = [row for row in self._faults if kind is not None and row.fault != kind]

    def listed(self) -> list[dict[str, object]]:
        """What is set now, for people and programs to read."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]


def _read(wanted: Mapping[str, object]) -> Fault:
    kind, times = wanted.get("fault"), wanted.get("times", 1)
    match = wanted.get("match") or {}
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"fault is one of {', '.join(KINDS)}.")
    if times is not None and (type(times) is not int or times < 1):
        raise ValueError("times is a whole number above 0, or null for 'until cleared'.")
    if not isinstance(match, dict):
        raise ValueError('match is an object such as {"method": "payment.receive"}.')
    seconds = wanted.get("seconds", WAITS.get(kind, 0.0))
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise ValueError("seconds is a number from 0 to 600.")
    return Fault(
        fault=kind,
        match={str(name): str(value) for name, value in match.items()},
        times=times,
        seconds=float(seconds),
        message=str(wanted.get("message", Fault.message))[:500],
    )
