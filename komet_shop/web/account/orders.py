"""The customer's orders: the list, and one of them with its payments."""

from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import orders, payment_status
from komet_shop.services.orders import Listed, Paid
from komet_shop.services.payment_status import PaymentStatus, Stage
from komet_shop.web import cursors
from komet_shop.web.account.blueprint import bp
from komet_shop.web.checkout import fee_words
from komet_shop.web.checkout.cards import brand_mark, brand_name
from komet_shop.web.checkout.payments import books_text
from komet_shop.web.current import scope
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront.order_lines import line_view, totals_of

PAGE_SIZE = 25
CURSOR = "orders"


@dataclass(frozen=True, kw_only=True)
class Word:
    """A state in a word, with its tone."""

    label: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class OrderRow:
    """An order in the list."""

    order: Listed
    href: str
    state: Word
    paid: Word


@dataclass(frozen=True, kw_only=True)
class PaymentRow:
    """A payment of an order."""

    payment: PaymentStatus
    href: str
    receipt_href: str
    state: Word
    mark: str
    brand: str
    books: str
    fee: str


@bp.get("/orders")
@requires(Permission.OWN_ORDERS)
def list_orders() -> ResponseReturnValue:
    """Orders of the customer that the buyer shops for, newest first."""
    with opened_visit() as (unit, visit):
        after = cursors.after(CURSOR)
        found, place = orders.page(unit, scope(), visit.buyer.id, after=after, size=PAGE_SIZE)
    after_text = cursors.cursor(CURSOR, place)
    return render_template(
        "account/orders.html",
        rows=[_row(order) for order in found],
        next_href=url_for(".list_orders", after=after_text) if after_text else None,
        first_href=url_for(".list_orders") if after is not None else None,
    )


@bp.get("/orders/<order_id>")
@requires(Permission.OWN_ORDERS)
def show_order(order_id: str) -> ResponseReturnValue:
    """One order: lines, delivery, money, payments and where they stand."""
    with opened_visit() as (unit, _visit):
        found = orders.detail(unit, scope(), order_id)
        lines = orders.lines(unit, scope(), order_id)
        payments = payment_status.of_order(unit, scope(), order_id)
    if found is None:
        abort(404)
    return render_template(
        "account/order.html",
        found=found,
        row=_row(found.listed),
        lines=[line_view(line) for line in lines],
        totals=totals_of(found),
        payments=[_payment(payment) for payment in payments],
        pressed_again=_pressed_again(found.listed) if "again" in request.args else "",
    )


def state_word(state: str) -> Word:
    """An order's state as a buyer knows it."""
    return {
        "draft": Word(label=_("In progress"), tone="neutral"),
        "pending_approval": Word(label=_("Pending Approval"), tone="waiting"),
        "confirmed": Word(label=_("Approved"), tone="success"),
        "voided": Word(label=_("Cancelled"), tone="neutral"),
    }[state]


def paid_word(paid: Paid) -> Word:
    """How far an order's money has come."""
    return {
        Paid.CONFIRMING: Word(label=_("Payment being confirmed"), tone="waiting"),
        Paid.PAID: Word(label=_("Paid"), tone="success"),
        Paid.PARTLY: Word(label=_("Partly paid"), tone="warning"),
        Paid.ON_TERMS: Word(label=_("On your terms"), tone="info"),
        Paid.NOTHING: Word(label=_("Nothing to pay"), tone="neutral"),
    }[paid]


def stage_word(stage: Stage) -> Word:
    """What became of a payment."""
    return {
        Stage.CONFIRMING: Word(label=_("Being confirmed"), tone="waiting"),
        Stage.APPROVED: Word(label=_("Approved"), tone="success"),
        Stage.DECLINED: Word(label=_("Declined"), tone="danger"),
        Stage.FAILED: Word(label=_("Not charged"), tone="neutral"),
        Stage.REVIEW: Word(label=_("Being checked"), tone="warning"),
        Stage.GOING_BACK: Word(label=_("Going back"), tone="waiting"),
        Stage.RETURNED: Word(label=_("Given back"), tone="info"),
        Stage.CREDITED: Word(label=_("Kept as a credit"), tone="success"),
    }[stage]


def _pressed_again(order: Listed) -> str:
    """For somebody who pressed "pay" or "check out" on a page that was out of date."""
    if order.state == "voided":
        return str(_("This order was cancelled before. Nothing was charged."))
    if order.paid is Paid.PAID:
        return str(_("This order is already paid. You were not charged again."))
    return str(_("This order was checked out before. Nothing was ordered or charged again."))


def _row(order: Listed) -> OrderRow:
    return OrderRow(
        order=order,
        href=url_for("account.show_order", order_id=order.public_id),
        state=state_word(order.state),
        paid=paid_word(order.paid),
    )


def _payment(payment: PaymentStatus) -> PaymentRow:
    is_paid = payment.stage is Stage.APPROVED
    receipt = url_for("checkout.show_receipt", payment_id=payment.public_id)
    return PaymentRow(
        payment=payment,
        href=url_for("checkout.show_payment", payment_id=payment.public_id),
        receipt_href=receipt if is_paid else "",
        state=stage_word(payment.stage),
        mark=brand_mark(payment.card_brand),
        brand=brand_name(payment.card_brand),
        books=books_text(payment),
        fee=fee_words.told(payment) if is_paid else "",
    )
