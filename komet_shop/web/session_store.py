"""Sessions of browsers in the database: found by digest, ended by row."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ScalarSelect,
    String,
    bindparam,
    cast,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Session, joinedload

from komet_shop.domain.permissions import PAYMENT_ADMINISTRATION
from komet_shop.models import (
    Customer,
    Location,
    User,
    WebSession,
    buyer_customer,
    user_location,
)
from komet_shop.web.current import NOBODY, Visitor

LONGEST = timedelta(hours=12)
IDLE_STAFF = timedelta(minutes=30)
IDLE_PAYMENT_ADMINISTRATION = timedelta(minutes=15)
SECOND_STEP = "second_step"
"""Says in a session's data that the second step of the login was done in it."""


def _ids(column: Any, *conditions: Any) -> ScalarSelect[str]:
    """Ids as one text, "1,2,3", so that the person comes with the session in one statement."""
    listed = func.aggregate_strings(cast(column, String), ",")
    return select(listed).where(*conditions).correlate(User).scalar_subquery()


_OWN = (
    User.own_customers_only,
    Customer.company_id == User.company_id,
    Customer.sales_person == User.sales_person,
    Customer.sales_person != "",
)
_FIND = (
    select(
        WebSession,
        User,
        _ids(user_location.c.location_id, user_location.c.user_id == User.id),
        _ids(Location.id, Location.company_id == User.company_id, Location.active),
        _ids(buyer_customer.c.customer_id, buyer_customer.c.user_id == User.id),
        _ids(Customer.id, *_OWN),
    )
    .outerjoin(User, User.id == WebSession.user_id)
    .options(joinedload(User.roles))
    .where(WebSession.id_sha256 == bindparam("digest"), WebSession.expires_at > bindparam("now"))
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A session that is still good, and the person behind it."""

    row: WebSession
    visitor: Visitor


def digest_of(session_id: str) -> str:
    """What is stored of a session's id: SHA-256, in hex."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def find(session: Session, digest: str, now: datetime) -> Found | None:
    """The session with this digest, unless it ended; one statement.

    A user who was switched off, or whose password changed since, counts as nobody; so does
    one with a second factor in a session that never saw it.
    """
    found = session.execute(_FIND, {"digest": digest, "now": now}).unique().one_or_none()
    if found is None:
        return None
    row, user, assigned, active, customers, own = found
    if user is None or not _is_known(row, user):
        return Found(row=row, visitor=NOBODY)
    visitor = Visitor.of(
        user,
        assigned=_set(assigned),
        active=_set(active),
        customers=_set(customers),
        own=_set(own),
    )
    return Found(row=row, visitor=visitor)


def ends_at(visitor: Visitor, *, began: datetime, now: datetime) -> datetime:
    """When the session ends if nothing more happens. Rule: docs/operations.md, "Sessions"."""
    return min(began + LONGEST, now + _idle(visitor))


def end_others(session: Session, user_id: int, *, keep: str = "") -> None:
    """End the sessions of a user whose password or rights changed, but for the one kept."""
    session.execute(
        delete(WebSession).where(WebSession.user_id == user_id, WebSession.id_sha256 != keep)
    )


def _is_known(row: WebSession, user: User) -> bool:
    did_second_step = bool(row.data.get(SECOND_STEP)) or not user.has_second_factor
    return user.active and row.data.get("_user_id") == user.fs_uniquifier and did_second_step


def _set(listed: str | None) -> frozenset[int]:
    return frozenset(int(one) for one in (listed or "").split(",") if one)


def _idle(visitor: Visitor) -> timedelta:
    if not visitor.is_staff:
        return LONGEST
    if visitor.permissions & PAYMENT_ADMINISTRATION:
        return IDLE_PAYMENT_ADMINISTRATION
    return IDLE_STAFF
