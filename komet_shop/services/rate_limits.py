"""How often something may be tried: one counter in the database for all processes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, literal, select, update
from sqlalchemy.orm import Session

from komet_shop.models import RateCounter
from komet_shop.models.upserts import inserting

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `most` times within the last `minutes`."""

    name: str
    most: int
    minutes: int


LIMITS: Mapping[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit(name="login_account", most=10, minutes=15),
        Limit(name="login_browser", most=10, minutes=15),
        Limit(name="login_address", most=50, minutes=15),
        Limit(name="login_code", most=30, minutes=DAY),
        Limit(name="reset_account", most=3, minutes=HOUR),
        Limit(name="reset_address", most=20, minutes=HOUR),
        Limit(name="invitation", most=3, minutes=HOUR),
        Limit(name="csp_report", most=30, minutes=HOUR),
    )
}
"""What the web core limits. Rule: docs/operations.md, "Limits"."""


def take(session: Session, limit: Limit, subject: str, now: datetime) -> bool:
    """Count one try by `subject`; False when there were too many, and then nothing counts.

    The window slides by minutes. Tries at the same time cannot overrun the limit: the row
    of the current minute is guarded.
    """
    bucket, minute = _bucket(limit, subject), _minute(now)
    before = _earlier(limit, bucket, minute)
    first = select(literal(bucket), literal(minute), literal(1)).where(before < limit.most)
    taken = session.execute(
        inserting(session, RateCounter)
        .from_select(["bucket", "minute", "count"], first)
        .on_conflict_do_update(
            index_elements=["bucket", "minute"],
            set_={"count": RateCounter.count + 1},
            where=RateCounter.count + before < limit.most,
        )
        .returning(RateCounter.count)
    ).scalar_one_or_none()
    return taken is not None


def give_back(session: Session, limit: Limit, subject: str, now: datetime) -> None:
    """The try was a good one and shall not count."""
    session.execute(
        update(RateCounter)
        .where(
            RateCounter.bucket == _bucket(limit, subject),
            RateCounter.minute == _minute(now),
            RateCounter.count > 0,
        )
        .values(count=RateCounter.count - 1)
    )


def _earlier(limit: Limit, bucket: str, minute: int) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(RateCounter.count), 0))
        .where(
            RateCounter.bucket == bucket,
            RateCounter.minute > minute - limit.minutes,
            RateCounter.minute < minute,
        )
        .scalar_subquery()
    )


def _bucket(limit: Limit, subject: str) -> str:
    """Subjects are hashed: the table tells nobody who tried, and long ones fit."""
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    return f"{limit.name}:{digest}"


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
