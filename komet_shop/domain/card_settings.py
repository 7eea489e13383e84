"""What counts at a location: its own decision, else the company's, else off."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from komet_shop.domain.card_rules import Channel

T = TypeVar("T")


class Switch(StrEnum):
    """What is on or off. The values are the names of the columns that keep it."""

    ECOMMERCE = "ecommerce_on"
    SALESPEOPLE = "salespeople_manage_cards"
    PREAUTHORIZATION = "preauthorization_on"
    PAY_ON_CONFIRMATION = "pay_on_confirmation_on"


class FeeType(StrEnum):
    """A fee on card payments: none, a flat one, or a percentage that the gateway may drop."""

    NONE = "none"
    CONVENIENCE = "convenience"
    SURCHARGE = "surcharge"


class Way(StrEnum):
    """How the card is read."""

    IN_APP = "in_app"
    TERMINAL = "terminal"


class Origin(StrEnum):
    """Who decided."""

    LOCATION = "location"
    COMPANY = "company"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Effective(Generic[T]):
    """A value, and who decided it."""

    value: T
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class Fees:
    """The fee on card payments, and where it is taken.

    `flat_cents` belongs to a convenience fee, `basis_points` to a surcharge.
    `blocked_states`: no surcharge for customers who are billed there.
    """

    type: FeeType = FeeType.NONE
    flat_cents: int = 0
    basis_points: int = 0
    channels: frozenset[Channel] = frozenset()
    ways: frozenset[Way] = frozenset()
    blocked_states: tuple[str, ...] = ()


class Decided(Protocol):
    """One level's decisions, as the tables keep them; None leaves it to the level above."""

    ecommerce_on: bool | None
    salespeople_manage_cards: bool | None
    preauthorization_on: bool | None
    pay_on_confirmation_on: bool | None
    fee_type: str | None
    fee_cents: int
    fee_bp: int
    fee_channels: str
    fee_ways: str
    fee_blocked_states: str


MOST_FLAT_BP = 399
"""A convenience fee is at most this share of the amount, in basis points."""
MOST_SURCHARGE_BP = 400
"""What a company may decide."""
MOST_SERVICE_FEE_BP = 399
"""What is charged of it: gateways refuse a service fee above this share of the amount."""
USUAL_MOST_SURCHARGE_BP = 300
SURCHARGE_BLOCKED = ("CT", "MA", "PR")
"""Where surcharges are forbidden, unless the company knows better."""


def switch(which: Switch, *, company: Decided | None, location: Decided | None) -> Effective[bool]:
    """Whether something is on at a location. Rule: docs/card-rules.md, "Settings"."""
    for level, origin in ((location, Origin.LOCATION), (company, Origin.COMPANY)):
        decided: bool | None = getattr(level, which) if level is not None else None
        if decided is not None:
            return Effective(value=decided, origin=origin)
    return Effective(value=False, origin=Origin.DEFAULT)


def fees(*, company: Decided | None, location: Decided | None) -> Effective[Fees]:
    """The fee at a location: decided as a whole, never half here and half there."""
    for level, origin in ((location, Origin.LOCATION), (company, Origin.COMPANY)):
        if level is not None and level.fee_type is not None:
            return Effective(value=_fees_of(level, level.fee_type), origin=origin)
    return Effective(value=Fees(), origin=Origin.DEFAULT)


def as_words(words: Iterable[str]) -> str:
    """How a set of words is kept in one column: sorted, with commas."""
    return ",".join(sorted(words))


def _fees_of(level: Decided, fee_type: str) -> Fees:
    return Fees(
        type=FeeType(fee_type),
        flat_cents=level.fee_cents,
        basis_points=level.fee_bp,
        channels=frozenset(Channel(word) for word in _words(level.fee_channels)),
        ways=frozenset(Way(word) for word in _words(level.fee_ways)),
        blocked_states=tuple(_words(level.fee_blocked_states)),
    )


def _words(listed: str) -> list[str]:
    return [word for word in listed.split(",") if word]
