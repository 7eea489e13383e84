"""States of one operation, and the only ways between them."""

from enum import StrEnum

from komet_shop.plugin_api import Kind


class State(StrEnum):
    """Where an operation stands. Rule: docs/payments.md, "States"."""

    CREATED = "created"
    SENDING = "sending"
    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NEEDS_REVIEW = "needs_review"
    STRAY = "stray"


class Resolution(StrEnum):
    """What becomes of stray money; none while nobody has decided."""

    RETURNING = "returning"
    RETURNED = "returned"
    APPLIED = "applied"


UNSETTLED = frozenset({State.CREATED, State.SENDING, State.UNKNOWN, State.NEEDS_REVIEW})
"""Reservations stand and nothing may follow yet."""

REFUSED = frozenset({State.DECLINED, State.FAILED})
"""No money moved; reservations are released."""

HAS_MONEY = frozenset({State.APPROVED, State.STRAY})

CHARGES = frozenset({Kind.SALE, Kind.AUTHORIZE})
FOLLOW_UPS = frozenset({Kind.CAPTURE, Kind.VOID, Kind.REFUND})

TRANSITIONS: frozenset[tuple[State, State]] = frozenset(
    {
        (State.CREATED, State.SENDING),
        (State.CREATED, State.FAILED),
        (State.SENDING, State.APPROVED),
        (State.SENDING, State.DECLINED),
        (State.SENDING, State.FAILED),
        (State.SENDING, State.UNKNOWN),
        (State.UNKNOWN, State.APPROVED),
        (State.UNKNOWN, State.DECLINED),
        (State.UNKNOWN, State.FAILED),
        (State.UNKNOWN, State.NEEDS_REVIEW),
        (State.NEEDS_REVIEW, State.APPROVED),
        (State.NEEDS_REVIEW, State.DECLINED),
        (State.NEEDS_REVIEW, State.FAILED),
        (State.DECLINED, State.STRAY),
        (State.FAILED, State.STRAY),
    }
)


class IllegalTransition(Exception):
    """Somebody asked for a way that does not exist. Nothing was changed."""


def require_legal(origin: State, target: State) -> None:
    """Let a listed transition pass.

    Raises:
        IllegalTransition: the pair is not in TRANSITIONS.
    """
    if (origin, target) not in TRANSITIONS:
        raise IllegalTransition(f"{origin} → {target}")
