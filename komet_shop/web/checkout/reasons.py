"""Every "no" of the checkout in words: what it means and what to do."""

from flask_babel import gettext as _

from komet_shop.domain.card_rules import Refusal
from komet_shop.services import checkout, operations, order_payments, saved_cards
from komet_shop.web.filters import money


def card_refusal(reason: Refusal) -> str:
    """Why no card can be taken, for the buyer."""
    texts = {
        Refusal.NOT_ACTIVE: _("This location does not take cards in the shop."),
        Refusal.CHANNEL_OFF: _("Card payment is switched off in the shop at this location."),
        Refusal.COMPANY_CURRENCY: _("Cards are taken in US dollars only."),
        Refusal.CUSTOMER_CURRENCY: _(
            "Cards are taken in US dollars only, and your account is kept in another currency."
        ),
        Refusal.RESTRICTED: _(
            "Card payment is not enabled for your account. Your order goes on your terms."
        ),
        Refusal.ROLE: _("Your login may not pay by card."),
        Refusal.NOTHING_TO_PAY: _("There is nothing to pay."),
        Refusal.GATEWAY_TROUBLE: _(
            "The card processor does not answer right now. Please try again in a minute or two."
        ),
    }
    return str(texts[reason])


def problem_of(error: Exception) -> tuple[str, int]:
    """What to tell about a refused checkout or payment, and the status of the answer."""
    if isinstance(error, checkout.CardNotOffered):
        nothing = _("Nothing was charged.")  # extraction does not look into f-strings
        return f"{card_refusal(error.reason)} {nothing}", 409
    if isinstance(error, checkout.OverCreditLimit):
        return _over_limit(error), 409
    texts = {
        checkout.TotalChanged: _(
            "Your cart changed since this page was opened, so nothing was charged. "
            "Check the new total below, then go on."
        ),
        checkout.OrderEmpty: _("Your cart is empty. Nothing was charged."),
        checkout.CardRequired: _(
            "This order has to be paid by card to be checked out and shipped."
        ),
        checkout.CustomerOnHold: _(
            "Your account is on hold, so the order was not checked out and nothing was charged. "
            "Please call your salesperson."
        ),
        checkout.ShipDatePassed: _(
            "The ship date of this order has passed, so nothing was ordered or charged. "
            "Empty the cart and choose another date."
        ),
        operations.KeyReused: _(
            "This page was used for another payment before. Nothing was charged: "
            "check the total below and press the button again."
        ),
        order_payments.CardTokenSpent: _(
            "These card details were used before, so nothing was charged. Enter the card again."
        ),
        saved_cards.NoSuchCard: _(
            "That card is no longer on file. Nothing was charged: choose another card."
        ),
    }
    return texts.get(type(error), _("Nothing was charged. Please try again.")), 409


def _over_limit(error: checkout.OverCreditLimit) -> str:
    """With the figures, and what to do: pay now, or call."""
    told = _(
        "On your terms this order would go over your credit limit: %(open)s is open, this order "
        "is %(total)s, the limit is %(limit)s. It was not checked out, and nothing was charged.",
        open=money(error.credit.exposure_cents, error.currency),
        total=money(error.total_cents, error.currency),
        limit=money(error.credit.limit_cents or 0, error.currency),
    )
    pay = _("You can pay it by card now with “Pay & Checkout”.")
    call = _("Please pay open invoices first, or call your salesperson.")
    return f"{told} {pay if error.card_is_offered else call}"
