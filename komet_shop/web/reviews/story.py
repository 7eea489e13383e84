"""What a payment is about, in the first sentences of its page."""

from flask_babel import gettext as _

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.plugin_api import Kind
from komet_shop.services.review_decisions import Outcome
from komet_shop.services.review_evidence import Evidence
from komet_shop.services.review_hints import Hint
from komet_shop.services.reviews import Item
from komet_shop.web.filters import money

MONEY_IN = frozenset({Kind.SALE, Kind.CAPTURE})


def told(evidence: Evidence, hint: Hint) -> str:
    """What was asked for, what happened instead, and what became of that."""
    item = evidence.item
    if not item.was_asked_for:
        return " ".join((_found(item), _end(item.resolution)))
    if item.kind in MONEY_IN:
        return " ".join((_asked(item), *_charged(evidence, hint)))
    if item.kind is Kind.AUTHORIZE:
        return " ".join((_asked_to_hold(item), *_held(evidence, hint)))
    return _back(item)


def _asked(item: Item) -> str:
    return str(_("We asked for %(amount)s.", amount=money(item.amount_cents, item.currency)))


def _asked_to_hold(item: Item) -> str:
    amount = money(item.amount_cents, item.currency)
    return str(_("We asked the bank to hold %(amount)s.", amount=amount))


def _found(item: Item) -> str:
    amount = money(item.amount_cents, item.currency)
    return str(
        _(
            "The card processor shows %(amount)s under the reference of a payment, beside what "
            "the shop asked for.",
            amount=amount,
        )
    )


def _charged(evidence: Evidence, hint: Hint) -> list[str]:
    item = evidence.item
    if evidence.found_beside and item.state is not State.APPROVED:
        there = evidence.found_beside[0]
        return [_instead(item, there.amount_cents), _end(there.resolution)]
    texts = {
        State.APPROVED: _("The card processor charged it."),
        State.DECLINED: _("The card was declined: nothing was charged."),
        State.FAILED: _("Nothing was charged."),
        State.STRAY: _("We gave it up, and the card processor charged it after all."),
        State.NEEDS_REVIEW: _decide(item, hint),
    }
    end = [_end(item.resolution)] if item.state is State.STRAY else []
    return [str(texts.get(item.state, _silent())), *end]


def _held(evidence: Evidence, hint: Hint) -> list[str]:
    item = evidence.item
    texts = {
        State.APPROVED: _("It does."),
        State.DECLINED: _("The card was declined: nothing is held."),
        State.FAILED: _("Nothing is held."),
        State.STRAY: _("We gave that up, and the bank holds it after all."),
        State.NEEDS_REVIEW: _decide(item, hint),
    }
    end = [_end(item.resolution)] if item.state is State.STRAY else []
    return [str(texts.get(item.state, _silent())), *end]


def _decide(item: Item, hint: Hint) -> str:
    """By what the gateway said last."""
    if hint.outcome is Outcome.GIVE_BACK:
        return _instead(item, hint.found_cents)
    if hint.outcome is Outcome.CHARGED:
        return str(_("The card processor now shows exactly that."))
    if hint.outcome is Outcome.NOT_CHARGED:
        return str(_("The card processor shows no money for it."))
    return _silent()


def _instead(item: Item, cents: int) -> str:
    amount = money(cents, item.currency)
    if item.kind is Kind.AUTHORIZE:
        return str(_("The bank holds %(amount)s instead.", amount=amount))
    if cents < item.amount_cents:
        return str(_("The card processor charged only %(amount)s.", amount=amount))
    return str(_("The card processor charged %(amount)s.", amount=amount))


def _silent() -> str:
    return str(_("The card processor has not said yet what became of it."))


def _end(resolution: Resolution | None) -> str:
    texts = {
        None: _("That waits for somebody to decide."),
        Resolution.RETURNING: _("That is on its way back to the card."),
        Resolution.RETURNED: _("That was given back to the card."),
        Resolution.APPLIED: _("That was applied: the time line says to what."),
    }
    return str(texts[resolution])


def _back(item: Item) -> str:
    """Of a void or a refund."""
    amount = money(item.amount_cents, item.currency)
    texts = {
        State.APPROVED: _("%(amount)s went back to the card.", amount=amount),
        State.DECLINED: _(
            "%(amount)s was to go back to the card. The card processor refused.", amount=amount
        ),
        State.FAILED: _("%(amount)s was to go back to the card, and did not.", amount=amount),
        State.STRAY: _("%(amount)s went back after we had given that up.", amount=amount),
    }
    unsure = _(
        "%(amount)s was to go back to the card. The card processor has not said clearly whether "
        "it did.",
        amount=amount,
    )
    return str(texts.get(item.state, unsure))
