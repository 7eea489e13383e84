"""Words of the mail that tells a buyer how an unclear payment ended."""

from collections.abc import Callable

from komet_shop.services.letters import End, PaymentEnd
from komet_shop.web.filters import money

Say = Callable[..., str]
"""A text in the reader's language, with its values."""


def payment_end(end: PaymentEnd, facts: list[tuple[str, str]], say: Say) -> dict[str, object]:
    """What the template shows: what happened, what it means, what there is to do."""
    title, happened, means = _TEXTS[end.end](end, say)
    return {"title": title, "happened": happened, "means": means, "facts": facts}


def _not_charged(end: PaymentEnd, _: Say) -> tuple[str, str, str]:
    amount = money(end.amount_cents, end.currency)
    unclear = _("Your payment of %(amount)s was unclear at first.", amount=amount)
    known = (
        _("Now we know: the card was declined, and nothing was charged.")
        if end.is_declined
        else _("Now we know: your card was not charged.")
    )
    return _("Your payment did not go through"), f"{unclear} {known}", _pay_again(end, _)


def _given_back(end: PaymentEnd, _: Say) -> tuple[str, str, str]:
    amount = money(end.amount_cents, end.currency)
    means = _("Your order is paid by another charge. You need do nothing.")
    if end.is_hold:
        released = _(
            "Your bank held %(amount)s for a payment that did not go through. We have released "
            "it: nothing was charged.",
            amount=amount,
        )
        means = means if end.is_paid_otherwise else _pay_again(end, _)
        return _("The hold on your card is released"), released, means
    if end.is_paid_otherwise:
        happened = _(
            "Your card was charged %(amount)s once more by mistake. We gave that back to the card.",
            amount=amount,
        )
    else:
        happened = _(
            "Your card was charged %(amount)s by a payment that did not go through as it should. "
            "We gave that back to the card.",
            amount=amount,
        )
        means = _pay_again(end, _)
    bank = _("Your bank may show both for a few days.")
    return _("Your money goes back to your card"), f"{happened} {bank}", means


def _credited(end: PaymentEnd, _: Say) -> tuple[str, str, str]:
    happened = _(
        "Your card was charged %(amount)s, but what it was for could not be paid with it any "
        "more. We keep the money for you as a credit.",
        amount=money(end.amount_cents, end.currency),
    )
    means = _("You can use it for a later invoice. Your salesperson can help you with that.")
    return _("Your payment is kept as a credit"), happened, means


def _pay_again(end: PaymentEnd, _: Say) -> str:
    if not end.order_number:
        return _("Nothing is paid. You may pay again whenever you like.")
    return _(
        "Order %(number)s is not paid, and is as it was. You may pay it again whenever you like.",
        number=end.order_number,
    )


_TEXTS = {
    End.NOT_CHARGED: _not_charged,
    End.GIVEN_BACK: _given_back,
    End.CREDITED: _credited,
}
