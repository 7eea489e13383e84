"""What must be told to others: written with its cause, delivered by the worker, in order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from komet_shop.models import Outbox, OutboxSequence
from komet_shop.models.upserts import inserting

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
REFUSALS_BEFORE_DEAD = 5
SECRETS = frozenset({"link"})
"""What of a payload is a right in itself: dropped as soon as the message is delivered."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something to tell. Messages of one aggregate are delivered in the order written."""

    kind: str
    aggregate: str
    dedupe_key: str
    payload: dict[str, Any]


def customer_aggregate(customer_id: int) -> str:
    """Komet hears what concerns one customer in order; other customers do not wait."""
    return f"customer:{customer_id}"


def put(session: Session, message: Message, now: datetime) -> None:
    """Write a message into the transaction of its cause."""
    session.execute(
        insert(Outbox).values(
            kind=message.kind,
            aggregate=message.aggregate,
            dedupe_key=message.dedupe_key,
            seq=_next_seq(session, message.aggregate),
            payload=message.payload,
            next_at=now,
            created_at=now,
        )
    )


def put_mail(
    session: Session,
    *,
    template: str,
    key: str,
    payload: dict[str, Any],
    now: datetime,
    wait: timedelta = timedelta(),
) -> None:
    """Write a mail that waits for no other message. `key` names what it is about, once.

    `wait`: nobody reads who gets it, or what it says, before so much time has passed.
    """
    dedupe_key = _mail_key(template, key)
    session.execute(
        insert(Outbox).values(
            kind="mail",
            aggregate=dedupe_key,
            dedupe_key=dedupe_key,
            seq=1,
            payload={"template": template, **payload},
            next_at=now + wait,
            created_at=now,
        )
    )


def is_mail_written(session: Session, *, template: str, key: str) -> bool:
    """True when such a mail was written before."""
    written = exists().where(Outbox.dedupe_key == _mail_key(template, key))
    return bool(session.scalar(select(written)))


def claim(
    session: Session,
    *,
    owner: str,
    now: datetime,
    most: int = 20,
    kinds: Sequence[str] | None = None,
) -> list[Outbox]:
    """Lease the messages that are due, only the first undelivered one of each aggregate.

    `kinds` narrows what is claimed; it does not change what waits for what. What another
    worker is claiming at the moment is passed over.
    """
    statement = _DUE.limit(most).with_for_update(skip_locked=True, of=Outbox)
    if kinds is not None:
        statement = statement.where(Outbox.kind.in_(kinds))
    due = session.scalars(statement, {"now": now}).all()
    return [message for message in due if _lease(session, message, owner, now)]


def is_any_due(session: Session, now: datetime, kinds: Sequence[str]) -> bool:
    """True when a message of these kinds may be claimed now."""
    statement = _DUE.with_only_columns(Outbox.id).where(Outbox.kind.in_(kinds)).limit(1)
    return session.scalars(statement, {"now": now}).first() is not None


def give_back(session: Session, messages: Sequence[Outbox]) -> None:
    """Let others have what was claimed and not tried."""
    for message in messages:
        _finish(session, message, attempts=message.attempts - 1)


def hurry(session: Session, kinds: Sequence[str], now: datetime) -> None:
    """The other side is back: what nobody answered is due now; what was refused keeps its wait."""
    waiting = select(Outbox.id).where(
        Outbox.state == "ready",
        Outbox.next_at > now,
        Outbox.kind.in_(kinds),
        Outbox.refusals == 0,
        _is_free(now),
    )
    found = session.scalars(waiting.with_for_update(skip_locked=True, of=Outbox)).all()
    session.execute(update(Outbox).where(Outbox.id.in_(found)).values(next_at=now))


def about_to_send(session: Session, message: Outbox, now: datetime) -> bool:
    """Renew the lease and write down that the message leaves the house; commit, then send.

    False when the lease went to somebody else meanwhile: do not send.
    """
    result = session.execute(
        update(Outbox)
        .where(Outbox.id == message.id, Outbox.lease_owner == message.lease_owner)
        .values(sent_at=now, lease_until=now + LEASE)
        .returning(Outbox.id)
    )
    return result.scalar_one_or_none() is not None


