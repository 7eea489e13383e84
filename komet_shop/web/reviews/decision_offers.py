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
from komet_shop.web.reviews.offers import Offer, checks_out, how_it_goes_back

MONEY_BACK = frozenset({Kind.VOID, Kind.REFUND, Kind.CREDIT_REFUND})


def offers(item: Item, hint: Hint) -> list[Offer]:
    """What can be decided about an operation that waits for a person; the likely ones first."""
    if item.state is not State.NEEDS_REVIEW:
        return []
    offered = [_charged(item), _not_charged(item)]
    if item.kind is not Kind.VOID:
        offered.append(_otherwise(item, hint))
    if hint.outcome is None:
        return offered
    against = _against(hint.outcome)
    likely = [replace(one, is_likely=True) for one in offered if one.outcome == hint.outcome]
    return likely + [
        replace(one, against=against) for one in offered if one.outcome != hint.outcome
    ]


def _decision(item: Item, outcome: Outcome, title: str, *points: str, button: str) -> Offer:
    return Offer(
        name=outcome.value,
        outcome=outcome.value,
        action=url_for("reviews.decide", operation_id=item.public_id),
        title=title,
        points=tuple(point for point in points if point),
        button=button,
        names_transaction=outcome is Outcome.CHARGED,
    )


def _charged(item: Item) -> Offer:
    amount = money(item.amount_cents, item.currency)
    title, done, button = _charged_texts(item.kind, amount)
    asked_again = _(
        "The shop asks the gateway once more and believes only a transaction of exactly "
        "%(amount)s.",
        amount=amount,
    )
    return _decision(
        item, Outcome.CHARGED, title, done, checks_out(item), asked_again, button=button
    )


def _charged_texts(kind: Kind, amount: str) -> tuple[str, str, str]:
    booked = _("The payment is booked, Komet is told, and the customer gets the receipt.")
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
    refuses = _("The shop asks the gateway once more and refuses when that shows money.")
    watched = _(
        "It keeps looking until two days after the payment. Money that turns up then comes "
        "back here as stray money."
    )
    title = _("Nothing went back") if item.kind in MONEY_BACK else _("Nothing was charged")
    freed = _freed(item) or _("Nothing is booked, and it may be tried again.")
    button = _("Close it as not done") if item.kind in MONEY_BACK else _("Close it as not charged")
    return _decision(item, Outcome.NOT_CHARGED, title, freed, refuses, watched, button=button)


def _freed(item: Item) -> str:
    if item.order_state != "draft" or item.kind not in (Kind.SALE, Kind.AUTHORIZE):
        return ""
    number = item.order_number
    return str(
        _("Order %(number)s is free again: the buyer may change it or pay it.", number=number)
    )


def _otherwise(item: Item, hint: Hint) -> Offer:
    """The gateway moved another amount than was asked for."""
    if item.kind in MONEY_BACK:
        kept = _("What moved becomes stray money, and you decide about it there.")
        title, button = _("Another amount went back"), _("Keep it as stray money")
        return _decision(item, Outcome.GIVE_BACK, title, kept, button=button)
    there = hint.found_cents if hint.outcome is Outcome.GIVE_BACK else 0
    amount = money(there, item.currency)
    title = (
        _("Another amount was charged, %(amount)s: give it back", amount=amount)
        if there
        else _("Another amount was charged: give it back")
    )
    button = _("Give %(amount)s back", amount=amount) if there else _("Give it back")
    return _decision(
        item, Outcome.GIVE_BACK, title, how_it_goes_back(), _freed(item), button=button
    )


def _against(spoken_for: Outcome) -> str:
    """Why the others are unlikely, by what the gateway's last answer speaks for."""
    texts = {
        Outcome.CHARGED: _("The gateway shows a transaction with exactly this amount."),
        Outcome.NOT_CHARGED: _("The gateway shows no money for this payment."),
        Outcome.GIVE_BACK: _("The gateway shows a transaction with another amount."),
    }
    return str(texts[spoken_for])
