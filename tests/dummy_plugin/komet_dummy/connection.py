"""One account of the dummy gateway, open."""

from dataclasses import replace

from komet_dummy.gateway import Gone, Order, Refused, Silent, gateway_at
from komet_shop.plugin_api import (
    Account,
    Batch,
    BatchAnswer,
    CaptureRequest,
    CardDetails,
    ChargeRequest,
    ContentSources,
    CreditRequest,
    Fault,
    FormRequest,
    Fragment,
    GatewayResult,
    Health,
    Host,
    Kind,
    Lookup,
    LookupRequest,
    OneTimeCard,
    Outcome,
    RefundRequest,
    StoredCard,
    Transaction,
    VoidRequest,
)

CARD = CardDetails(brand="Visa", last_four="1111", expiry="1230")
OWN_SCRIPT = "/plugins/dummy/static/card-form.js"


class DummyConnection:
    """Implements every ability that needs no device and no notification."""

    def __init__(self, account: Account, host: Host) -> None:
        self._host = host
        self._gateway = gateway_at(account.url)

    def charge(self, request: ChargeRequest) -> GatewayResult:
        """Sale, authorization or card storing."""
        once = isinstance(request.card, OneTimeCard)
        order = Order(
            kind=request.kind,
            reference=request.reference,
            cents=request.amount_cents,
            fee_cents=request.service_fee_cents,
            one_time_token=request.card.token if once else "",
            stored_token="" if once else request.card.token,
        )
        return self._book(order)

    def capture(self, request: CaptureRequest) -> GatewayResult:
        """Take what was authorized, or part of it."""
        order = _follow_up(Kind.CAPTURE, request)
        return self._book(replace(order, fee_cents=request.service_fee_cents))

    def void(self, request: VoidRequest) -> GatewayResult:
        """Undo a transaction of the open batch."""
        return self._book(_follow_up(Kind.VOID, request))

    def refund(self, request: RefundRequest) -> GatewayResult:
        """Return part or all of a sale."""
        return self._book(_follow_up(Kind.REFUND, request))

    def credit(self, request: CreditRequest) -> GatewayResult:
        """Send money to a stored card."""
        order = Order(
            kind=Kind.CREDIT_REFUND,
            reference=request.reference,
            cents=request.amount_cents,
            stored_token=request.card.token,
        )
        return self._book(order)

    def find(self, request: LookupRequest) -> Lookup:
        """Search the gateway's ledger."""
        self._host.about_to_call()
        try:
            ledger = self._gateway.search()
        except Gone:
            return Lookup(answered=False)
        return Lookup(
            answered=True,
            transactions=tuple(entry for entry in ledger if _fits(entry, request)),
        )

    def describe(self, card: StoredCard) -> CardDetails | None:
        """What may be shown of a stored card."""
        self._host.about_to_call()
        return CARD if self._gateway.has_card(card.token) else None

    def forget(self, card: StoredCard) -> bool:
        """Delete a stored card."""
        self._host.about_to_call()
        self._gateway.forget(card.token)
        return True

    def open_batch(self) -> BatchAnswer:
        """The batch that is open now."""
        self._host.about_to_call()
        number, inside = self._gateway.open_batch()
        return BatchAnswer(answered=True, batch=_batch(number, inside) if inside else None)

    def close_batch(self) -> BatchAnswer:
        """Close the open batch and tell its totals."""
        closed = self.open_batch()
        self._gateway.settle()
        return closed

    def check(self) -> Health:
        """Ask whether anybody listens."""
        self._host.about_to_call()
        try:
            self._gateway.require_listening()
        except Gone:
            return Health(ok=False, message="The dummy gateway does not listen.")
        return Health(ok=True, message="The dummy gateway listens.")

    def card_form(self, request: FormRequest) -> Fragment:
        """A field for a token in place of a hosted frame."""
        return Fragment(
            template="dummy/card_form.html",
            context={"token_field": request.token_field},
            scripts=(OWN_SCRIPT,),
        )

    def content_sources(self) -> ContentSources:
        """Nothing beyond the shop's own origin."""
        return ContentSources()

    def _book(self, order: Order) -> GatewayResult:
        self._host.about_to_call()
        try:
            transaction, token = self._gateway.book(order)
        except Refused as reason:
            return _told(Outcome.DECLINED, "Your card was declined.", f"Declined: {reason}")
        except Silent:
            result = _told(Outcome.UNKNOWN, "We are confirming your payment.", "No answer.")
            return replace(result, fault=Fault.NO_ANSWER)
        except Gone:
            result = _told(Outcome.REJECTED, "Your card was not charged.", "Nothing was sent.")
            return replace(result, fault=Fault.UNREACHABLE)
        return _approved(transaction, token)


def _follow_up(kind: Kind, request: CaptureRequest | VoidRequest | RefundRequest) -> Order:
    return Order(
        kind=kind,
        reference=request.reference,
        cents=request.amount_cents,
        parent=request.transaction_id,
    )


def _approved(transaction: Transaction, token: str) -> GatewayResult:
    return GatewayResult(
        outcome=Outcome.APPROVED,
        transaction_id=transaction.id,
        kind=transaction.kind,
        reference=transaction.reference,
        amount_cents=transaction.amount_cents,
        service_fee_cents=transaction.service_fee_cents,
        currency="USD",
        batch_id=transaction.batch_id,
        card=CARD,
        stored_card=StoredCard(token=token, details=CARD) if token else None,
    )


def _told(outcome: Outcome, buyer: str, staff: str) -> GatewayResult:
    return GatewayResult(outcome=outcome, buyer_message=buyer, staff_message=staff)


def _fits(entry: Transaction, request: LookupRequest) -> bool:
    return (
        request.since <= entry.created_at <= request.until
        and request.reference in ("", entry.reference)
        and request.transaction_id in ("", entry.id)
    )


def _batch(number: str, inside: list[Transaction]) -> Batch:
    back = [e for e in inside if e.kind in (Kind.REFUND, Kind.CREDIT_REFUND)]
    sold_cents = sum(e.total_cents for e in inside if e not in back)
    back_cents = sum(e.amount_cents for e in back)
    return Batch(
        id=number,
        status="OPEN",
        sales_count=len(inside) - len(back),
        sales_cents=sold_cents,
        refund_count=len(back),
        refund_cents=back_cents,
        net_cents=sold_cents - back_cents,
    )
