"""Decisions about a payment that waits for a person, with what each will do."""

from dataclasses import replace

from flask import url_for
from flask_babel import gettext as _

from komet_shop.domain.operation_states import State
from komet_shop.plugin_api import Kind
from komet_shop.services.review_decisions import Outcome
from komet_shop.services.review_hints import Hint
from komet_shop.services.reviews import Item
from komet_shop.web.filters import money
from komet_shop.web.reviews.offers import Offer, buyer, checks_out, how_it_goes_back

MONEY_BACK = frozenset({Kind.VOID, Kind.REFUND, Kind.CREDIT_REFUND})


def offers(item: Item, hint: Hint) -> list[Offer]:
    """What can be decided about an operation that waits for a person; the likely ones first.

    What the gateway's last answer forbids is there too, with the reason: the shop would ask
    once more, hear the same and refuse.
    """
    if item.state is not State.NEEDS_REVIEW:
        return []
    offered = [_charged(item), _not_charged(item)]
    if item.kind is not Kind.VOID:
        offered.append(_otherwise(item, hint))
    if hint.outcome is None:
        return offered
    likely = [replace(one, is_likely=True) for one in offered if one.outcome == hint.outcome]
    return likely + [_unlikely(one, item, hint) for one in offered if one.outcome != hint.outcome]


def button(item: Item, outcome: Outcome, cents: int = 0) -> str:
    """What stands on the button of a decision. `cents`: what the gateway moved instead."""
    if outcome is Outcome.CHARGED:
        return _charged_texts(item.kind, "")[2]
    if outcome is Outcome.NOT_CHARGED:
        is_back = item.kind in MONEY_BACK
        return str(_("Close it as not done") if is_back else _("Close it as not charged"))
    if item.kind in MONEY_BACK:
        return str(_("Keep it as unexpected money"))
    if not cents:
        return str(_("Give it back"))
    return str(_("Give %(amount)s back", amount=money(cents, item.currency)))


def _decision(
    item: Item, outcome: Outcome, title: str, *points: str, there_cents: int = 0
) -> Offer:
    return Offer(
        name=outcome.value,
        outcome=outcome.value,
        action=url_for("reviews.decide", operation_id=item.public_id),
        title=title,
        points=tuple(point for point in points if point),
        button=button(item, outcome, there_cents),
        names_transaction=outcome is Outcome.CHARGED,
    )


def _charged(item: Item) -> Offer:
    amount = money(item.amount_cents, item.currency)
    title, done, _button = _charged_texts(item.kind, amount)
    asked_again = _(
        "The shop asks the card processor once more and believes only a transaction of exactly "
        "%(amount)s.",
        amount=amount,
    )
    return _decision(item, Outcome.CHARGED, title, done, checks_out(item), asked_again)


def _charged_texts(kind: Kind, amount: str) -> tuple[str, str, str]:
    booked = _("The payment is booked, Komet is told, and the customer gets the receipt by mail.")
    if kind is Kind.SALE:
        return _("The card was charged %(amount)s", amount=amount), booked, _("Book it as paid")
    if kind is Kind.CAPTURE:
        return _("%(amount)s were taken", amount=amount), booked, _("Book it as paid")
    if kind is Kind.AUTHORIZE:
        held = _("The money can be taken when the order ships.")
        return _("The bank holds %(amount)s", amount=amount), held, _("Book it as held")
    returned = _("It is booked as given back. Enter it in Komet by hand as well.")
    return _("%(amount)s went back", amount=amount), returned, _("Book it as given back")


def _not_charged(item: Item) -> Offer:
    refuses = _("The shop asks the card processor once more and refuses when that shows money.")
    watched = _(
        "It keeps looking until two days after the payment. Money that turns up then comes "
        "back here as unexpected money."
    )
    title = _("Nothing went back") if item.kind in MONEY_BACK else _("Nothing was charged")
    freed = _freed(item) or _("Nothing is booked, and it may be tried again.")
    return _decision(item, Outcome.NOT_CHARGED, title, freed, _told(item), refuses, watched)


def _told(item: Item) -> str:
    if not item.is_charge:
        return ""
    return str(_("%(name)s gets a mail: nothing was charged.", name=buyer(item)))


def _freed(item: Item) -> str:
    if item.order_state != "draft" or not item.is_charge:
        return ""
    number = item.order_number
    return str(
        _("Order %(number)s is free again: the buyer may change it or pay it.", number=number)
    )


def _otherwise(item: Item, hint: Hint) -> Offer:
    """The gateway moved another amount than was asked for."""
    if item.kind in MONEY_BACK:
        kept = _("What moved becomes unexpected money, and you decide about it there.")
        return _decision(item, Outcome.GIVE_BACK, _("Another amount went back"), kept)
    there = hint.found_cents if hint.outcome is Outcome.GIVE_BACK else 0
    title = (
        _(
            "Another amount was charged, %(amount)s: give it back",
            amount=money(there, item.currency),
        )
        if there
        else _("Another amount was charged: give it back")
    )
    told = _("%(name)s gets a mail when it has gone back: how much, and why.", name=buyer(item))
    fails = _("Should giving it back fail, everybody who decides about payments gets a mail.")
    points = (how_it_goes_back(), _freed(item), told, fails)
    return _decision(item, Outcome.GIVE_BACK, title, *points, there_cents=there)


def _unlikely(offer: Offer, item: Item, hint: Hint) -> Offer:
    """Against what the gateway's last answer speaks for.

    A charge that our reference does not find may still be proved by its number.
    """
    may_be_named = offer.names_transaction and not hint.is_found
    return replace(offer, against=_against(item, hint), must_fail=not may_be_named)


def _against(item: Item, hint: Hint) -> str:
    asked, there = money(item.amount_cents, item.currency), money(hint.found_cents, item.currency)
    if hint.outcome is Outcome.CHARGED:
        return str(_("The card processor shows a transaction of exactly %(amount)s.", amount=asked))
    if hint.outcome is Outcome.NOT_CHARGED:
        return str(_("The card processor shows no money for this payment."))
    return str(
        _(
            "The card processor shows a transaction of %(there)s, not of %(asked)s.",
            there=there,
            asked=asked,
        )
    )
