"""What applying stray money would do: said before it is done, by the same conditions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.models import Invoice, OpenCredit, Order
from komet_shop.models import orders as order_tables
from komet_shop.plugin_api import Kind
from komet_shop.services import stray_uses, strays
from komet_shop.services.follow_ups import Target
from komet_shop.services.scope import Scope


class Use(StrEnum):
    """What becomes of stray money when it is applied."""

    ORDER = "order"
    """It pays the order it was meant for."""
    HOLD = "hold"
    """It holds the money of its order, to be captured."""
    OPEN_CREDIT = "open_credit"
    """It is money of the customer's that we owe them."""
    RETURNED = "returned"
    """The payment went back whole: what it paid is owed again."""
    PART_RETURNED = "part_returned"
    """A part of the payment went back: the customer owes it again."""
    CHARGE = "charge"
    """It went back although nothing was left to give back: the customer owes it."""
    RELEASED = "released"
    """The hold is gone: nothing can be captured any more."""
    NOTHING = "nothing"
    """There is nothing it could be applied to."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a person may do about a stray, and what would come of it."""

    use: Use
    can_go_back: bool
    order_number: str


def preview(session: Session, scope: Scope, public_id: str) -> Preview:
    """What can be done about a stray now. When it is done, the guards decide again.

    Raises:
        NoSuchPayment: there is none of that name in scope.
    """
    target = strays.find(session, scope, public_id)
    kind = Kind(target.parent.kind)
    order_id = target.payment.order_id
    return Preview(
        use=USES[kind](session, target),
        can_go_back=kind in strays.CAME_IN | strays.HOLDS,
        order_number=f"W{order_tables.FIRST_NUMBER + order_id}" if order_id else "",
    )


def _sale(session: Session, target: Target) -> Use:
    if target.payment.authorised_cents:
        return Use.NOTHING
    return Use.ORDER if stray_uses.pays_order(session, target) else Use.OPEN_CREDIT


def _authorize(session: Session, target: Target) -> Use:
    is_free = target.payment.authorised_cents == 0 and stray_uses.pays_order(session, target)
    return Use.HOLD if is_free and _is_draft(session, target) else Use.NOTHING


def _is_draft(session: Session, target: Target) -> bool:
    statement = select(Order.state).where(Order.id == target.payment.order_id)
    return session.scalars(statement).one() == "draft"


def _capture(session: Session, target: Target) -> Use:
    payment, cents = target.payment, target.parent.amount_cents
    if payment.capture_reserved_cents or cents > payment.authorised_cents:
        return Use.NOTHING
    invoice = session.get_one(Invoice, payment.invoice_id)
    is_open = invoice.pay_reserved_cents + target.parent.base_cents <= invoice.open_cents
    return Use.ORDER if is_open else Use.OPEN_CREDIT


def _void(session: Session, target: Target) -> Use:
    payment, stray = target.payment, target.parent
    if strays.moves_money(session, stray):
        return _refund(session, target)
    left = payment.authorised_cents - payment.capture_reserved_cents
    is_left = payment.captured_cents == 0 and stray.amount_cents <= left
    return Use.RELEASED if is_left else Use.NOTHING


def _refund(_session: Session, target: Target) -> Use:
    payment, cents = target.payment, target.parent.amount_cents
    if cents == payment.captured_cents and not payment.refund_reserved_cents:
        return Use.RETURNED
    is_left = payment.refund_reserved_cents + cents <= payment.captured_cents
    return Use.PART_RETURNED if is_left else Use.CHARGE


def _credit_refund(session: Session, target: Target) -> Use:
    payment, stray = target.payment, target.parent
    credit = session.get_one(OpenCredit, stray.open_credit_id)
    fee_cents = payment.refund_fee_reserved_cents + stray.fee_cents
    is_left = (
        payment.refund_reserved_cents + stray.amount_cents <= payment.captured_cents
        and fee_cents <= payment.fee_cents
    )
    has_credit = credit.used_cents + stray.base_cents <= credit.total_cents
    return Use.RETURNED if is_left and has_credit else Use.CHARGE


USES: Mapping[Kind, Callable[[Session, Target], Use]] = {
    Kind.SALE: _sale,
    Kind.AUTHORIZE: _authorize,
    Kind.CAPTURE: _capture,
    Kind.VOID: _void,
    Kind.REFUND: _refund,
    Kind.CREDIT_REFUND: _credit_refund,
}
