"""Which ways to pay a company uses: all that it did not switch off."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningUpdate

from komet_shop.domain.payment_methods import Method
from komet_shop.models import PaymentMethod
from komet_shop.models.upserts import inserting
from komet_shop.services import audit
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


def is_active(session: Session, company_id: int, code: Method) -> bool:
    """True unless the company switched the method off."""
    return bool(session.scalar(select(in_use(company_id, code))))


def in_use(company_id: int | InstrumentedAttribute[int], code: Method) -> ColumnElement[bool]:
    """The same as a column of a statement that reads other things, too.

    `company_id` may be a column of that statement: `in_use(Location.company_id, …)`.
    """
    return ~exists().where(
        PaymentMethod.company_id == company_id,
        PaymentMethod.code == code,
        PaymentMethod.active.is_(False),
    )


def active_methods(session: Session, company_id: int) -> dict[Method, bool]:
    """Every method in its order, and whether it is in use; one statement."""
    off = session.scalars(
        select(PaymentMethod.code).where(
            PaymentMethod.company_id == company_id, PaymentMethod.active.is_(False)
        )
    ).all()
    return {method: method.value not in off for method in Method}


def set_active(shop: Shop, scope: Scope, code: Method, *, active: bool) -> bool:
    """Switch a method off or on; False when it was so before.

    Rule: docs/card-rules.md, "Payment methods".
    """
    now = shop.clock.now()
    return shop.database.run(lambda session: _set(session, scope, code, active=active, now=now))


def _set(session: Session, scope: Scope, code: Method, *, active: bool, now: datetime) -> bool:
    if not _turned(session, scope.company_id, code, active=active):
        return False
    entry = audit.Entry(
        actor=scope.actor,
        company_id=scope.company_id,
        action="payment_method_activated" if active else "payment_method_deactivated",
        object_type="company",
        object_id=scope.company_id,
        before={"method": code.value, "active": not active},
        after={"method": code.value, "active": active},
    )
    audit.write(session, entry, now)
    return True


def _turned(session: Session, company_id: int, code: Method, *, active: bool) -> bool:
    """One statement decides, so that of two who press at once one is noted."""
    if active:
        return session.execute(_switching_on(company_id, code)).first() is not None
    insert = inserting(session, PaymentMethod).values(
        company_id=company_id, code=code.value, active=False
    )
    changed = session.execute(
        insert.on_conflict_do_update(
            index_elements=[PaymentMethod.company_id, PaymentMethod.code],
            set_={"active": False},
            where=PaymentMethod.active.is_(True),
        ).returning(PaymentMethod.id)
    )
    return changed.first() is not None


def _switching_on(company_id: int, code: Method) -> ReturningUpdate[tuple[int]]:
    return (
        update(PaymentMethod)
        .where(
            PaymentMethod.company_id == company_id,
            PaymentMethod.code == code.value,
            PaymentMethod.active.is_(False),
        )
        .values(active=True)
        .returning(PaymentMethod.id)
    )