def done(session: Session, message: Outbox, now: datetime) -> bool:
    """Mark as delivered, secrets dropped. False when the lease went to somebody else meanwhile."""
    kept = {name: value for name, value in message.payload.items() if name not in SECRETS}
    return _finish(session, message, state="done", done_at=now, last_error="", payload=kept)


def retry(session: Session, message: Outbox, error: str, now: datetime) -> None:
    """The other side is down or unclear: again later, for ever. Not counted as a refusal."""
    _finish(session, message, next_at=now + _wait(message.attempts), last_error=error)


def refused(session: Session, message: Outbox, error: str, now: datetime) -> bool:
    """The other side said no. True when it was the last try and the message is dead now."""
    refusals = message.refusals + 1
    is_dead = refusals >= REFUSALS_BEFORE_DEAD
    _finish(
        session,
        message,
        state="dead" if is_dead else "ready",
        refusals=refusals,
        next_at=now + _wait(refusals),
        sent_at=None,
        last_error=error,
    )
    return is_dead


def revive(session: Session, message_id: int, now: datetime) -> bool:
    """A dead message may be tried five times more. False when it is not dead."""
    statement = update(Outbox).where(Outbox.id == message_id, Outbox.state == "dead")
    revived = statement.values(state="ready", refusals=0, next_at=now).returning(Outbox.id)
    return session.execute(revived).scalar_one_or_none() is not None


def settled_by_hand(session: Session, message_id: int, now: datetime) -> bool:
    """A person told the other side instead of us. False when the message is not dead."""
    statement = update(Outbox).where(Outbox.id == message_id, Outbox.state == "dead")
    told = statement.values(state="done", done_at=now).returning(Outbox.id)
    return session.execute(told).scalar_one_or_none() is not None


def _mail_key(template: str, key: str) -> str:
    return f"mail:{template}:{key}"


def _next_seq(session: Session, aggregate: str) -> int:
    upsert = inserting(session, OutboxSequence)
    statement = upsert.values(aggregate=aggregate, last_seq=1).on_conflict_do_update(
        index_elements=["aggregate"], set_={"last_seq": OutboxSequence.last_seq + 1}
    )
    return int(session.execute(statement.returning(OutboxSequence.last_seq)).scalar_one())


def _is_free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(Outbox.lease_until.is_(None), Outbox.lease_until < now)


def _due() -> Select[Outbox]:
    now, earlier = bindparam("now", type_=Outbox.next_at.type), aliased(Outbox)
    waits_for_another = (
        select(earlier.id)
        .where(
            earlier.aggregate == Outbox.aggregate,
            earlier.seq < Outbox.seq,
            earlier.state != "done",
        )
        .exists()
    )
    return (
        select(Outbox)
        .where(Outbox.state == "ready", Outbox.next_at <= now, _is_free(now), ~waits_for_another)
        .order_by(Outbox.next_at, Outbox.id)
    )


_DUE = _due()
"""Built once: the worker asks every second, and twice for each message."""


def _lease(session: Session, message: Outbox, owner: str, now: datetime) -> bool:
    attempts = message.attempts + 1
    result = session.execute(
        update(Outbox)
        .where(and_(Outbox.id == message.id, Outbox.state == "ready", _is_free(now)))
        .values(lease_owner=owner, lease_until=now + LEASE, attempts=attempts)
        .execution_options(synchronize_session=False)
        .returning(Outbox.id)
    )
    if result.scalar_one_or_none() is None:
        return False
    session.expunge(message)
    message.lease_owner, message.attempts = owner, attempts
    return True


def _finish(session: Session, message: Outbox, **values: Any) -> bool:
    result = session.execute(
        update(Outbox)
        .where(Outbox.id == message.id, Outbox.lease_owner == message.lease_owner)
        .values(lease_owner=None, lease_until=None, **values)
        .returning(Outbox.id)
    )
    return result.scalar_one_or_none() is not None


def _wait(attempts: int) -> timedelta:
    """One second, doubling to five minutes, with full jitter."""
    ceiling: timedelta = min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)
    return ceiling * random.uniform(0.1, 1.0)
