"""The invariant that the audit log is whole: all of it, or what was sealed lately."""

from contextlib import closing
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from komet_shop.models import Audit, SyncCursor
from komet_shop.models.database import Database
from komet_shop.services import audit_chain

THE_END = "the end of the log"
LOOSE_ENDS = 500
"""Rows of the tail that may follow rows before it: a few that were committed late."""


def breaks(database: Database, since: datetime | None) -> list[str]:
    """Where the chain is broken first, as "audit 7"; nothing for a sound chain."""
    row_id = audit_chain.broken_at(database) if since is None else _broken_since(database, since)
    if row_id is None:
        return []
    return [f"audit {row_id}" if row_id else THE_END]


def _broken_since(database: Database, since: datetime) -> int | None:
    """As `audit_chain.broken_at`, for the rows since then and what they are tied to."""
    sealed = select(Audit).where(Audit.hash.is_not(None), Audit.at >= since).order_by(Audit.id)
    read = sealed.execution_options(yield_per=audit_chain.READ_AT_ONCE)
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    with audit_chain.one_moment(database) as session:
        with closing(session.scalars(read)) as rows:
            for row in rows:
                if row.prev_hash is None or row.hash is None or row.prev_hash in before:
                    return row.id
                if row.hash != audit_chain.digest(row, row.prev_hash):
                    return row.id
                before[row.prev_hash], after[row.hash] = row.id, row.id
        return _loose_end(session, before, after)


def _loose_end(session: Session, before: dict[str, int], after: dict[str, int]) -> int | None:
    """The first row that follows nothing, or is followed by nothing and is not the end."""
    end = session.get(SyncCursor, audit_chain.CURSOR)
    last = end.value if end else audit_chain.BEGINNING
    starts = {hashed: row_id for hashed, row_id in before.items() if hashed not in after}
    ends = {hashed: row_id for hashed, row_id in after.items() if hashed not in before}
    if len(starts) + len(ends) > LOOSE_ENDS:
        return min([*starts.values(), *ends.values()])
    known = {audit_chain.BEGINNING, *_among(session, Audit.hash, [*starts, last])}
    followed = {last, *_among(session, Audit.prev_hash, list(ends))}
    loose = [starts[one] for one in starts.keys() - known]
    loose += [ends[one] for one in ends.keys() - followed]
    if loose:
        return min(loose)
    return None if last in known else 0


def _among(
    session: Session, column: InstrumentedAttribute[str | None], hashes: list[str]
) -> list[str | None]:
    """Which of these hashes the log knows."""
    statement = select(column).where(column.in_(hashes))
    return list(session.scalars(statement))
