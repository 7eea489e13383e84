"""Invariants of what must still happen: told to Komet, asked of a clerk, settled in time.

Each function is one statement that selects what breaks the rule.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from komet_shop.domain.lookups import GIVE_UP_AFTER
from komet_shop.domain.operation_states import State
from komet_shop.models import Audit, ClerkTask, KometLink, Operation, Order, Outbox, Payment
from komet_shop.services.invariants_rows import (
    MOVES,
    WENT_OUT,
    Window,
    ago,
    counts,
    gives_a_stray_back,
    with_money,
)
from komet_shop.services.outbox import REFUSALS_BEFORE_DEAD

SWEPT_WITHIN = timedelta(minutes=5)
GIVEN_UP_WITHIN = GIVE_UP_AFTER + timedelta(hours=1)
SEALED_WITHIN = timedelta(minutes=5)


def not_told(window: Window) -> Select[Any]:
    """Payments received and orders checked out that are not in the outbox, or twice.

    Komet's books would never hear of them, or hear twice. Of a payment that became an open
    credit a clerk tells Komet.
    """
    became_credit = (
        select(ClerkTask.id)
        .join(Operation, Operation.id == ClerkTask.operation_id)
        .where(Operation.payment_id == Payment.id, ClerkTask.kind == "open_credit")
        .exists()
    )
    paid = select(
        Payment.public_id.label("offender"), _key("payment", Payment.id).label("key")
    ).where(Payment.received_at.is_not(None), ~became_credit, window.covers(Payment.received_at))
    ordered = select(Order.public_id.label("offender"), _key("order", Order.id).label("key")).where(
        Order.checked_out_at.is_not(None), window.covers(Order.checked_out_at)
    )
    due = union_all(paid, ordered).subquery()
    return (
        select(due.c.offender)
        .outerjoin(Outbox, Outbox.dedupe_key == due.c.key)
        .group_by(due.c.offender)
        .having(func.count(Outbox.id) != 1)
    )


def not_linked(window: Window) -> Select[Any]:
    """Messages that were delivered to Komet without Komet's number having been kept.

    It would be booked there a second time when somebody sends it again. What a person
    marked as done after five refusals has none, nor what went before Komet was connected.
    """
    key = (literal("komet_") + KometLink.kind + ":" + cast(KometLink.local_id, String)).label("key")
    known = select(key).group_by(key).subquery()  # grouped, so that SQLite makes an index for it
    first = select(func.min(KometLink.posted_at)).scalar_subquery()
    return (
        select((literal("outbox ") + cast(Outbox.id, String)).label("offender"))
        .outerjoin(known, known.c.key == Outbox.dedupe_key)
        .where(
            Outbox.kind.in_(("komet_payment", "komet_order")),
            Outbox.state == "done",
            Outbox.refusals < REFUSALS_BEFORE_DEAD,
            known.c.key.is_(None),
            Outbox.done_at >= func.coalesce(first, Outbox.done_at),
            window.covers(Outbox.done_at),
        )
    )


def clerk_not_asked(window: Window) -> Select[Any]:
    """Money that went back to a card without a clerk having been asked to tell Komet.

    Komet would show an invoice as paid that is not. What gives a stray back is no entry
    there, because its money never was.
    """
    return (
        with_money(Operation.public_id.label("offender"))
        .outerjoin(ClerkTask, ClerkTask.operation_id == Operation.id)
        .where(
            counts(),
            Operation.kind.in_(WENT_OUT),
            ~gives_a_stray_back(),
            ClerkTask.id.is_(None),
            window.covers(*MOVES),
        )
    )


def not_settled_in_time(window: Window) -> Select[Any]:
    """Payments under way that nobody looks at: no worker runs, or it cannot keep up.

    Looks at everything that is under way, whatever the window.
    """
    overdue = or_(Operation.next_check_at.is_(None), Operation.next_check_at < ago(SWEPT_WITHIN))
    free = or_(Operation.lease_until.is_(None), Operation.lease_until < ago(timedelta(0)))
    too_old = and_(Operation.state == State.UNKNOWN, Operation.sent_at < ago(GIVEN_UP_WITHIN))
    return select(Operation.public_id.label("offender")).where(
        Operation.state.in_((State.CREATED, State.SENDING, State.UNKNOWN)),
        or_(and_(overdue, free), too_old),
    )


def not_sealed_in_time(window: Window) -> Select[Any]:
    """Lines of the audit log that nobody seals: until then they could be changed unseen.

    Looks at every unsealed line, whatever the window.
    """
    return select((literal("audit ") + cast(Audit.id, String)).label("offender")).where(
        Audit.hash.is_(None), Audit.at < ago(SEALED_WITHIN)
    )


def _key(kind: str, row_id: Any) -> ColumnElement[str]:
    return literal(f"komet_{kind}:") + cast(row_id, String)
