"""Applying stray money: as if it had been known in time, where that is still possible."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import Resolution
from komet_shop.models import Invoice, OpenCredit, Operation, Order, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services import (
    audit,
    captures,
    credit_refunds,
    ledger,
    payer_mails,
    receiving,
    returning,
    strays,
    voids,
)
from komet_shop.services.follow_ups import Asked, FollowUpRefused, Target
from komet_shop.services.letters import End
from komet_shop.services.limits import LimitRefused, spend
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


class AlreadyDecided(FollowUpRefused):
    """Somebody gave the stray back or applied it before."""


class OnlyGiveBack(FollowUpRefused):
    """There is nothing left that it could be applied to."""


def apply(shop: Shop, scope: Scope, asked: Asked) -> None:
    """Apply a stray; `asked.payment` names it.

    A charge pays its order where that is still unpaid and unchanged, else it becomes an open
    credit of the customer. Money that went back is booked as given back; where it went back
    twice, the customer owes the second amount.

    Raises:
        NoSuchPayment, AlreadyDecided, OnlyGiveBack: nothing was changed.
    """
    now = shop.clock.now()
    shop.database.run(lambda session: _apply(session, scope, asked, now))


def pays_order(session: Session, target: Target) -> bool:
    """Whether applying a charge would pay the order it was meant for."""
    payment = target.payment
    if payment.order_id is None or payment.invoice_id is None:
        return False
    order = session.get_one(Order, payment.order_id)
    invoice = session.get_one(Invoice, payment.invoice_id)
    free_cents = invoice.open_cents - invoice.pay_reserved_cents
    is_same = _is_as_asked(target) and order.total_cents == invoice.total_cents
    is_free = order.state != "voided" and order.held_by_payment_id is None
    return is_same and is_free and free_cents >= payment.amount_cents


def _is_as_asked(target: Target) -> bool:
    """The amount that was meant; of a sale, a surcharge may have been left out."""
    payment, stray = target.payment, target.parent
    may_lack_fee = payment.surcharge_bp > 0 and stray.kind == Kind.SALE
    accepted = {payment.charge_cents, payment.amount_cents if may_lack_fee else None}
    return stray.amount_cents in accepted


def _apply(session: Session, scope: Scope, asked: Asked, now: datetime) -> None:
    target = strays.find(session, scope, asked.payment)
    stray = target.parent
    try:
        spend(session, strays.resolve(stray.id, None, Resolution.APPLIED, now))
    except LimitRefused as error:
        raise AlreadyDecided(asked.payment) from error
    use = USES[Kind(stray.kind)](session, target, now)
    entry = audit.Entry(
        actor=scope.actor,
        company_id=stray.company_id,
        location_id=stray.location_id,
        action="stray_applied",
        object_type="operation",
        object_id=stray.id,
        after={"amount_cents": stray.amount_cents, "use": use},
        reason=asked.reason,
    )
    audit.write(session, entry, now)


def _sale(session: Session, target: Target, now: datetime) -> str:
    payment, stray = target.payment, target.parent
    cents, pays = stray.amount_cents, pays_order(session, target)
    fee_cents = cents - payment.amount_cents if pays else 0
    charged = (
        update(Payment)
        .where(Payment.id == payment.id, Payment.authorised_cents == 0)
        .values(
            authorised_cents=cents,
            capture_reserved_cents=cents,
            captured_cents=cents,
            fee_cents=fee_cents,
            received_at=now,
        )
    )
    _spend_or_refuse(session, charged.returning(Payment.id))
    _name_fee(session, stray, fee_cents)
    if not pays:
        return _open_credit(session, target, now)
    _check_out_draft(session, payment, now)
    receiving.reserve_invoice(session, _invoice_of(payment), payment.amount_cents)
    receiving.receive(session, payment, stray, now=now, out_of_suspense=True)
    return "order"


def _authorize(session: Session, target: Target, now: datetime) -> str:
    payment = target.payment
    if not pays_order(session, target) or not _is_draft(session, payment):
        raise OnlyGiveBack(target.parent.public_id)
    held = (
        update(Payment)
        .where(Payment.id == payment.id, Payment.authorised_cents == 0)
        .values(authorised_cents=target.parent.amount_cents)
    )
    _spend_or_refuse(session, held.returning(Payment.id))
    _check_out_draft(session, payment, now)
    return "order"


def _capture(session: Session, target: Target, now: datetime) -> str:
    payment, stray = target.payment, target.parent
    _spend_or_refuse(session, captures.reserve(payment.id, stray.amount_cents))
    try:
        receiving.reserve_invoice(session, _invoice_of(payment), stray.base_cents)
    except LimitRefused:
        _name_fee(session, stray, 0)
        spend(session, captures.count(payment.id, stray, now))
        return _open_credit(session, target, now)
    spend(session, captures.count(payment.id, stray, now))
    receiving.receive(session, payment, stray, now=now, out_of_suspense=True)
    return "order"


def _money_back(session: Session, target: Target, now: datetime) -> str:
    payment, stray = target.payment, target.parent
    if not strays.moves_money(session, stray):
        _spend_or_refuse(session, voids.keep_hold(payment.id, stray.amount_cents))
        return "released"
    is_whole = stray.amount_cents == payment.captured_cents
    if is_whole and _is_granted(session, returning.reserve_all(payment.id)):
        _name_fee(session, stray, payment.fee_cents)
        returning.give_back_all(session, stray, now, out_of_suspense=True)
        return "returned"
    if _is_granted(session, returning.reserve(payment.id, stray.amount_cents)):
        return _charge_customer(session, target, now, kind="part_returned")
    return _charge_customer(session, target, now)


def _credit_refund(session: Session, target: Target, now: datetime) -> str:
    payment, stray = target.payment, target.parent
    assert stray.open_credit_id is not None
    kept = returning.reserve(payment.id, stray.amount_cents, fee_cents=stray.fee_cents)
    if not _is_granted(session, kept):
        return _charge_customer(session, target, now)
    if not _is_granted(session, credit_refunds.use(stray.open_credit_id, stray.base_cents)):
        spend(session, returning.release(stray))
        return _charge_customer(session, target, now)
    credit_refunds.book(
        session, stray, payment, account=ledger.SUSPENSE, kind="stray_applied", now=now
    )
    return "returned"


def _open_credit(session: Session, target: Target, now: datetime) -> str:
    payment, stray = target.payment, target.parent
    session.add(
        OpenCredit(
            public_id=identifiers.public_id("cr"),
            company_id=payment.company_id,
            location_id=payment.location_id,
            customer_id=payment.customer_id,
            origin_payment_id=payment.id,
            reason="Card payment that was found later",
            currency=payment.currency,
            total_cents=stray.amount_cents,
            created_at=now,
        )
    )
    account = ledger.open_credit(payment.customer_id)
    _book(session, target, debit=ledger.SUSPENSE, credit=account, now=now)
    returning.ask_clerk(session, stray, payment, stray.amount_cents, now, kind="open_credit")
    payer_mails.tell(session, stray, End.CREDITED, now)
    return "open_credit"


def _charge_customer(
    session: Session, target: Target, now: datetime, *, kind: str = "charge"
) -> str:
    """A part went back, or more than was left to give back: the customer owes it."""
    payment, stray = target.payment, target.parent
    _name_fee(session, stray, 0)
    account = ledger.receivable(payment.customer_id)
    _book(session, target, debit=account, credit=ledger.SUSPENSE, now=now)
    returning.ask_clerk(session, stray, payment, stray.amount_cents, now, kind=kind)
    return kind


def _book(session: Session, target: Target, *, debit: str, credit: str, now: datetime) -> None:
    leg = ledger.Leg(debit=debit, credit=credit, cents=target.parent.amount_cents)
    ledger.post(session, ledger.of_operation(target.parent, "stray_applied"), [leg], now)


def _name_fee(session: Session, stray: Operation, cents: int) -> None:
    """How much of a stray is card fee: only a use of it decides that."""
    statement = update(Operation).where(Operation.id == stray.id).values(fee_cents=cents)
    session.execute(statement)
    session.refresh(stray)


def _check_out_draft(session: Session, payment: Payment, now: datetime) -> None:
    if _is_draft(session, payment):
        assert payment.order_id is not None
        receiving.check_out(session, payment.order_id, payment_id=None, now=now)


def _is_draft(session: Session, payment: Payment) -> bool:
    statement = select(Order.state).where(Order.id == payment.order_id)
    return session.scalars(statement).one() == "draft"


def _invoice_of(payment: Payment) -> int:
    assert payment.invoice_id is not None
    return payment.invoice_id


def _is_granted(session: Session, statement: Update) -> bool:
    return session.execute(statement).scalar_one_or_none() is not None


def _spend_or_refuse(session: Session, statement: Update) -> None:
    if not _is_granted(session, statement):
        raise OnlyGiveBack


USES: Mapping[Kind, Callable[[Session, Target, datetime], str]] = {
    Kind.SALE: _sale,
    Kind.AUTHORIZE: _authorize,
    Kind.CAPTURE: _capture,
    Kind.VOID: _money_back,
    Kind.REFUND: _money_back,
    Kind.CREDIT_REFUND: _credit_refund,
}
