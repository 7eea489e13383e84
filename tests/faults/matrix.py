"""The thirty faults by eight flows. How a flow must end follows from what the gateway did.

Where a flow ends otherwise, `OTHERWISE` says why; where a fault cannot meet it, `SENSELESS`.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from komet_shop.domain.operation_states import Resolution, State
from tests.faults import meanwhile, places
from tests.faults.arming import AtTheGateway, OnTheWire, usual_address
from tests.faults.fault import Fault, charged, not_charged, told, unreached
from tests.faults.flows import (
    AUTHORIZE,
    CAPTURE,
    CREDIT_REFUND,
    FLOWS,
    NEW_CARD,
    REFUND,
    SAVED_CARD,
    SURCHARGED,
    VOID,
    Flow,
)
from tests.faults.proxy import Script, Way

DATABASES = ("sqlite", "postgresql")
RESET = "reset_after_booking"
FOR_EVER = 3600
STEP, SHIFT = 1, 19
"""Which cells are quick; with these numbers each flow is among them and 30 meets the void."""
APPROVED, DECLINED, FAILED = State.APPROVED, State.DECLINED, State.FAILED
UNKNOWN, REVIEW, STRAY = State.UNKNOWN, State.NEEDS_REVIEW, State.STRAY

FAULTS = (
    told(0, "nothing goes wrong", usual_address, APPROVED),
    charged(
        0,
        "answer just in time",
        OnTheWire(Script(answer=Way(after=0.5))),
        at_once=None,
        silent=True,
    ),
    unreached(1, "name not known", places.no_such_name),
    unreached(2, "connection refused", places.nobody),
    unreached(3, "no connection in time", places.never_accepts, silent=True),
    unreached(4, "bad certificate", places.wrong_certificate),
    not_charged(5, "reset within the head", OnTheWire(Script(request=Way(most=100)))),
    not_charged(5, "reset within the body", OnTheWire(Script(request=Way(until=b'{"')))),
    not_charged(6, "reset, not charged", "reset_before_booking"),
    charged(7, "charged, then reset", RESET),
    charged(7, "charged, reset in the answer", OnTheWire(Script(answer=Way(most=80)))),
    not_charged(8, "silence, not charged", "silence_before_booking", silent=True),
    not_charged(8, "silence on the wire", OnTheWire(Script(silent=True)), silent=True),
    charged(9, "charged, then silence", "silence_after_booking", silent=True),
    charged(9, "answer just too late", OnTheWire(Script(answer=Way(after=1.3))), silent=True),
    charged(
        10,
        "charged after our deadline",
        AtTheGateway("book_late", more={"seconds": 1.2}),
        silent=True,
        after=meanwhile.late_booking,
    ),
    not_charged(
        10,
        "charged after we gave it up",
        OnTheWire(Script(request=Way(held=True))),
        silent=True,
        later=meanwhile.very_late_booking,
        late=STRAY,
    ),
    not_charged(11, "500, not charged", "error_500_before"),
    charged(12, "500, charged", "error_500_after"),
    not_charged(13, "502 with HTML", "html_502"),
    not_charged(13, "503 with HTML", "html_503"),
    not_charged(13, "504 with HTML", "html_504"),
    charged(13, "504 with HTML, charged", AtTheGateway("html_504", more={"book": True})),
    not_charged(14, "429", "rate_limited_429"),
    charged(14, "429, charged", "rate_limited_after_booking"),
    told(15, "401 in mid-day", "unauthorized_401", FAILED),
    told(15, "403 in mid-day", "forbidden_403", FAILED),
    told(16, "402 decline", "decline_402", DECLINED),
    not_charged(17, "402 duplicate", "duplicate_402_045"),
    charged(17, "402 duplicate, charged", AtTheGateway("duplicate_402_045", more={"book": True})),
    told(
        18,
        "200 previously approved",
        "previously_approved_other",
        FAILED,
        before=meanwhile.one_more_before,
    ),
    charged(19, "200 unparsable", "unparsable"),
    charged(20, "200 cut short", "cut_short"),
    charged(20, "200 cut on the wire", OnTheWire(Script(answer=Way(until=b'"id"', closes=True)))),
    charged(21, "200 empty", "empty_200"),
    charged(21, "200 of a wrong type", "wrong_type"),
    charged(22, "200 with another amount", "other_amount"),
    told(22, "200 without an amount", "missing_amount", APPROVED),
    charged(22, "200 partial", "partial_approval", end=REVIEW, moved=Fraction(1, 2)),
    charged(22, "200 with another currency", "other_currency"),
    charged(23, "200 with another reference", "other_reference"),
    told(23, "200 without a reference", "missing_reference", APPROVED),
    charged(24, "one byte a second", "drip", silent=True),
    charged(
        24,
        "one byte a second on the wire",
        OnTheWire(Script(answer=Way(drip=1, pause=1))),
        silent=True,
    ),
    charged(25, "100 MB", "huge"),
    not_charged(26, "redirect to another host", "redirect"),
    charged(27, "lookup down", AtTheGateway(RESET, lookup="lookup_down", lookup_more={"times": 2})),
    charged(
        27,
        "lookup down for a day",
        AtTheGateway(RESET, lookup="lookup_down", lookup_more={"times": 1000}),
        end=REVIEW,
        moved=Fraction(1),
    ),
    charged(
        27,
        "lookup finds it later",
        AtTheGateway(RESET, lookup="lookup_empty", lookup_more={"seconds": FOR_EVER}),
        after=meanwhile.found_after_a_while,
    ),
    charged(
        27,
        "lookup finds it much later",
        AtTheGateway(RESET, lookup="lookup_empty", lookup_more={"seconds": FOR_EVER}),
        after=meanwhile.found_after_all_rounds,
    ),
    charged(
        28,
        "lookup finds two",
        AtTheGateway(RESET, lookup="lookup_twice"),
        strays=(Resolution.RETURNED,),
    ),
    told(
        29,
        "webhook before the answer",
        "webhook_before_answer",
        APPROVED,
        before=meanwhile.notified,
        after=meanwhile.one_notification,
    ),
    told(
        29,
        "ten webhooks, one forged",
        "webhook_storm",
        APPROVED,
        before=meanwhile.notified,
        after=meanwhile.ten_notifications,
    ),
    told(30, "batch closes before it", "close_batch_before", DECLINED),
)


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """Why some flows end in another way than the fault says, and how."""

    because: str
    fault: str
    flows: tuple[Flow, ...]
    ends: dict[str, Any]


OTHERWISE = (
    Otherwise(
        because="an answer to a void may carry the reference of what it undid",
        fault="23 200 with another reference",
        flows=(VOID,),
        ends={"at_once": APPROVED},
    ),
    Otherwise(
        because=(
            "a new account has no transaction that a control lookup could miss, so that three "
            "noes are believed; the money is found by the watch"
        ),
        fault="27 lookup finds it much later",
        flows=(NEW_CARD, SAVED_CARD, SURCHARGED, AUTHORIZE),
        ends={"end": FAILED, "late": STRAY},
    ),
    Otherwise(
        because="what went back twice is not charged again by itself: a person decides",
        fault="28 lookup finds two",
        flows=(REFUND, CREDIT_REFUND),
        ends={"strays": (None,), "moved": Fraction(2)},
    ),
    Otherwise(
        because="a transaction is undone once, however often that is in the record",
        fault="28 lookup finds two",
        flows=(VOID,),
        ends={"strays": ()},
    ),
    Otherwise(
        because="only a void needs the open batch",
        fault="30 batch closes before it",
        flows=(CAPTURE, REFUND, CREDIT_REFUND),
        ends={"at_once": APPROVED, "end": APPROVED},
    ),
)

SENSELESS = {
    ("22 200 partial", VOID.name): "a void names no amount, it is always whole",
} | {
    ("30 batch closes before it", flow.name): "no batch holds anything of it yet"
    for flow in (NEW_CARD, SAVED_CARD, SURCHARGED, AUTHORIZE)
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A flow that meets a fault."""

    flow: Flow
    fault: Fault

    @property
    def key(self) -> str:
        """As the tests' names show it."""
        return f"{self.fault.key}, {self.flow.name}"


def cells() -> list[Cell]:
    """All that make sense."""
    return [
        Cell(flow=flow, fault=_as_met_by(flow, fault))
        for fault in FAULTS
        for flow in FLOWS
        if (fault.key, flow.name) not in SENSELESS
    ]


def quick_runs() -> set[tuple[str, str]]:
    """One cell of each fault, so that its variants and the flows take turns; and its databases.

    Both where money moved and nobody said so, else one or the other.
    """
    by_number: dict[int, list[Cell]] = {}
    for cell in cells():
        by_number.setdefault(cell.fault.number, []).append(cell)
    del by_number[0]
    chosen = [met[(number * STEP + SHIFT) % len(met)] for number, met in by_number.items()]
    return {(cell.key, database) for cell in chosen for database in _quick_on(cell.fault)}


def _quick_on(fault: Fault) -> tuple[str, ...]:
    if fault.share and fault.at_once is UNKNOWN:
        return DATABASES
    return DATABASES[fault.number % 2 :][:1]


def _as_met_by(flow: Flow, fault: Fault) -> Fault:
    for one in OTHERWISE:
        if one.fault == fault.key and flow in one.flows:
            return replace(fault, **one.ends)
    return fault
