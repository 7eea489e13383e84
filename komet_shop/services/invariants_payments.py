"""Invariants of payments: charged once, limits kept, counters that agree with operations.

Each function is one statement that selects what breaks the rule, by its public id.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select, union_all

from komet_shop.domain.operation_states import CHARGES, UNSETTLED
from komet_shop.models import ClerkTask, OpenCredit, Operation, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services.invariants_rows import (
    PARENT,
    WENT_OUT,
    Window,
    counts,
    gives_a_stray_back,
    undoes_a_hold,
)

AMOUNT, FEE = Operation.amount_cents.expression, Operation.fee_cents.expression
BASE = AMOUNT - FEE
"""What an operation moves of what is owed: all but the card fee."""


def charged_twice(window: Window) -> Select[Any]:
    """Payments, or clicks of a pay button, with more than one approved charge.

    A customer paid twice for one thing: the worst that can happen here.
    """
    approved = (Operation.kind.in_(CHARGES), counts())
    latest = window.covers(func.max(Operation.settled_at))
    by_payment = (
        select(func.min(Payment.public_id).label("offender"))
        .join(Operation, Operation.payment_id == Payment.id)
        .where(*approved)
        .group_by(Payment.id)
    )
    by_click = (
        select(func.min(Operation.public_id).label("offender"))
        .where(*approved)
        .group_by(Operation.company_id, Operation.action_key)
    )
    return _union(*(one.having(func.count() > 1, latest) for one in (by_payment, by_click)))


def transaction_counted_twice(window: Window) -> Select[Any]:
    """Operations that share one transaction of the gateway; a void may name what it undid.

    The shop counts money twice that the gateway moved once.
    """
    return (
        select(func.min(Operation.public_id).label("offender"))
        .where(Operation.kind != Kind.VOID, Operation.gateway_transaction_id.is_not(None))
        .group_by(Operation.company_id, Operation.gateway_transaction_id)
        .having(
            func.count() > 1,
            window.covers(func.max(Operation.settled_at), func.max(Operation.created_at)),
        )
    )


def limit_exceeded(window: Window) -> Select[Any]:
    """Payments that captured or returned more than they had; credits used beyond their total.

    Somebody else's money was spent.
    """
    kept = and_(
        Payment.refund_reserved_cents.between(0, Payment.captured_cents),
        Payment.captured_cents <= Payment.capture_reserved_cents,
        Payment.capture_reserved_cents <= Payment.authorised_cents,
    )
    payments = select(Payment.public_id.label("offender")).where(not_(kept), _payment_in(window))
    open_credits = select(OpenCredit.public_id.label("offender")).where(
        not_(OpenCredit.used_cents.between(0, OpenCredit.total_cents)), _credit_in(window)
    )
    return _union(payments, open_credits)


def counter_wrong(window: Window) -> Select[Any]:
    """Card payments and credits whose counters are not the sums of their operations.

    A credit may also be used without an operation: never less of it than operations took.
    The next capture or refund of such a payment would be granted or refused by mistake.
    """
    return _union(_payments_miscounted(window), _credits_miscounted(window))


def _payments_miscounted(window: Window) -> Select[Any]:
    is_capture = Operation.kind == Kind.CAPTURE
    sold = and_(Operation.kind == Kind.SALE, counts())
    came = sold | (is_capture & counts())
    taken = and_(or_(is_capture, undoes_a_hold()), _holds())
    returned = and_(Operation.kind.in_(WENT_OUT), ~undoes_a_hold(), _holds())
    return (
        select(Payment.public_id.label("offender"))
        .outerjoin(Operation, Operation.payment_id == Payment.id)
        .outerjoin(PARENT, PARENT.id == Operation.parent_id)
        .outerjoin(ClerkTask, ClerkTask.operation_id == Operation.id)
        .where(Payment.method == "card", _payment_in(window))
        .group_by(Payment.id)
        .having(
            or_(
                Payment.authorised_cents != _sum(Operation.kind.in_(CHARGES) & counts()),
                Payment.captured_cents != _sum(came),
                Payment.capture_reserved_cents != _sum(sold | taken),
                Payment.refund_reserved_cents != _sum(returned),
                Payment.refund_fee_reserved_cents != _sum(returned, FEE),
                and_(Payment.captured_cents > 0, Payment.fee_cents != _sum(came, FEE)),
            )
        )
    )


def _credits_miscounted(window: Window) -> Select[Any]:
    gone = (Operation.kind == Kind.CREDIT_REFUND) & _holds()
    return (
        select(OpenCredit.public_id.label("offender"))
        .join(Operation, Operation.open_credit_id == OpenCredit.id)
        .outerjoin(PARENT, PARENT.id == Operation.parent_id)
        .outerjoin(ClerkTask, ClerkTask.operation_id == Operation.id)
        .where(_credit_in(window))
        .group_by(OpenCredit.id)
        .having(OpenCredit.used_cents < _sum(gone, BASE))
    )


def _holds() -> ColumnElement[bool]:
    """It has spent, or keeps, a part of a limit: unsettled too, but nothing of a stray's.

    Money that went back twice spends no limit: the customer is charged for it.
    """
    is_charged = ClerkTask.kind.is_not_distinct_from("charge")
    stands = or_(counts(), Operation.state.in_(UNSETTLED))
    return and_(stands, ~gives_a_stray_back(), ~is_charged)


def _payment_in(window: Window) -> ColumnElement[bool]:
    moved = window.moved(Payment.id, of=Operation.payment_id)
    return or_(window.covers(Payment.created_at), moved)


def _credit_in(window: Window) -> ColumnElement[bool]:
    moved = window.moved(OpenCredit.id, of=Operation.open_credit_id)
    return or_(window.covers(OpenCredit.created_at), moved)


def _sum(condition: ColumnElement[bool], cents: ColumnElement[int] = AMOUNT) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, cents))), 0)


def _union(*parts: Select[Any]) -> Select[Any]:
    both = union_all(*parts).subquery()
    return select(both.c.offender)
