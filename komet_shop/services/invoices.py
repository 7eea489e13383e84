"""Invoices as a customer sees them: what is open, what is paid."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.models import Invoice, KometLink, Order
from komet_shop.models.orders import FIRST_NUMBER
from komet_shop.services.scope import Scope


@dataclass(frozen=True, kw_only=True)
class OwnInvoice:
    """One invoice; amounts in cents. `number` is Komet's when it is known."""

    id: int
    number: str
    order_id: str
    order_number: str
    ship_date: date
    created_at: datetime
    total_cents: int
    open_cents: int
    currency: str

    @property
    def is_open(self) -> bool:
        """True while something is owed."""
        return self.open_cents > 0


_INVOICES = (
    select(
        Invoice.id,
        Invoice.total_cents,
        Invoice.open_cents,
        Invoice.currency,
        Invoice.created_at,
        Order.id.label("order_row"),
        Order.public_id.label("order_id"),
        Order.ship_date,
        KometLink.control_number,
    )
    .join(Order, Order.id == Invoice.order_id)
    .outerjoin(KometLink, (KometLink.kind == "order") & (KometLink.local_id == Order.id))
    .where(Order.state.in_(("pending_approval", "confirmed")))
    .order_by(Invoice.id.desc())
)


def page(
    session: Session,
    scope: Scope,
    customer_id: int,
    *,
    only_open: bool,
    after: int | None,
    size: int,
) -> tuple[list[OwnInvoice], int | None]:
    """A customer's invoices, newest first, and where to read on; one statement."""
    statement = _INVOICES.where(
        Invoice.company_id == scope.company_id,
        Invoice.location_id.in_(scope.location_ids),
        Invoice.customer_id == customer_id,
    )
    if scope.customer_ids is not None:
        statement = statement.where(Invoice.customer_id.in_(scope.customer_ids))
    if only_open:
        statement = statement.where(Invoice.open_cents > 0)
    if after is not None:
        statement = statement.where(Invoice.id < after)
    rows = session.execute(statement.limit(size + 1)).all()
    found = [
        OwnInvoice(
            id=row.id,
            number=row.control_number or f"W{FIRST_NUMBER + row.order_row}",
            order_id=row.order_id,
            order_number=f"W{FIRST_NUMBER + row.order_row}",
            ship_date=row.ship_date,
            created_at=row.created_at,
            total_cents=row.total_cents,
            open_cents=row.open_cents,
            currency=row.currency,
        )
        for row in rows[:size]
    ]
    return found, found[-1].id if len(rows) > size else None
