"""Card fees in words: announced before the button is pressed, and told afterwards."""

from flask_babel import gettext as _

from komet_shop.domain.card_fees import Fee
from komet_shop.domain.money import format_plain
from komet_shop.services.payment_status import PaymentStatus
from komet_shop.web.filters import money


def fee_label(surcharge_bp: int) -> str:
    """The name of the fee's row among the totals."""
    if surcharge_bp:
        return str(_("Card surcharge, %(rate)s", rate=_rate(surcharge_bp)))
    return str(_("Card fee"))


def announced(fee: Fee, total_cents: int, currency: str) -> str:
    """What paying by card costs, said before anybody decides to; empty where it costs nothing."""
    if not fee.cents:
        return ""
    amounts = {"fee": money(fee.cents, currency), "total": money(total_cents + fee.cents, currency)}
    if not fee.surcharge_bp:
        return str(_("Paid by card, a fee of %(fee)s is added: %(total)s.", **amounts))
    surcharge = _(
        "Paid by credit card, a surcharge of %(rate)s is added for the cost of taking credit "
        "cards: %(fee)s, %(total)s in all. Debit and prepaid cards do not pay it.",
        rate=_rate(fee.surcharge_bp),
        **amounts,
    )
    return str(surcharge)


def to_be_charged(fee: Fee, total_cents: int, currency: str, *, is_held: bool) -> str:
    """What the pay button will do to the card."""
    with_fee, without = money(total_cents + fee.cents, currency), money(total_cents, currency)
    if is_held:
        held = _(
            "%(amount)s is held on your card. It is charged what your order comes to when that "
            "ships.",
            amount=with_fee,
        )
        spared = _("A debit or prepaid card is charged no surcharge then.")
        return f"{held} {spared}" if fee.surcharge_bp else str(held)
    if fee.surcharge_bp:
        either = _(
            "A credit card is charged %(amount)s, once; a debit or prepaid card %(without)s.",
            amount=with_fee,
            without=without,
        )
        return str(either)
    return str(_("Your card is charged %(amount)s, once.", amount=with_fee))


def told(payment: PaymentStatus) -> str:
    """The fee that is in a payment, or that it was left out; empty where there was none."""
    if payment.fee_cents:
        amount = money(payment.fee_cents, payment.currency)
        if payment.surcharge_bp:
            return str(
                _(
                    "Card surcharge of %(rate)s: %(amount)s",
                    rate=_rate(payment.surcharge_bp),
                    amount=amount,
                )
            )
        return str(_("Card fee: %(amount)s", amount=amount))
    if payment.surcharge_bp and payment.is_taken:
        left_out = _(
            "No card surcharge was charged: the card processor leaves it out on debit and "
            "prepaid cards."
        )
        return str(left_out)
    return ""


def _rate(basis_points: int) -> str:
    return f"{format_plain(basis_points)} %"
