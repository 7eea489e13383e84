"""What a change of card settings will do, counted before it is saved."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import CARD_CURRENCY
from komet_shop.domain.card_settings import Fees, Switch, Way
from komet_shop.services import card_board, card_headcounts
from komet_shop.services.card_board import Board, Place
from komet_shop.services.card_headcounts import Payers
from komet_shop.services.scope import Scope


class Effect(StrEnum):
    """One kind of thing that happens to people."""

    PAY_LOST = "pay_lost"
    PAY_GAINED = "pay_gained"
    REQUIREMENT_RESTS = "requirement_rests"
    REQUIREMENT_COUNTS = "requirement_counts"
    MONEY_HELD = "money_held"
    MONEY_TAKEN = "money_taken"
    CARDS_MANAGED = "cards_managed"
    CARDS_LEFT_ALONE = "cards_left_alone"
    CONFIRMING_PAID = "confirming_paid"
    CONFIRMING_UNPAID = "confirming_unpaid"
    FEE_ADDED = "fee_added"
    FEE_CHANGED = "fee_changed"
    FEE_GONE = "fee_gone"


@dataclass(frozen=True, kw_only=True)
class Impact:
    """How many people something happens to, and at which locations, by name.

    `fees` is the fee that will count, of effects about fees.
    """

    effect: Effect
    count: int
    places: tuple[str, ...]
    fees: Fees = Fees()


_SWITCHED = {
    Switch.PREAUTHORIZATION: (Effect.MONEY_TAKEN, Effect.MONEY_HELD),
    Switch.SALESPEOPLE: (Effect.CARDS_LEFT_ALONE, Effect.CARDS_MANAGED),
    Switch.PAY_ON_CONFIRMATION: (Effect.CONFIRMING_UNPAID, Effect.CONFIRMING_PAID),
}
"""What it does to switch something off, and on."""

_Found = tuple[Effect, int, Fees]


def impacts(session: Session, company_id: int, *, before: Board, after: Board) -> list[Impact]:
    """What happens at locations that take cards; what happens to nobody is left out.

    A company that switched In-App payments off takes cards on terminals only; to switch them
    off or on counts like switching the shop's card payments.
    At most five statements, however many locations and customers there are.
    """
    if before.currency != CARD_CURRENCY:
        return []
    counted = _Counts(session, company_id)
    found: dict[_Found, list[str]] = defaultdict(list)
    for was, will_be in zip(before.places, after.places, strict=True):
        if not was.is_active:
            continue
        step = _Step(before=before, after=after, place=will_be, counted=counted)
        for one in step.effects():
            found[one].append(was.name)
    return [
        Impact(effect=effect, count=count, places=tuple(places), fees=fees)
        for (effect, count, fees), places in found.items()
        if count
    ]


class _Counts:
    """Each count is asked for once, and only when something depends on it."""

    def __init__(self, session: Session, company_id: int) -> None:
        self._session, self._company_id = session, company_id

    @cached_property
    def buyers(self) -> int:
        return card_headcounts.buyers(self._session, self._company_id)

    @cached_property
    def required(self) -> int:
        return card_headcounts.customers_who_must_pay(self._session, self._company_id)

    @cached_property
    def payers(self) -> list[Payers]:
        return card_headcounts.payers(self._session, self._company_id)

    @cached_property
    def sales_people(self) -> dict[int, int]:
        return card_headcounts.sales_people(self._session, self._company_id)

    @cached_property
    def confirmers(self) -> dict[int, int]:
        return card_headcounts.confirmers(self._session, self._company_id)


@dataclass(frozen=True, kw_only=True)
class _Step:
    """From one board to another, at one location."""

    before: Board
    after: Board
    place: Place
    counted: _Counts

    def effects(self) -> Iterator[_Found]:
        yield from self._pay_effects()
        for which, (off, on_effect) in _SWITCHED.items():
            if self._turned(which):
                effect = on_effect if self._is_on(which) else off
                yield effect, self._heads(which), Fees()
        if self.before.method_in_use == self.after.method_in_use:
            yield from self._fee_effects()

    def _pay_effects(self) -> Iterator[_Found]:
        nothing = Fees()
        if self._turned(Switch.ECOMMERCE):
            on = self._is_on(Switch.ECOMMERCE)
            yield (Effect.PAY_GAINED if on else Effect.PAY_LOST), self.counted.buyers, nothing
            rule = Effect.REQUIREMENT_COUNTS if on else Effect.REQUIREMENT_RESTS
            yield rule, self.counted.required, nothing

    def _turned(self, which: Switch) -> bool:
        return self._stands(self.before, which) != self._is_on(which)

    def _is_on(self, which: Switch) -> bool:
        return self._stands(self.after, which)

    def _stands(self, board: Board, which: Switch) -> bool:
        needs_method = which in (Switch.ECOMMERCE, Switch.PAY_ON_CONFIRMATION)
        is_possible = board.method_in_use or not needs_method
        return is_possible and board.switch(which, self.place.code).value

    def _heads(self, which: Switch) -> int:
        if which is Switch.SALESPEOPLE:
            return self.counted.sales_people.get(self.place.id, 0)
        if which is Switch.PREAUTHORIZATION:
            return self.counted.buyers if self._is_on(Switch.ECOMMERCE) else 0
        return self.counted.confirmers.get(self.place.id, 0)

    def _fee_effects(self) -> Iterator[_Found]:
        was = self.before.fees(self.place.code).value
        will_be = self.after.fees(self.place.code).value
        if was == will_be:
            return
        counts = dict.fromkeys((Effect.FEE_ADDED, Effect.FEE_CHANGED, Effect.FEE_GONE), 0)
        for group in self.counted.payers:
            effect = _fee_effect(group.pays(self._charged(was)), group.pays(self._charged(will_be)))
            if effect is not None:
                counts[effect] += group.count
        for effect, count in counts.items():
            yield effect, count, will_be

    def _charged(self, fees: Fees) -> Fees:
        unused = frozenset() if self.before.method_in_use else frozenset({Way.IN_APP})
        return replace(fees, ways=fees.ways - unused)


def of_showing(session: Session, scope: Scope, code: str, *, on: bool) -> list[Impact]:
    """What it does that a location shows card payments to buyers from now on, or hides them.

    Raises:
        NoSuchLocation
    """
    board = card_board.read(session, scope)
    after = board.deciding(code, replace(board.decided(code), ecommerce_on=on))
    return impacts(session, scope.company_id, before=board, after=after)


def of_activation(session: Session, scope: Scope, code: str) -> list[Impact]:
    """What buyers will see once a location takes cards: nothing new while it hides them.

    Raises:
        NoSuchLocation
    """
    active = card_board.read(session, scope).taking_cards(code)
    hidden = active.deciding(code, replace(active.decided(code), ecommerce_on=False))
    return impacts(session, scope.company_id, before=hidden, after=active)


def of_method(session: Session, scope: Scope, *, in_use: bool) -> list[Impact]:
    """What it does that the company takes cards without a terminal from now on, or does not."""
    board = card_board.read(session, scope)
    return impacts(session, scope.company_id, before=board, after=board.using_method(in_use))


def _fee_effect(before: object, after: object) -> Effect | None:
    if before == after:
        return None
    if before is None:
        return Effect.FEE_ADDED
    return Effect.FEE_CHANGED if after is not None else Effect.FEE_GONE
