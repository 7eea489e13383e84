"""One payment with its evidence: what was wanted, sent, heard, asked and decided, in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from komet_shop.models import Audit, OperationLookup, User
from komet_shop.services import reviews
from komet_shop.services.reviews import Item
from komet_shop.services.scope import Scope

STARTED = ("capture_started", "void_started", "refund_started", "credit_refund_started")
"""Actions of the audit log by which somebody followed a payment."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One thing that happened: what we sent, heard, asked or decided.

    `item` is the operation it happened to: this one, one that follows it, or money that was
    found beside it. `who` is a person's name, or a part of the shop such as "worker".
    """

    at: datetime
    what: str
    item: Item
    who: str
    words: str = ""
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An operation, the others of its payment, and its time line, oldest first."""

    item: Item
    others: tuple[Item, ...]
    moments: tuple[Moment, ...]

    @property
    def followers(self) -> tuple[Item, ...]:
        """What follows this operation: voids and refunds of it, captures."""
        return tuple(one for one in self.others if one.parent_row == self.item.row)

    @property
    def found_beside(self) -> tuple[Item, ...]:
        """Money that was found under this operation's reference; each has an end of its own."""
        return tuple(one for one in self.others if one.is_found_beside(self.item))

    @property
    def last_answer(self) -> Moment | None:
        """What the gateway said when it last answered about this operation."""
        asked = (one for one in reversed(self.moments) if one.what == "looked_up")
        return next((one for one in asked if one.facts["answered"]), None)

    def is_under_way(self, now: datetime) -> bool:
        """True while anything of the payment is being sent or asked about."""
        return any(one.is_under_way(now) for one in (self.item, *self.others))


def evidence(session: Session, scope: Scope, public_id: str) -> Evidence | None:
    """Everything about one operation; None when there is none of that name in scope."""
    items = reviews.steps_of(session, scope, public_id)
    item = next((one for one in items if one.public_id == public_id), None)
    if item is None:
        return None
    family = _family(item, items)
    happened = [*_ours(item), *_asked(session, item), *_recorded(session, family, item.payment_row)]
    return Evidence(
        item=item,
        others=tuple(one for one in items if one is not item),
        moments=tuple(_named(session, sorted(happened, key=_order))),
    )


def _family(item: Item, items: Sequence[Item]) -> list[Item]:
    """An operation, what was found beside it, and what followed either."""
    heads = [item, *(one for one in items if one.is_found_beside(item))]
    rows = {one.row for one in heads}
    return heads + [one for one in items if one.parent_row in rows]


def _ours(item: Item) -> list[Moment]:
    """What we wanted and sent; that a follow-up was wanted is in the audit log, with its reason."""
    facts = {"amount_cents": item.asked_cents, "reference": item.reference}
    intended = Moment(
        at=item.created_at, what="intended", item=item, who=item.started_by, facts=facts
    )
    if not item.was_asked_for:
        return []
    wanted = [intended] if item.parent_row is None else []
    if item.sent_at is None:
        return wanted
    return [*wanted, replace(intended, at=item.sent_at, what="sent", who="")]


def _asked(session: Session, item: Item) -> list[Moment]:
    rows = session.scalars(
        select(OperationLookup)
        .where(OperationLookup.operation_id == item.row)
        .order_by(OperationLookup.id)
    )
    return [
        Moment(
            at=row.at,
            what="looked_up",
            item=item,
            who=row.asked_by,
            words=row.finding,
            facts={
                "answered": row.answered,
                "found": row.found,
                "transaction_id": row.transaction_id,
                "amount_cents": row.amount_cents,
            },
        )
        for row in rows
    ]


def _recorded(session: Session, family: Sequence[Item], payment_row: int) -> list[Moment]:
    """What the audit log says of an operation and of what belongs to it."""
    by_row = {one.row: one for one in family}
    by_name = {one.public_id: one for one in family}
    of_operations = and_(Audit.object_type == "operation", Audit.object_id.in_(by_row))
    of_payment = and_(
        Audit.object_type == "payment", Audit.object_id == payment_row, Audit.action.in_(STARTED)
    )
    rows = session.scalars(select(Audit).where(or_(of_operations, of_payment)).order_by(Audit.id))
    moments = []
    for row in rows:
        facts = {**(row.after or {}), "was": (row.before or {}).get("state", "")}
        own = by_row.get(row.object_id or 0) if row.object_type == "operation" else None
        item = own or by_name.get(facts.get("operation", ""))
        if item is not None:
            moments.append(_moment(row, item, facts))
    return moments


def _moment(row: Audit, item: Item, facts: dict[str, Any]) -> Moment:
    return Moment(
        at=row.at, what=row.action, item=item, who=row.actor, words=row.reason, facts=facts
    )


def _named(session: Session, moments: Iterable[Moment]) -> list[Moment]:
    """With the names of people instead of their ids."""
    listed = list(moments)
    ids = {moment.who for moment in listed}
    rows = session.execute(select(User.public_id, User.name).where(User.public_id.in_(ids)))
    names = {row.public_id: row.name for row in rows}
    return [replace(moment, who=names.get(moment.who, moment.who)) for moment in listed]


def _order(moment: Moment) -> tuple[datetime, int]:
    early = ("intended", "sent", "looked_up")
    return moment.at, early.index(moment.what) if moment.what in early else len(early)
