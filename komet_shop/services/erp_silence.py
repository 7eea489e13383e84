"""While the ERP does not answer, one message in a while finds out whether it is back.

Every call counts against the day's limit, also one that finds nobody. So a silence holds for
all messages, of all workers, and is one row of the database.
Rule: docs/komet.md, "When Komet is down".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from komet_shop.models import SyncCursor
from komet_shop.models.upserts import inserting

NAME = "silence:erp"
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=2)
LONG = 5
"""After so many tries in vain it was no hiccup, and much may be waiting out a pause of its own."""


@dataclass(frozen=True, kw_only=True)
class Silence:
    """The ERP did not answer `tries` times in a row, the last time at `tried_at`."""

    tries: int
    tried_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When the next try may be made: after a second at first, doubling to two minutes."""
        pause: timedelta = min(FIRST_PAUSE * 2 ** min(self.tries - 1, 10), LONGEST_PAUSE)
        return self.tried_at + pause


def current(session: Session) -> Silence | None:
    """The silence that lasts; None while the ERP answers."""
    row = session.get(SyncCursor, NAME)
    return Silence(tries=int(row.value), tried_at=row.updated_at) if row is not None else None


def is_quiet(session: Session, now: datetime) -> bool:
    """True while nobody should ask."""
    silence = current(session)
    return silence is not None and now < silence.ends_at


def break_it(session: Session, silence: Silence, now: datetime) -> bool:
    """True for the one worker that may ask now, with one message; counted as a try in vain."""
    if now < silence.ends_at:
        return False
    taken = (
        update(SyncCursor)
        .where(SyncCursor.name == NAME, SyncCursor.value == str(silence.tries))
        .values(value=str(silence.tries + 1), updated_at=now)
        .returning(SyncCursor.name)
    )
    return session.execute(taken).scalar_one_or_none() is not None


def begin(session: Session, now: datetime) -> None:
    """Nobody answered. Nothing changes when that is known."""
    values = {"name": NAME, "value": "1", "updated_at": now}
    statement = inserting(session, SyncCursor).values(**values).on_conflict_do_nothing()
    session.execute(statement)


def end(session: Session) -> bool:
    """It answered, whatever it said. True when a long silence is over."""
    gone = delete(SyncCursor).where(SyncCursor.name == NAME).returning(SyncCursor.value)
    tries = session.execute(gone).scalar_one_or_none()
    return tries is not None and int(tries) > LONG
