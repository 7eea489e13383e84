"""Orders and payments in Komet: found by our reference, booked once."""

from datetime import date
from decimal import Decimal

from komet_shop.komet_client import wire
from komet_shop.komet_client.calls import Caller
from komet_shop.komet_client.wire import Row
from komet_shop.services.erp import (
    ErpUnavailable,
    OrderToPost,
    PaymentToPost,
    PostedOrder,
    PostedPayment,
)

CARD_METHOD = "credit card"
DRAFT = "2"
REFERENCE_FIELDS = ("referenceNumber", "reference", "checkReference", "checkNumber")
PO_NUMBER_LENGTH = 20
TEXT_LENGTH = 200


class Posting:
    """The posting half of Komet's API. Rule: docs/komet.md, "What is told to Komet"."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._card_method_id = ""

    def find_orders(self, *, customer: str, since: date, until: date) -> list[PostedOrder]:
        """A customer's orders with ship dates in a window of at most six months."""
        envelope = self._caller.look(
            "invoice.list",
            orderDateFrom=since.isoformat(),
            orderDateTo=until.isoformat(),
            customerId=customer,
        )
        return [_posted_order(row) for row in wire.rows(envelope, "invoices")]

    def create_order(self, order: OrderToPost) -> PostedOrder:
        """Book an order as a draft; prices are in the customer's currency."""
        envelope = self._caller.post(
            "invoice.create",
            customerId=order.customer,
            carrierId=order.carrier,
            shipToId=order.ship_to,
            shipDate=order.ship_date.isoformat(),
            locationCode=order.location_code,
            poNumber=order.po_number[:PO_NUMBER_LENGTH],
            reference=order.reference,
            invoiceNotes=order.notes[:TEXT_LENGTH],
            statusDraft=1,
            items=[
                {
                    "orderItemId": line.item,
                    "boxes": line.boxes,
                    "price": Decimal(line.price_e4).scaleb(-4),
                }
                for line in order.lines
            ],
        )
        number = wire.text(envelope, "invoiceNumber", "number", "orderNumber").lstrip("WTwt")
        if not number:
            raise ErpUnavailable("Komet: a new invoice without a number")
        return PostedOrder(
            id=wire.text(envelope, "invoiceId", "id"),
            number=number,
            reference=order.reference,
            is_draft=True,
        )

    def check_out(self, number: str) -> None:
        """From draft to waiting for approval."""
        self._caller.post("invoice.checkout", invoiceNumber=number)

    def find_payments(self, reference: str) -> list[PostedPayment]:
        """Komet searches with LIKE, so the exact ones are picked here."""
        envelope = self._caller.look("payment.list", checkReference=reference)
        found = [_posted_payment(row) for row in wire.rows(envelope, "payments")]
        return [payment for payment in found if reference in payment.references]

    def payments_between(self, since: date, until: date) -> list[PostedPayment]:
        """All payments by their day, at most 31 days apart."""
        envelope = self._caller.look(
            "payment.list", dateFrom=since.isoformat(), dateTo=until.isoformat()
        )
        return [_posted_payment(row) for row in wire.rows(envelope, "payments")]

    def post_payment(self, payment: PaymentToPost) -> PostedPayment:
        """Book a card payment against the orders it was made for."""
        envelope = self._caller.post(
            "payment.receive",
            customerId=payment.customer,
            methodId=self._card_method(),
            date=payment.received_on.isoformat(),
            locationCode=payment.location_code,
            totalPayment=_amount(payment.amount_cents),
            referenceNumber=payment.reference,
            notes=payment.notes[:TEXT_LENGTH],
            invoices=[
                {"invoiceNumber": order.number, "amount": _amount(order.amount_cents)}
                for order in payment.orders
            ],
        )
        number = wire.text(envelope, "controlNumber")
        if not number:
            raise ErpUnavailable("Komet: a new payment without a control number")
        return PostedPayment(control_number=number, references=frozenset({payment.reference}))

    def _card_method(self) -> str:
        if not self._card_method_id:
            envelope = self._caller.look("payment.method.list")
            self._card_method_id = _card_method(wire.rows(envelope, "paymentMethods", "methods"))
        return self._card_method_id


def _card_method(methods: list[Row]) -> str:
    for row in methods:
        is_active = wire.flag(row, "active", default=True)
        if is_active and wire.text(row, "name", "description").casefold() == CARD_METHOD:
            return wire.text(row, "id", "methodId")
    # Not the payment's fault: it waits until somebody has added the method.
    raise ErpUnavailable('Komet has no active payment method named "Credit Card"; add it there')


def _posted_order(row: Row) -> PostedOrder:
    words, code = wire.text(row, "statusDescription").lower(), wire.text(row, "status")
    return PostedOrder(
        id=wire.text(row, "id", "invoiceId"),
        number=wire.text(row, "number", "invoiceNumber").lstrip("WTwt"),
        reference=wire.text(row, "reference"),
        is_draft="draft" in words if words else code == DRAFT,
    )


def _posted_payment(row: Row) -> PostedPayment:
    return PostedPayment(
        id=wire.text(row, "id", "paymentId"),
        control_number=wire.text(row, "controlNumber"),
        references=frozenset(wire.text(row, name) for name in REFERENCE_FIELDS) - {""},
    )


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
