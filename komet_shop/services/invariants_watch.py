"""Asks by the clock whether all is in order, keeps the answers, and tells people when not.

Rule: docs/operations.md, "Is everything in order?".
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.models import Company, Outbox, SyncCursor
from komet_shop.models.upserts import inserting
from komet_shop.services import audit, invariants, outbox, turns
from komet_shop.services.invariants import SAYS, Breach
from komet_shop.services.scope import WORKER
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

DAY, ALL = "day", "all"
TURN = timedelta(minutes=55)
"""A little less than the hour of the timetable, so that no round is missed."""
OPEN_DAY = timedelta(hours=24)
OVERLAP = timedelta(hours=2)
"""What was being written while the check before looked is looked at once more."""
NIGHT_HOUR = 8
"""In UTC: three or four in the morning in Miami, midnight or one in Los Angeles."""
SOONEST, LATEST = timedelta(hours=12), timedelta(hours=36)
"""Between two whole checks; the later one when no worker ran at night."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a check found, and when."""

    at: datetime
    breaches: tuple[Breach, ...]


def watch(shop: Shop, *, owner: str) -> None:
    """Check the open day, and everything once a night; one worker of several does it.

    Each breach is told to the administrators and to the audit log once a day.
    """
    now = shop.clock.now()
    if not shop.database.run(
        lambda session: turns.take(session, "check", every=TURN, owner=owner, now=now)
    ):
        return
    with shop.database.read() as session:
        answers = last_answers(session)
    _check(shop, DAY, open_since(answers.get(DAY), now))
    if is_whole_check_due(answers.get(ALL), now):
        _check(shop, ALL, None)


def last_answers(session: Session) -> dict[str, Answer]:
    """The last check of the open day and the last of everything, by "day" and "all"."""
    names = {_cursor(scope): scope for scope in (DAY, ALL)}
    rows = session.scalars(select(SyncCursor).where(SyncCursor.name.in_(names)))
    return {names[row.name]: _read(row) for row in rows}


def keep(session: Session, scope: str, breaches: Iterable[Breach], now: datetime) -> None:
    """Remember what a check found, in place of what the one before it found."""
    values = {"value": json.dumps([asdict(one) for one in breaches]), "updated_at": now}
    insert = inserting(session, SyncCursor).values(name=_cursor(scope), **values)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))


def counts(answers: Iterable[Answer]) -> dict[str, int]:
    """How often each invariant was broken when it was last asked, none left out."""
    found = dict.fromkeys(SAYS, 0)
    for answer in answers:
        for breach in answer.breaches:
            found[breach.invariant] = max(found.get(breach.invariant, 0), breach.count)
    return found


def open_since(last: Answer | None, now: datetime) -> datetime:
    """Where the open day begins: a day back, or as far as nobody has looked yet."""
    day = now - OPEN_DAY
    return (min(day, last.at) if last else day) - OVERLAP


def is_whole_check_due(last: Answer | None, now: datetime) -> bool:
    """At night, once; by day only where no worker ran at night."""
    if last is None or now - last.at >= LATEST:
        return True
    return now.hour == NIGHT_HOUR and now - last.at >= SOONEST


def _check(shop: Shop, scope: str, since: datetime | None) -> None:
    now = shop.clock.now()
    komet = bool(shop.config.komet_url)
    breaches = invariants.check(shop.database, now, since, komet=komet)
    shop.database.run(lambda session: keep(session, scope, breaches, now))
    for breach in breaches:
        log.error("invariant_broken", name=breach.invariant, count=breach.count)
        shop.database.run(partial(_tell, breach=breach, now=now))


def _tell(session: Session, breach: Breach, now: datetime) -> None:
    key = f"invariant-{breach.invariant}-{now:%Y-%m-%d}"
    told = select(Outbox.id).where(Outbox.dedupe_key == f"mail:alert:{key}")
    company = session.scalars(select(Company.id).order_by(Company.id).limit(1)).first()
    if company is None or session.scalars(told).first() is not None:
        return
    found = asdict(breach)
    entry = audit.Entry(
        actor=WORKER,
        company_id=company,
        action="invariant_broken",
        object_type="shop",
        object_id=None,
        after=found,
        reason=SAYS[breach.invariant],
    )
    audit.write(session, entry, now)
    payload = {"subject_kind": "invariant", **found}
    outbox.put_mail(session, template="alert", key=key, payload=payload, now=now)


def _cursor(scope: str) -> str:
    return f"invariants:{scope}"


def _read(row: SyncCursor) -> Answer:
    told = json.loads(row.value)
    breaches = (Breach(**{**one, "examples": tuple(one["examples"])}) for one in told)
    return Answer(at=row.updated_at, breaches=tuple(breaches))
