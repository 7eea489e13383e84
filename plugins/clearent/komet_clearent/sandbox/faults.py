"""Faults that can be armed: what each does, whether money moves, and which calls it may meet.

Unless told otherwise with `"book": true | false`, a fault books or not as listed here.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MONEY = frozenset({"sale", "auth", "capture", "void", "refund"})
SERVER = MONEY | {"tip", "search", "token", "batch", "settings"}
PATHS = (*sorted(SERVER), "jwt", "any")


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue. `meets` are the calls that path `any` stands for."""

    explains: str
    books: bool
    meets: frozenset[str] = SERVER


CATALOGUE: Mapping[str, Kind] = {
    "reset_before_booking": Kind("Cuts the connection; nothing was booked.", False),
    "reset_after_booking": Kind("Books, then cuts the connection.", True),
    "silence_before_booking": Kind("Holds the connection without answering or booking.", False),
    "silence_after_booking": Kind("Books, then holds the connection without answering.", True),
    "book_late": Kind("Answers nothing and books after some seconds.", True, MONEY),
    "error_500_before": Kind("Answers 500 with code 050; nothing was booked.", False),
    "error_500_after": Kind("Books, then answers 500 with code 050.", True),
    "html_502": Kind("A proxy's page with status 502; nothing was booked.", False),
    "html_503": Kind("A proxy's page with status 503; nothing was booked.", False),
    "html_504": Kind("A proxy's page with status 504; nothing was booked.", False),
    "rate_limited_429": Kind("Too many calls, with Retry-After; nothing was booked.", False),
    "rate_limited_after_booking": Kind("Books, then says that there were too many calls.", True),
    "unauthorized_401": Kind("Says the key is wrong; nothing was booked.", False),
    "forbidden_403": Kind("Says the key may not do this; nothing was booked.", False),
    "decline_402": Kind("Declines with a code of your choice.", False, MONEY),
    "duplicate_402_045": Kind("Says it is a duplicate, naming no transaction.", False, MONEY),
    "previously_approved_other": Kind(
        "Answers 200 with another, earlier transaction; nothing was booked.", False, MONEY
    ),
    "unparsable": Kind("Books, then answers with something that is not JSON.", True),
    "cut_short": Kind("Books, then sends half of the answer it announced.", True),
    "empty_200": Kind("Books, then answers 200 with an empty body.", True),
    "wrong_type": Kind("Books, then answers with a JSON list.", True),
    "partial_approval": Kind("Approves and books half of the amount.", True, MONEY),
    "other_amount": Kind("Books, but the answer names 1.00 more.", True, MONEY),
    "other_currency": Kind("Books, but the answer says EUR.", True, MONEY),
    "other_reference": Kind("Books, but the answer carries another invoice.", True, MONEY),
    "missing_amount": Kind("Books, but the answer has no amount.", True, MONEY),
    "missing_reference": Kind("Books, but the answer has no invoice or order id.", True, MONEY),
    "drip": Kind("Books, then sends the answer one byte a second.", True),
    "huge": Kind("Books, then streams an answer of 100 MB.", True),
    "redirect": Kind("Sends the caller to another host; nothing was booked.", False),
    "lookup_down": Kind("A search answers 503.", False, frozenset({"search"})),
    "lookup_empty": Kind(
        "Searches find nothing for some seconds after arming.", False, frozenset({"search"})
    ),
    "lookup_twice": Kind(
        "A search finds a second approved transaction like the first, which is then booked.",
        True,
        frozenset({"search"}),
    ),
    "webhook_before_answer": Kind("Books, notifies, and only then answers.", True, MONEY),
    "webhook_storm": Kind(
        "Books, answers, and notifies ten times out of order, once with a forged signature.",
        True,
        MONEY,
    ),
    "close_batch_before": Kind("Closes the terminal's batch, then handles the call.", True),
}

_FIELDS = {"fault", "match", "times", "seconds", "code", "book"}
DEFAULT_SECONDS = {"lookup_empty": 30.0, "book_late": 2.0, "drip": 1.0}


@dataclass(kw_only=True)
class Fault:
    """One armed fault: for a path and a terminal (None is any), so many times."""

    name: str
    path: str = "any"
    account: str | None = None
    times: int = 1
    seconds: float
    code: str = "023"
    books: bool
    armed_at: float = field(default_factory=time.monotonic)

    def fits(self, path: str, account: str | None) -> bool:
        """Whether the fault meets such a call."""
        expected = CATALOGUE[self.name].meets if self.path == "any" else {self.path}
        return path in expected and self.account in (None, account)

    @property
    def is_over(self) -> bool:
        """`lookup_empty` lasts by the clock, every other fault by the number of times."""
        if self.name == "lookup_empty":
            return time.monotonic() > self.armed_at + self.seconds
        return self.times < 1

    def shown(self) -> dict[str, Any]:
        """For the control address and the portal."""
        match = {"path": self.path, "account": self.account}
        shown = {"fault": self.name, "match": match, "times": self.times, "seconds": self.seconds}
        return shown | {"code": self.code, "book": self.books}


class Faults:
    """Armed faults, which fire in the order of arming, and those that have fired."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []
        self._fired: list[dict[str, Any]] = []

    def arm(self, fault: Fault) -> None:
        """Wait for a call that the fault fits."""
        with self._lock:
            self._armed.append(fault)

    def take(self, path: str, account: str | None) -> Fault | None:
        """The first armed fault that fits; it is used up once."""
        with self._lock:
            self._armed = [fault for fault in self._armed if not fault.is_over]
            fault = next((one for one in self._armed if one.fits(path, account)), None)
            if fault is not None:
                fault.times -= 1
                self._fired.append({"fault": fault.name, "path": path, "account": account})
            return fault

    def armed(self) -> list[dict[str, Any]]:
        """What still waits."""
        with self._lock:
            return [fault.shown() for fault in self._armed if not fault.is_over]

    def fired(self) -> list[dict[str, Any]]:
        """What has met a call, oldest first."""
        with self._lock:
            return list(self._fired)

    def clear(self) -> None:
        """Disarm everything and forget what has fired."""
        with self._lock:
            self._armed.clear()
            self._fired.clear()


def read(request: Mapping[str, Any]) -> Fault:
    """Read a fault as the control address takes it.

    Raises:
        ValueError: an unknown fault, path or value; says which.
    """
    name = str(request.get("fault"))
    if name not in CATALOGUE:
        raise ValueError(f"There is no fault named {name}.")
    match = request.get("match") or {}
    unknown = sorted((request.keys() - _FIELDS) | (match.keys() - {"path", "account"}))
    if unknown:
        raise ValueError(f"A fault has no field named {unknown[0]}.")
    path = match.get("path") or "any"
    if path not in PATHS:
        raise ValueError(f"A fault can match {', '.join(PATHS)}, not {path}.")
    return Fault(
        name=name,
        path=path,
        account=match.get("account") or None,
        times=int(request.get("times", 1)),
        seconds=float(request.get("seconds") or DEFAULT_SECONDS.get(name, 120)),
        code=str(request.get("code") or "023"),
        books=bool(request.get("book", CATALOGUE[name].books)),
    )
