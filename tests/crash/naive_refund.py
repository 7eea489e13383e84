"""The broken twin of spending a limit: sum what went back of a credit, then insert one more.

Alone it does the same as the shop. Of two at once both find that enough is left.
"""

from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.models import OpenCredit, Operation, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services import operations, refunds
from komet_shop.services.follow_ups import NothingLeft, Started, Target
from komet_shop.services.operations import NO_REQUEST, NewOperation
from komet_shop.services.shop import Shop


def start(shop: Shop, credit: str, cents: int) -> Started:
    """Look whether enough is left; then, in another transaction, write the intent.

    Raises:
        NothingLeft: the credit is used up.
    """
    refunded, total = shop.database.run(partial(_sum, credit=credit))
    if refunded + cents > total:
        raise NothingLeft(credit)
    return shop.database.run(
        lambda session: _insert(session, shop, credit, cents, used=refunded + cents)
    )


def _sum(session: Session, credit: str) -> tuple[int, int]:
    row = session.scalars(select(OpenCredit).where(OpenCredit.public_id == credit)).one()
    refunds_of_it = select(func.coalesce(func.sum(Operation.amount_cents), 0)).where(
        Operation.open_credit_id == row.id, Operation.state != "failed"
    )
    return session.execute(refunds_of_it).scalar_one(), row.total_cents


def _insert(session: Session, shop: Shop, credit: str, cents: int, *, used: int) -> Started:
    row = session.scalars(select(OpenCredit).where(OpenCredit.public_id == credit)).one()
    payment = session.get_one(Payment, row.origin_payment_id)
    charges = select(Operation).where(Operation.payment_id == payment.id, Operation.kind == "sale")
    target = Target(payment=payment, parent=session.scalars(charges).one())
    session.execute(update(OpenCredit).values(used_cents=used))
    session.execute(update(Payment).values(refund_reserved_cents=used))
    new = NewOperation(
        company_id=payment.company_id,
        location_id=payment.location_id,
        account_id=target.parent.account_id,
        kind=Kind.CREDIT_REFUND,
        amount_cents=cents,
        currency=payment.currency,
        action_key=identifiers.action_key(),
        request_hash=NO_REQUEST,
        payment_id=payment.id,
        parent_id=target.parent.id,
        open_credit_id=row.id,
    )
    operation = operations.create(session, new, shop.clock.now())
    return Started(operation_id=operation.id, call=refunds.call_for(target))
