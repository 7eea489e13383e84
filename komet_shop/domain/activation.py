"""How a location comes to take cards: the steps, in order, and which one is next."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How far a location's activation is, as its card settings keep it."""

    OFF = "off"
    REQUESTED = "requested"
    RATES_PENDING = "rates_pending"
    KEYS_PENDING = "keys_pending"
    ACTIVE = "active"
    DISABLED = "disabled_contact_support"


class Step(StrEnum):
    """One line of the check-list, in the order in which they are done."""

    ENABLED = "enabled"
    APPLIED = "applied"
    RATES_AGREED = "rates_agreed"
    KEYS_ENTERED = "keys_entered"
    TESTED = "tested"
    ACTIVE = "active"
    SHOWN = "shown"


class Progress(StrEnum):
    """How a step stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


_REACHED = {
    Status.OFF: frozenset[Step](),
    Status.DISABLED: frozenset[Step](),
    Status.REQUESTED: frozenset({Step.ENABLED}),
    Status.RATES_PENDING: frozenset({Step.ENABLED, Step.APPLIED}),
    Status.KEYS_PENDING: frozenset({Step.ENABLED, Step.APPLIED, Step.RATES_AGREED}),
    Status.ACTIVE: frozenset(Step) - {Step.SHOWN},
}
BEGUN = frozenset(Status) - {Status.OFF, Status.DISABLED}
"""There is something to turn off."""
APPLIES = frozenset({Status.REQUESTED, Status.RATES_PENDING})
"""The application form may be sent, also once more to correct it."""
AGREES = frozenset({Status.RATES_PENDING, Status.KEYS_PENDING, Status.ACTIVE})
"""Rates may be written down, also later when they change."""
TAKES_KEYS = frozenset({Status.KEYS_PENDING, Status.ACTIVE})
"""Keys may be entered, and replaced."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A location's status, whether its account has keys, and whether they were proved to work.

    `is_shown`: nothing that is switched off hides card payments from its buyers.
    """

    status: Status = Status.OFF
    has_keys: bool = False
    is_tested: bool = False
    is_shown: bool = False


def done(standing: Standing) -> frozenset[Step]:
    """The steps that are behind. A step counts only when all before it do."""
    reached = _REACHED[standing.status]
    if standing.status is Status.KEYS_PENDING and standing.has_keys:
        reached |= {Step.KEYS_ENTERED}
        if standing.is_tested:
            reached |= {Step.TESTED}
    if standing.status is Status.ACTIVE and standing.is_shown:
        reached |= {Step.SHOWN}
    return reached


def next_step(standing: Standing) -> Step | None:
    """What is to be done now; None when buyers pay by card, or it was turned off for good.

    Rule: docs/operations.md, "Activation".
    """
    if standing.status is Status.DISABLED:
        return None
    behind = done(standing)
    return next((step for step in Step if step not in behind), None)


def checklist(standing: Standing) -> tuple[tuple[Step, Progress], ...]:
    """Every step with how it stands."""
    behind, following = done(standing), next_step(standing)
    return tuple((step, _progress(step, behind, following)) for step in Step)


def _progress(step: Step, behind: frozenset[Step], following: Step | None) -> Progress:
    if step in behind:
        return Progress.DONE
    return Progress.NOW if step is following else Progress.LATER
