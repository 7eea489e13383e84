"""What a change of a customer's settings will do, said before it is saved."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from komet_shop.domain.card_rules import CardRule, Channel
from komet_shop.services.credit_limits import Credit
from komet_shop.services.customer_rules import Outlook
from komet_shop.services.customer_settings import CreditDecision, Settings
from komet_shop.web.customers.words import limit_text
from komet_shop.web.filters import money, number


@dataclass(frozen=True, kw_only=True)
class Step:
    """A change: settings and what the rules say, before and after. `credit` as it would be."""

    before: Settings
    after: Settings
    outlooks_before: list[Outlook]
    outlooks_after: list[Outlook]
    credit: Credit
    currency: str
    buyers: int


def effects(step: Step) -> list[str]:
    """One sentence for each thing that will be different."""
    return [*_in_shop(step), *_in_order_entry(step), *_others(step), *_credit(step)]


def _in_shop(step: Step) -> list[str]:
    gone, new = _moved(step, lambda outlook: outlook.shows_pay)
    without, again = _moved(step, lambda outlook: outlook.shows_terms)
    texts = []
    if gone:
        texts.append(_lose(step.buyers, _("Pay & Checkout"), gone))
    if new:
        texts.append(_see(step.buyers, _("Pay & Checkout"), new))
    if without:
        texts.append(_lose(step.buyers, _("Checkout"), without))
        texts.append(str(_("There an order is checked out with a card payment only.")))
    if again:
        texts.append(_see(step.buyers, _("Checkout"), again))
    return texts + _of_rule(step)


def _of_rule(step: Step) -> list[str]:
    rule = step.after.rule
    if rule is step.before.rule:
        return []
    texts = []
    resting = [one.location for one in step.outlooks_after if one.shows_terms]
    if rule is CardRule.REQUIRED and resting:
        rests = _(
            "At %(places)s no card can be taken now, so orders still go on terms there.",
            places=_list(resting),
        )
        texts.append(str(rests))
    if rule is CardRule.RESTRICTED:
        texts.append(str(_("Cards on file stay, and staff can still receive payments by card.")))
    under_way = _("A payment that is under way is finished; later ones follow the new rule.")
    return [*texts, str(under_way)]


def _in_order_entry(step: Step) -> list[str]:
    gone, new = _moved(step, lambda outlook: outlook.answers[Channel.ORDER_ENTRY].offered)
    texts = []
    if gone:
        text = _(
            "In Order Entry, once it is there, no cards are taken at %(places)s.",
            places=_list(gone),
        )
        texts.append(str(text))
    if new:
        text = _(
            "In Order Entry, once it is there, cards are taken at %(places)s.", places=_list(new)
        )
        texts.append(str(text))
    return texts


def _others(step: Step) -> list[str]:
    before, after = step.before.others, step.after.others
    texts = []
    if after.pays_on_confirmation and not before.pays_on_confirmation:
        texts.append(_("Whoever confirms an order of this customer enters a payment for it."))
    if before.pays_on_confirmation and not after.pays_on_confirmation:
        texts.append(_("Orders are confirmed without a payment, unless the location wants one."))
    if after.fee_exempt and not before.fee_exempt:
        texts.append(_("No fee is added to this customer's card payments."))
    if before.fee_exempt and not after.fee_exempt:
        texts.append(_("Where a location takes a fee on card payments, this customer pays it too."))
    return [str(text) for text in texts]


def _credit(step: Step) -> list[str]:
    before, after = step.before.others.credit, step.after.others.credit
    if before == after:
        return []
    return [_who_decides(after), _limit(step), *_hold(step)]


def _who_decides(after: CreditDecision | None) -> str:
    if after is None:
        return str(_("Limit and hold follow Komet from now on."))
    return str(_("Limit and hold are decided here: what Komet says of them no longer counts."))


def _limit(step: Step) -> str:
    credit, currency = step.credit, step.currency
    if credit.limit_cents is None:
        return str(_("Credit limit: none. Any order may go on terms."))
    limit = limit_text(credit.limit_cents, currency)
    left = credit.limit_cents - credit.exposure_cents
    if left < 0:
        over = _(
            "Credit limit: %(limit)s. %(open)s is open already, so orders cannot go on terms "
            "until something is paid.",
            limit=limit,
            open=money(credit.exposure_cents, currency),
        )
        return str(over)
    return str(
        _(
            "Credit limit: %(limit)s. Orders of up to %(left)s may still go on terms.",
            limit=limit,
            left=money(left, currency),
        )
    )


def _hold(step: Step) -> list[str]:
    if step.credit.hold:
        held = _("On hold: nobody can check out an order of this customer, not even by card.")
        return [str(held)]
    return []


def _moved(step: Step, shows: Callable[[Outlook], bool]) -> tuple[list[str], list[str]]:
    """Locations where something goes away, and where it comes."""
    gone, new = [], []
    for before, after in zip(step.outlooks_before, step.outlooks_after, strict=True):
        if shows(before) and not shows(after):
            gone.append(before.location)
        if shows(after) and not shows(before):
            new.append(after.location)
    return gone, new


def _lose(buyers: int, button: str, places: list[str]) -> str:
    told = {"button": button, "places": _list(places)}
    if not buyers:
        return _without_buyers(_("“%(button)s” goes away at %(places)s.", **told))
    return str(
        ngettext(
            "Its %(count)s buyer will lose “%(button)s” at %(places)s.",
            "Its %(count)s buyers will lose “%(button)s” at %(places)s.",
            buyers,
            count=number(buyers),
            **told,
        )
    )


def _see(buyers: int, button: str, places: list[str]) -> str:
    told = {"button": button, "places": _list(places)}
    if not buyers:
        return _without_buyers(_("“%(button)s” is shown at %(places)s.", **told))
    return str(
        ngettext(
            "Its %(count)s buyer will see “%(button)s” at %(places)s.",
            "Its %(count)s buyers will see “%(button)s” at %(places)s.",
            buyers,
            count=number(buyers),
            **told,
        )
    )


def _without_buyers(effect: str) -> str:
    return f"{effect} {_('Nobody buys for this customer in the shop yet.')}"


def _list(places: list[str]) -> str:
    return ", ".join(places)
