"""Paying an order by card: the intent is written (T1) before anything is sent."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.card_rules import Refusal
from komet_shop.domain.card_settings import Switch
from komet_shop.models import (
    CardTokenUse,
    GatewayAccount,
    Operation,
    Order,
    Payment,
    SavedCard,
)
from komet_shop.models.upserts import inserting
from komet_shop.plugin_api import (
    ChargeRequest,
    GatewayResult,
    Kind,
    OneTimeCard,
    StoredCard,
    TakesPayments,
)
from komet_shop.services import audit, checkout, operations, saved_cards
from komet_shop.services.checkout import CheckoutRefused, OpenOrder
from komet_shop.services.operations import Call, NewOperation
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


class CardTokenSpent(CheckoutRefused):
    """The card form's token was used before: enter the card again."""


@dataclass(frozen=True, kw_only=True)
class PayOrder:
    """A buyer's click on the pay button.

    `card_token` comes from the card form, or `saved_card` names a card on file.
    `session_digest` binds the token to the browser session that opened the form.
    `expected_cents` is the order's total, `expected_fee_cents` the card fee on it that the
    page showed.
    """

    order: str
    action_key: str
    expected_cents: int
    expected_fee_cents: int = 0
    card_token: str = ""
    saved_card: str = ""
    save_card: bool = False
    session_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Started:
    """The payment to watch, and the call to make if this click started it."""

    payment_id: str
    operation_id: int | None
    call: Call | None


def pay(shop: Shop, scope: Scope, click: PayOrder) -> Started:
    """Write down the intent to pay (T1): reserve, and hand back the call to make.

    The same click again gives the same payment and no call.

    Raises:
        CheckoutRefused: one of its kinds; nothing was written.
        operations.KeyReused: the key was used for another request.
    """
    try:
        return shop.database.run(lambda session: _start(session, shop, scope, click))
    except IntegrityError:
        with shop.database.read() as session:
            earlier = _earlier(session, scope, click)
        if earlier is None:
            raise
        return earlier


def _start(session: Session, shop: Shop, scope: Scope, click: PayOrder) -> Started:
    earlier = _earlier(session, scope, click)
    if earlier is not None:
        return earlier
    now = shop.clock.now()
    found = checkout.open_order(session, scope, click.order, now)
    total = checkout.total_of(session, found.order, click.expected_cents)
    answer = found.card_answer(total, now)
    if answer.reason is not None or found.account is None:
        raise checkout.CardNotOffered(answer.reason or Refusal.NOT_ACTIVE)
    fee = found.fee_on(total)
    if fee.cents != click.expected_fee_cents:
        raise checkout.TotalChanged(found.order.public_id)
    card = _card(session, shop, scope, click, found.order)
    kind = _kind(found)
    invoice_id = checkout.make_invoice(
        session, found.order, total, reserve=kind is Kind.SALE, now=now
    )
    payment = _payment(session, scope, found.order, total, now, card)
    payment.fee_cents, payment.surcharge_bp = fee.cents, fee.surcharge_bp
    payment.invoice_id = invoice_id
    _hold(session, found.order, payment)
    intent = _operation(scope, click, payment, found.account, card, kind=kind)
    operation = operations.create(session, intent, now)
    _audit(session, scope, payment, operation, now)
    call = _call_for(found.order, _source(shop, click, card), scope)
    return Started(payment_id=payment.public_id, operation_id=operation.id, call=call)


def _kind(found: OpenOrder) -> Kind:
    """A location may hold the money at checkout and take it when the order ships."""
    return Kind.AUTHORIZE if found.is_on(Switch.PREAUTHORIZATION) else Kind.SALE


def _earlier(session: Session, scope: Scope, click: PayOrder) -> Started | None:
    operation = operations.already_started(
        session,
        company_id=scope.company_id,
        action_key=click.action_key,
        request_hash=_hash(scope, click),
    )
    if operation is None:
        return None
    payment = session.get_one(Payment, operation.payment_id)
    return Started(payment_id=payment.public_id, operation_id=None, call=None)


