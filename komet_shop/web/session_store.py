"""Sessions of browsers in the database: found by digest, ended by row."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from komet_shop.domain.permissions import PAYMENT_ADMINISTRATION
from komet_shop.models import (
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

_FIND = (
    select(WebSession, User)
    .outerjoin(User, User.id == WebSession.user_id)
    .options(joinedload(User.roles))
    .where(WebSession.id_sha256 == bindparam("digest"), WebSession.expires_at > bindparam("now"))
)
_ASSIGNED, _ACTIVE, _CUSTOMER = "assigned", "active", "customer"
_RIGHTS = union_all(
    select(literal(_ASSIGNED), user_location.c.location_id).where(
        user_location.c.user_id == bindparam("user_id")
    ),
    select(literal(_ACTIVE), Location.id).where(
        Location.company_id == bindparam("company_id"), Location.active
    ),
    select(literal(_CUSTOMER), buyer_customer.c.customer_id).where(
        buyer_customer.c.user_id == bindparam("user_id")
    ),
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
    """The session with this digest, unless it ended; two statements at most.

    A user who was switched off, or whose password changed since, counts as nobody.
    """
    found = session.execute(_FIND, {"digest": digest, "now": now}).unique().one_or_none()
    if found is None:
        return None
    row, user = found
    if user is None or not user.active or row.data.get("_user_id") != user.fs_uniquifier:
        return Found(row=row, visitor=NOBODY)
    return Found(row=row, visitor=_visitor(session, user))


def ends_at(visitor: Visitor, *, began: datetime, now: datetime) -> datetime:
    """When the session ends if nothing more happens. Rule: docs/operations.md, "Sessions"."""
    return min(began + LONGEST, now + _idle(visitor))


def end_others(session: Session, user_id: int, *, keep: str = "") -> None:
    """End the sessions of a user whose password or rights changed, but for the one kept."""
    session.execute(
        delete(WebSession).where(WebSession.user_id == user_id, WebSession.id_sha256 != keep)
    )


def _visitor(session: Session, user: User) -> Visitor:
    ids: dict[str, set[int]] = {_ASSIGNED: set(), _ACTIVE: set(), _CUSTOMER: set()}
    keys = {"user_id": user.id, "company_id": user.company_id}
    for kind, number in session.execute(_RIGHTS, keys):
        ids[kind].add(number)
    return Visitor.of(
        user,
        assigned=frozenset(ids[_ASSIGNED]),
        active=frozenset(ids[_ACTIVE]),
        customers=frozenset(ids[_CUSTOMER]),
    )


def _idle(visitor: Visitor) -> timedelta:
    if visitor.customer_ids is not None:
        return LONGEST
    if visitor.permissions & PAYMENT_ADMINISTRATION:
        return IDLE_PAYMENT_ADMINISTRATION
    return IDLE_STAFF
