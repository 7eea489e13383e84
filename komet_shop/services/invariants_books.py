"""Invariants of the books: every card movement stands in them once, and nothing else does.

Each function is one statement that selects what breaks the rule.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from komet_shop.domain.operation_states import HAS_MONEY, UNSETTLED, State
from komet_shop.models import (
    Application,
    Invoice,
    JournalEntry,
    LedgerTransfer,
    Operation,
    Payment,
)
from komet_shop.services.invariants_rows import (
    CAME_IN,
    MOVES,
    PARENT,
    Window,
    counts,
    moves_money,
    net_cents,
    with_money,
)
from komet_shop.services.ledger import FEES

CLEARING = "card_clearing:"
OF_OPERATION = and_(JournalEntry.source_type == "operation", JournalEntry.source_id == Operation.id)


def not_booked(window: Window) -> Select[Any]:
    """Operations with money whose amount the books do not show, or show more than once.

    One entry of each moves exactly its amount on the location's clearing account; that of
    a STRAY is of kind "stray", no other is. Of what counts, the card fee in it, and nothing
    more, is earned or given back. What we own differs from what the books say.
    """
    clearing = _clearing_of(Operation.location_id)
    is_debit = LedgerTransfer.debit_account == clearing
    is_credit = LedgerTransfer.credit_account == clearing
    touches = or_(is_debit, is_credit)
    moved = case(
        (is_debit, LedgerTransfer.amount_cents),
        (is_credit, -LedgerTransfer.amount_cents),
        else_=0,
    )
    earned = case(
        (LedgerTransfer.credit_account == FEES, LedgerTransfer.amount_cents),
        (LedgerTransfer.debit_account == FEES, -LedgerTransfer.amount_cents),
        else_=0,
    )
    is_stray = Operation.state == State.STRAY
    wrong_kind = or_(
        and_(is_stray, JournalEntry.kind != "stray"), and_(~is_stray, JournalEntry.kind == "stray")
    )
    return (
        with_money(Operation.public_id.label("offender"))
        .outerjoin(JournalEntry, OF_OPERATION)
        .outerjoin(LedgerTransfer, LedgerTransfer.entry_id == JournalEntry.id)
        .where(window.covers(*MOVES))
        .group_by(Operation.id, PARENT.id)
        .having(
            or_(
                func.count(case((touches, JournalEntry.id)).distinct()) != 1,
                func.coalesce(func.sum(moved), 0) != net_cents(),
                func.coalesce(func.sum(earned), 0) != _earned_cents(),
                func.count(case((and_(touches, wrong_kind), 1))) > 0,
            )
        )
    )


def booked_without_money(window: Window) -> Select[Any]:
    """Entries in the books of operations by which no money moved, or of none at all.

    The books show money that the gateway does not owe us.
    """
    no_money = not_(and_(Operation.state.in_(HAS_MONEY), moves_money()))
    return (
        select(_entry().label("offender"))
        .distinct()
        .select_from(JournalEntry)
        .join(LedgerTransfer, LedgerTransfer.entry_id == JournalEntry.id)
        .outerjoin(Operation, OF_OPERATION)
        .outerjoin(PARENT, PARENT.id == Operation.parent_id)
        .where(
            JournalEntry.source_type == "operation",
            or_(Operation.id.is_(None), no_money),
            window.covers(JournalEntry.created_at),
        )
    )


def entry_unsound(window: Window) -> Select[Any]:
    """Entries with an amount that is not more than nothing, with one account on both sides,
    or in another currency than the operation or than themselves.

    An entry like that does not balance, and no total above it can be trusted.
    """
    return (
        select(func.min(_entry()).label("offender"))
        .select_from(JournalEntry)
        .join(LedgerTransfer, LedgerTransfer.entry_id == JournalEntry.id)
        .outerjoin(Operation, OF_OPERATION)
        .where(window.covers(JournalEntry.created_at))
        .group_by(JournalEntry.id)
        .having(
            or_(
                func.min(LedgerTransfer.amount_cents) <= 0,
                func.min(LedgerTransfer.currency) != func.max(LedgerTransfer.currency),
                func.min(LedgerTransfer.currency) != func.min(Operation.currency),
                _any(LedgerTransfer.debit_account == LedgerTransfer.credit_account),
            )
        )
    )


def clearing_differs(window: Window) -> Select[Any]:
    """Clearing accounts that do not hold what came in less what went out by card.

    Between them and the gateway's pay-out stands a difference that nobody can explain.
    """
    account = LedgerTransfer.debit_account, LedgerTransfer.credit_account
    moved = with_money(
        _clearing_of(Operation.location_id).label("account"), net_cents().label("cents")
    ).where(window.covers(Operation.settled_at))
    debited, credited = (
        select(one.label("account"), (sign * LedgerTransfer.amount_cents).label("cents")).where(
            one.startswith(CLEARING), window.covers(LedgerTransfer.created_at)
        )
        for one, sign in zip(account, (-1, 1), strict=True)
    )
    rows = union_all(moved, debited, credited).subquery()
    return (
        select(rows.c.account.label("offender"))
        .group_by(rows.c.account)
        .having(func.sum(rows.c.cents) != 0)
    )


def invoice_differs(window: Window) -> Select[Any]:
    """Invoices that are not open by their total less the payments set against them.

    A customer is asked for too much, or for too little.
    """
    standing = Application.reversed_at.is_(None)
    applied = (
        select(func.coalesce(func.sum(Application.amount_cents), 0))
        .where(Application.invoice_id == Invoice.id, standing)
        .correlate(Invoice)
        .scalar_subquery()
    )
    return select(Invoice.public_id.label("offender")).where(
        Invoice.open_cents != Invoice.total_cents - applied, _invoice_in(window)
    )


def reservation_wrong(window: Window) -> Select[Any]:
    """Invoices whose reservation is not what their unsettled payments mean to pay.

    Too much blocks the customer from paying, too little lets two payments through.
    Looks at every invoice, whatever the window: a reservation may have been left long ago.
    """
    cents = Operation.amount_cents - Operation.fee_cents
    reserved = (
        select(Payment.invoice_id, func.sum(cents).label("cents"))
        .join(Operation, Operation.payment_id == Payment.id)
        .where(Operation.kind.in_(CAME_IN), Operation.state.in_(UNSETTLED))
        .group_by(Payment.invoice_id)
        .subquery()
    )
    return (
        select(Invoice.public_id.label("offender"))
        .outerjoin(reserved, reserved.c.invoice_id == Invoice.id)
        .where(Invoice.pay_reserved_cents != func.coalesce(reserved.c.cents, 0))
    )


def _earned_cents() -> ColumnElement[int]:
    """The card fee that an operation brought; nothing while it is stray money."""
    came_in = case((Operation.kind.in_(CAME_IN), Operation.fee_cents), else_=-Operation.fee_cents)
    return case((counts(), came_in), else_=0)


def _invoice_in(window: Window) -> ColumnElement[bool]:
    if not window.is_limited:
        return window.covers()
    paid = (
        select(Payment.invoice_id)
        .join(Operation, Operation.payment_id == Payment.id)
        .where(window.covers(*MOVES))
    )
    applied = select(Application.invoice_id).where(
        window.covers(Application.created_at, Application.reversed_at)
    )
    return or_(window.covers(Invoice.created_at), Invoice.id.in_(paid), Invoice.id.in_(applied))


def _clearing_of(location_id: Any) -> ColumnElement[str]:
    """As services/ledger.card_clearing names it."""
    return literal(CLEARING) + cast(location_id, String)


def _entry() -> ColumnElement[str]:
    return literal("entry ") + cast(JournalEntry.id, String)


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.count(case((condition, 1))) > 0
