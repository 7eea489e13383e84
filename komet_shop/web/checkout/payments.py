"""What became of a payment: a page that may be reloaded as often as one likes, and a receipt."""

from dataclasses import dataclass

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import orders, payment_status
from komet_shop.services.payment_status import Books, PaymentStatus, Stage
from komet_shop.services.sending import TAKEN_FOR_A_REPEAT
from komet_shop.web.checkout import fee_words
from komet_shop.web.checkout.blueprint import bp
from komet_shop.web.checkout.cards import brand_mark, brand_name
from komet_shop.web.current import actor, scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront.order_lines import line_view, totals_of

KINDS = {
    Stage.CONFIRMING: "confirming",
    Stage.APPROVED: "approved",
    Stage.DECLINED: "declined",
    Stage.FAILED: "declined",
    Stage.REVIEW: "unclear",
    Stage.GOING_BACK: "unclear",
    Stage.RETURNED: "unclear",
    Stage.CREDITED: "approved",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The headline of a payment's page."""

    kind: str
    title: str
    text: str


@bp.get("/payments/<payment_id>")
@requires(Permission.OWN_ORDERS)
def show_payment(payment_id: str) -> ResponseReturnValue:
    """Where a payment stands; while it is unclear the page asks again by itself."""
    with opened_visit() as (unit, _visit):
        status = payment_status.read(unit, scope(), payment_id)
    if status is None:
        abort(404)
    payment_status.look_again(shop(), status, actor())
    again = "again" in request.args
    return render_template("checkout/payment.html", pressed_again=again, **payment_parts(status))


@bp.get("/payments/<payment_id>/progress")
@requires(Permission.OWN_ORDERS)
def payment_progress(payment_id: str) -> ResponseReturnValue:
    """The waiting part of that page; once the payment is settled, the whole page again."""
    with shop().database.read() as unit:
        status = payment_status.read(unit, scope(), payment_id)
    if status is None:
        abort(404)
    payment_status.look_again(shop(), status, actor())
    settled = status.stage is not Stage.CONFIRMING
    page = render_template("checkout/_progress.html", **payment_parts(status))
    return page, 200, {"HX-Refresh": "true"} if settled else {}


@bp.get("/payments/<payment_id>/books")
@requires(Permission.OWN_ORDERS)
def payment_books(payment_id: str) -> ResponseReturnValue:
    """Whether accounting knows by now; 204, which changes no page, while it does not."""
    with shop().database.read() as unit:
        status = payment_status.read(unit, scope(), payment_id)
    if status is None:
        abort(404)
    if status.books is Books.WAITING:
        return "", 204
    return render_template("checkout/_books.html", **payment_parts(status))


@bp.get("/payments/<payment_id>/receipt")
@requires(Permission.OWN_ORDERS)
def show_receipt(payment_id: str) -> ResponseReturnValue:
    """A receipt to print; there is one for approved payments only."""
    with opened_visit() as (unit, _visit):
        status = payment_status.read(unit, scope(), payment_id)
        if status is None or status.stage is not Stage.APPROVED:
            abort(404)
        found = orders.detail(unit, scope(), status.order_id)
        lines = orders.lines(unit, scope(), status.order_id)
    return render_template(
        "checkout/receipt.html",
        order=found,
        lines=[line_view(line) for line in lines],
        totals=totals_of(found) if found is not None else None,
        **payment_parts(status),
    )


def payment_parts(status: PaymentStatus) -> dict[str, object]:
    """A payment, ready for a template."""
    return {
        "payment": status,
        "outcome_of": outcome(status),
        "is_waiting": status.stage is Stage.CONFIRMING,
        "card_mark_name": brand_mark(status.card_brand),
        "card_brand_name": brand_name(status.card_brand),
        "fee_told": fee_words.told(status),
        "books": books_text(status),
        "books_are_waiting": status.books is Books.WAITING,
        "another_charge": another_text(status),
        "is_repeat": status.stage is Stage.FAILED and status.buyer_message == TAKEN_FOR_A_REPEAT,
    }


def outcome(status: PaymentStatus) -> Outcome:
    """The headline and what it means for the payer's money."""
    title, text = {
        Stage.CONFIRMING: (
            _("We are confirming your payment"),
            _(
                "The card processor has not answered yet. Please do not pay again: "
                "we keep asking, and this page changes by itself."
            ),
        ),
        Stage.APPROVED: (
            _("Paid. Thank you!"),
            _("Your order is with your salesperson for approval. The receipt is on its way."),
        ),
        Stage.DECLINED: (
            _("The card was declined"),
            _told(status) or _("The bank did not accept this payment."),
        ),
        Stage.FAILED: (
            _("The payment did not go through"),
            _told(status) or _("Nothing was charged. Your cart is as it was: you can try again."),
        ),
        Stage.REVIEW: (
            _("Your payment needs a look by %(company)s", company=status.company),
            _(
                "What the card processor said was not clear, so a person looks into it. Please "
                "do not pay again: your order is kept as it is, and shows here how it ends."
            ),
        ),
        Stage.GOING_BACK: (_("This charge is being given back"), _goes_back(status)),
        Stage.RETURNED: (_("This charge was given back"), _went_back(status)),
        Stage.CREDITED: (
            _("Kept as a credit of yours"),
            _(
                "%(company)s keeps this payment for you, to be used for a later invoice.",
                company=status.company,
            ),
        ),
    }[status.stage]
    return Outcome(kind=KINDS[status.stage], title=title, text=text)


def another_text(status: PaymentStatus) -> str:
    """For a paid order whose card was charged once more by mistake; else nothing."""
    if status.stage is not Stage.APPROVED or status.another is None:
        return ""
    if status.another is Stage.RETURNED:
        return str(_("Another charge for this order was given back to your card."))
    twice = _(
        "Your card was charged once more for this order. That charge is being given back: you "
        "need do nothing."
    )
    return str(twice)


def _goes_back(status: PaymentStatus) -> str:
    if status.is_paid_otherwise:
        twice = _(
            "Your order is paid by another charge, so your card was charged twice. We give this "
            "one back: you need do nothing."
        )
        return str(twice)
    return str(_("It did not pay your order. Please wait with a new payment until it is back."))


def _went_back(status: PaymentStatus) -> str:
    if status.is_paid_otherwise:
        return str(_("Your order is paid by another charge. You need do nothing."))
    return str(_("It did not pay your order, which is as it was: you may pay it again."))


def _told(status: PaymentStatus) -> str:
    """What the gateway or the shop stored for the buyer, in the language of the page."""
    return str(_(status.buyer_message)) if status.buyer_message else ""


def books_text(status: PaymentStatus) -> str:
    """Whether accounting knows of the payment, in words."""
    if status.stage is not Stage.APPROVED:
        return ""
    texts = {
        Books.NONE: "",
        Books.WAITING: _("Waiting to be sent to accounting"),
        Books.POSTED: _("Sent to accounting, control number %(n)s", n=status.control_number),
        Books.DELAYED: _("Will be entered into accounting by our staff"),
    }
    return str(texts[status.books])