def _hash(scope: Scope, click: PayOrder) -> str:
    """The card token is not part of it: a form sent twice may have made two tokens."""
    asked = {
        "user": scope.actor.user_id,
        "order": click.order,
        "cents": click.expected_cents,
        "fee": click.expected_fee_cents,
        "saved_card": click.saved_card,
    }
    return operations.hash_of(asked)


def _card(
    session: Session, shop: Shop, scope: Scope, click: PayOrder, order: Order
) -> SavedCard | None:
    if click.saved_card:
        return saved_cards.usable(
            session,
            scope,
            public_id=click.saved_card,
            customer_id=order.customer_id,
            location_id=order.location_id,
        )
    digest = hashlib.sha256(click.card_token.encode()).hexdigest()
    first_use = (
        inserting(session, CardTokenUse)
        .values(token_sha256=digest, session_sha256=click.session_digest, used_at=shop.clock.now())
        .on_conflict_do_nothing()
        .returning(CardTokenUse.token_sha256)
    )
    if session.execute(first_use).scalar_one_or_none() is None:
        raise CardTokenSpent(order.public_id)
    return None


def _payment(
    session: Session,
    scope: Scope,
    order: Order,
    total: int,
    now: datetime,
    card: SavedCard | None,
) -> Payment:
    payment = Payment(
        public_id=identifiers.public_id("pay"),
        company_id=order.company_id,
        location_id=order.location_id,
        customer_id=order.customer_id,
        order_id=order.id,
        method="card",
        currency=order.currency,
        amount_cents=total,
        authorised_cents=0,
        card_brand=card.brand if card else "",
        card_last_four=card.last_four if card else "",
        created_by_id=scope.actor.user_id,
        created_at=now,
    )
    session.add(payment)
    return payment


def _hold(session: Session, order: Order, payment: Payment) -> None:
    session.flush()
    held = session.execute(
        update(Order)
        .where(
            Order.id == order.id,
            Order.state == "draft",
            Order.held_by_payment_id.is_(None),
            Order.version == order.version,
        )
        .values(held_by_payment_id=payment.id, version=Order.version + 1)
        .execution_options(synchronize_session=False)
        .returning(Order.id)
    )
    if held.scalar_one_or_none() is None:
        raise checkout.TotalChanged(order.public_id)


def _operation(
    scope: Scope,
    click: PayOrder,
    payment: Payment,
    account: GatewayAccount,
    card: SavedCard | None,
    *,
    kind: Kind,
) -> NewOperation:
    return NewOperation(
        company_id=payment.company_id,
        location_id=payment.location_id,
        account_id=account.id,
        kind=kind,
        amount_cents=payment.charge_cents,
        fee_cents=payment.fee_cents,
        service_fee_cents=payment.fee_cents if kind is Kind.SALE and payment.surcharge_bp else 0,
        currency=payment.currency,
        action_key=click.action_key,
        request_hash=_hash(scope, click),
        payment_id=payment.id,
        saved_card_id=card.id if card else None,
        saves_card=click.save_card and card is None,
        created_by_id=scope.actor.user_id,
    )


def _source(shop: Shop, click: PayOrder, card: SavedCard | None) -> OneTimeCard | StoredCard:
    return saved_cards.opened(card, shop.box) if card else OneTimeCard(token=click.card_token)


def _call_for(order: Order, source: OneTimeCard | StoredCard, scope: Scope) -> Call:
    order_number = order.number

    def call(connection: TakesPayments, operation: Operation) -> GatewayResult:
        return connection.charge(
            ChargeRequest(
                kind=Kind(operation.kind),
                reference=operation.gateway_ref,
                amount_cents=operation.named_cents,
                service_fee_cents=operation.service_fee_cents,
                currency=operation.currency,
                card=source,
                save_card=operation.saves_card,
                order_number=order_number,
                payer_address=scope.actor.address,
            )
        )

    return call


def _audit(
    session: Session, scope: Scope, payment: Payment, operation: Operation, now: datetime
) -> None:
    started = audit.Entry(
        actor=scope.actor,
        company_id=payment.company_id,
        location_id=payment.location_id,
        action="payment_started",
        object_type="payment",
        object_id=payment.id,
        after={"amount_cents": payment.charge_cents, "operation": operation.public_id},
    )
    audit.write(session, started, now)
