"""Reads what Komet is told of an order or a payment, in Komet's ids."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from komet_shop.domain.operation_states import HAS_MONEY
from komet_shop.models import (
    Application,
    Carrier,
    Customer,
    InventoryLine,
    Invoice,
    KometLink,
    Location,
    Operation,
    Order,
    OrderLine,
    Payment,
    ShipTo,
)
from komet_shop.plugin_api import Kind
from komet_shop.services.erp import OrderedLine, OrderToPost, PaidOrder, PaymentToPost

RECEIVES = (Kind.SALE, Kind.CAPTURE)


class CannotBePosted(Exception):
    """Something that Komet needs is missing here. The message says what a person can do."""


def is_linked(session: Session, kind: str, local_id: int) -> bool:
    """True when Komet's number of this row is known: it is there."""
    return _link(session, kind, local_id) is not None


def order_to_post(session: Session, order_id: int) -> OrderToPost:
    """An order in Komet's words.

    Raises:
        CannotBePosted: the customer, the location or the carrier is not Komet's.
    """
    usual = aliased(Carrier)
    row = session.execute(
        select(Order, Customer.komet_id, Location.code, Carrier, usual, ShipTo.komet_id)
        .join(Customer, Customer.id == Order.customer_id)
        .join(Location, Location.id == Order.location_id)
        .outerjoin(Carrier, Carrier.id == Order.carrier_id)
        .outerjoin(ShipTo, ShipTo.id == Order.ship_to_id)
        .outerjoin(usual, usual.id == ShipTo.carrier_id)
        .where(Order.id == order_id)
    ).one()
    order, customer, location_code, carrier, usual_carrier, ship_to = row
    carrier = carrier or usual_carrier
    if customer is None or carrier is None:
        what = "customer is not in Komet" if customer is None else "order has no carrier"
        raise CannotBePosted(f"{order.number}: the {what}")
    return OrderToPost(
        reference=order.public_id,
        customer=customer,
        location_code=location_code,
        carrier=carrier.komet_id,
        ship_to=ship_to,
        ship_date=order.ship_date,
        po_number=order.customer_po,
        notes=_order_notes(order),
        lines=_lines(session, order_id),
    )


def payment_to_post(session: Session, payment_id: int) -> PaymentToPost:
    """A card payment in Komet's words: the amount without the fee.

    Raises:
        CannotBePosted: it has no approved operation, or its customer or an order it pays is
            not in Komet.
    """
    payment, customer, location = session.execute(
        select(Payment, Customer, Location)
        .join(Customer, Customer.id == Payment.customer_id)
        .join(Location, Location.id == Payment.location_id)
        .where(Payment.id == payment_id)
    ).one()
    operation = _received_by(session, payment)
    if customer.komet_id is None:
        raise CannotBePosted(f"{payment.receipt_number}: the customer is not in Komet")
    return PaymentToPost(
        reference=operation.gateway_ref,
        customer=customer.komet_id,
        location_code=location.code,
        received_on=_local_day(payment.received_at or payment.created_at, location.time_zone),
        amount_cents=payment.captured_cents - payment.fee_cents,
        notes=_payment_notes(payment, operation),
        orders=_paid_orders(session, payment),
    )


def _link(session: Session, kind: str, local_id: int) -> KometLink | None:
    statement = select(KometLink).where(KometLink.kind == kind, KometLink.local_id == local_id)
    return session.scalars(statement).one_or_none()


def _order_notes(order: Order) -> str:
    po_number = f", PO {order.customer_po}" if order.customer_po else ""
    return f"Web order {order.number}{po_number}"


def _lines(session: Session, order_id: int) -> tuple[OrderedLine, ...]:
    rows = session.execute(
        select(InventoryLine.komet_id, OrderLine.boxes, OrderLine.price_e4)
        .join(InventoryLine, InventoryLine.id == OrderLine.inventory_line_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.id)
    )
    return tuple(
        OrderedLine(item=item, boxes=boxes, price_e4=price_e4) for item, boxes, price_e4 in rows
    )


def _received_by(session: Session, payment: Payment) -> Operation:
    operation = session.scalars(
        select(Operation)
        .where(
            Operation.payment_id == payment.id,
            Operation.kind.in_(RECEIVES),
            Operation.state.in_(HAS_MONEY),
        )
        .order_by(Operation.state, Operation.id)  # "approved" comes before "stray"
        .limit(1)
    ).one_or_none()
    if operation is None:
        raise CannotBePosted(f"{payment.receipt_number}: no approved charge")
    return operation


def _payment_notes(payment: Payment, operation: Operation) -> str:
    card = f"{payment.card_brand} ending {payment.card_last_four}".strip()
    return f"{payment.receipt_number}, transaction {operation.gateway_transaction_id}, {card}"


def _paid_orders(session: Session, payment: Payment) -> tuple[PaidOrder, ...]:
    rows = session.execute(
        select(Application.amount_cents, Invoice.order_id)
        .join(Invoice, Invoice.id == Application.invoice_id)
        .where(Application.payment_id == payment.id)
        .order_by(Application.id)
    ).all()
    return tuple(
        PaidOrder(number=_number_at_komet(session, payment, order_id), amount_cents=cents)
        for cents, order_id in rows
    )


def _number_at_komet(session: Session, payment: Payment, order_id: int) -> str:
    link = _link(session, "order", order_id)
    if link is None:
        raise CannotBePosted(f"{payment.receipt_number}: its order is not in Komet yet")
    return link.control_number


def _local_day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()
