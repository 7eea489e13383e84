"""States, kinds and reasons in words that a clerk knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_timedelta
from flask_babel import get_locale
from flask_babel import gettext as _

from komet_shop.domain.operation_states import REFUSED, Resolution, State
from komet_shop.plugin_api import Kind
from komet_shop.services.review_evidence import Moment
from komet_shop.services.reviews import Item
from komet_shop.web.filters import money

PARTS_OF_THE_SHOP = ("", "worker", "demo")
"""Actors of the audit log who are nobody."""
UNDOES = frozenset({Kind.VOID, Kind.REFUND})


@dataclass(frozen=True, kw_only=True)
class Word:
    """A state in a word, with its tone."""

    label: str
    tone: str


def kind_word(kind: Kind) -> str:
    """What an operation was to do."""
    words = {
        Kind.SALE: _("Card payment"),
        Kind.AUTHORIZE: _("Hold on a card"),
        Kind.CAPTURE: _("Taking held money"),
        Kind.VOID: _("Void"),
        Kind.REFUND: _("Refund"),
        Kind.CREDIT_REFUND: _("Refund of a credit"),
        Kind.STORE_CARD: _("Saving a card"),
    }
    return str(words[kind])


def step_word(item: Item, others: Iterable[Item] = ()) -> str:
    """What an operation was among the others of its payment."""
    if not item.was_asked_for and item.state is State.STRAY:
        return str(_("Found at the card processor"))
    if not returns_unexpected_money(item, others):
        return kind_word(item.kind)
    is_void = item.kind is Kind.VOID
    return str(_("Giving it back by a void") if is_void else _("Giving it back by a refund"))


def returns_unexpected_money(item: Item, others: Iterable[Item]) -> bool:
    """True for a void or refund that gives back what nobody waited for."""
    parents = (one for one in others if one.row == item.parent_row)
    return item.kind in UNDOES and any(one.state is State.STRAY for one in parents)


def state_word(item: Item, others: Iterable[Item] = ()) -> Word:
    """Where an operation stands; with the others of its payment, also what became of its money."""
    if item.state is State.STRAY:
        return _unexpected_word(item.resolution)
    beside = [one for one in others if one.is_found_beside(item)]
    if item.state in REFUSED and beside:
        return _unexpected_word(_least_done(beside))
    if item.state is State.APPROVED and any(_undoes(one, item) for one in others):
        is_hold = item.kind is Kind.AUTHORIZE
        return Word(label=_("Released") if is_hold else _("Given back"), tone="info")
    return {
        State.CREATED: Word(label=_("About to be sent"), tone="waiting"),
        State.SENDING: Word(label=_("Being sent"), tone="waiting"),
        State.UNKNOWN: Word(label=_("Unclear"), tone="waiting"),
        State.NEEDS_REVIEW: Word(label=_("To decide"), tone="warning"),
        State.APPROVED: Word(label=_("Approved"), tone="success"),
        State.DECLINED: Word(label=_("Declined"), tone="danger"),
        State.FAILED: Word(label=_("Did not happen"), tone="neutral"),
    }[item.state]


def _undoes(one: Item, item: Item) -> bool:
    is_done = one.state is State.APPROVED
    return is_done and one.parent_row == item.row and one.kind in UNDOES


def _least_done(found: Iterable[Item]) -> Resolution | None:
    """Of several findings the one that still needs most."""
    order = (None, Resolution.RETURNING, Resolution.APPLIED, Resolution.RETURNED)
    return min((one.resolution for one in found), key=order.index)


def _unexpected_word(resolution: Resolution | None) -> Word:
    if resolution is None:
        return Word(label=_("Unexpected money"), tone="warning")
    return {
        Resolution.RETURNING: Word(label=_("Going back"), tone="waiting"),
        Resolution.RETURNED: Word(label=_("Settled: given back"), tone="info"),
        Resolution.APPLIED: Word(label=_("Settled: applied"), tone="success"),
    }[resolution]


def reason_text(reason: str) -> str:
    """Why an operation stands where it stands, as a sentence of its own."""
    told = _told(reason)
    return told[:1].upper() + told[1:]


def _told(reason: str) -> str:
    """In the reader's language where it is the shop's; what a person wrote stays as it is."""
    return str(_(reason)) if reason else ""


def finding_text(moment: Moment, currency: str) -> str:
    """What the gateway said when it was asked."""
    reason = _told(moment.words)
    if not moment.facts["transaction_id"]:
        return reason
    told = _(
        "Transaction %(id)s, %(amount)s: %(reason)s",
        id=moment.facts["transaction_id"],
        amount=money(moment.facts["amount_cents"], currency),
        reason=reason,
    )
    return str(told)


def age_text(since: datetime, now: datetime) -> str:
    """ "3 minutes", "2 days": how long something waits already."""
    return format_timedelta(now - since, threshold=1.2, locale=str(get_locale() or "en"))


def actor_text(who: str) -> str:
    """Who did something; parts of the shop are the shop."""
    return str(_("The shop")) if who in PARTS_OF_THE_SHOP else who
