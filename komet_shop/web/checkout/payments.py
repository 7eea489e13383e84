"""What became of a payment: a page that may be reloaded as often as one likes, and a receipt."""

from dataclasses import dataclass

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import orders, payment_status
from komet_shop.services.payment_status import Books, PaymentStatus, Stage
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
    return render_template("checkout/payment.html", **payment_parts(status))


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
        "books": books_text(status),
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
            _("We are looking into this payment"),
            _(
                "The card processor's answer was not clear, so a person checks it now. "
                "Please do not pay again. We will write to you as soon as we know."
            ),
        ),
    }[status.stage]
    return Outcome(kind=KINDS[status.stage], title=title, text=text)


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
