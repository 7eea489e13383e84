"""Seals the audit log: each row's hash covers the row and the hash before it.

Rows are written without a hash, because a chain inside the transactions that they describe
would let every payment wait for every other one. Rule: docs/operations.md, "Audit log".
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from komet_shop.models import Audit, SyncCursor
from komet_shop.models.database import Database
from komet_shop.models.upserts import inserting
from komet_shop.services.shop import Shop

CURSOR = "audit_chain"
BEGINNING = "0" * 64
AT_ONCE = 200
READ_AT_ONCE = 2000


def seal(shop: Shop) -> int:
    """Chain what was written since the last time, in the order of ids; returns how many rows.

    Two sealers at once are harmless: the row that holds the chain's end makes them queue.
    """
    with shop.database.read() as session:
        if session.scalars(select(Audit.id).where(Audit.hash.is_(None)).limit(1)).first() is None:
            return 0
    sealed = 0
    while count := shop.database.run(lambda session: _seal_some(session, shop)):
        sealed += count
    return sealed


@contextmanager
def one_moment(database: Database) -> Iterator[Session]:
    """A reading unit in which all statements see the same moment.

    A worker goes on sealing: rows and end of the log must be those of the same moment.
    """
    with database.read() as session:
        if not database.is_sqlite:  # whose units see one moment anyway
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def broken_at(database: Database) -> int | None:
    """The first sealed row that does not fit, or None for a sound chain.

    A row that was committed late follows rows with higher ids, so links are followed, not
    ids. Returns 0 when rows are missing at the end.
    """
    statement = select(Audit).where(Audit.hash.is_not(None)).order_by(Audit.id)
    with one_moment(database) as session:
        read = session.scalars(statement.execution_options(yield_per=READ_AT_ONCE))
        with closing(read) as rows:
            last = _follow(rows)
        if isinstance(last, int):
            return last
        end = session.get(SyncCursor, CURSOR)
        return None if last == (end.value if end else BEGINNING) else 0


def digest(row: Audit, before: str) -> str:
    """The hash of a row: everything in it, and the hash of the row before it."""
    told = {
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "company_id": row.company_id,
        "location_id": row.location_id,
        "actor": row.actor,
        "address": row.address,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "prev_hash": before,
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _follow(rows: Iterable[Audit]) -> str | int:
    """The last hash of the chain, or the id of the first row that does not fit into it."""
    last = BEGINNING
    waiting: dict[str, tuple[int, str]] = {}
    for row in rows:
        if row.prev_hash is None or row.hash is None or row.hash != digest(row, row.prev_hash):
            return row.id
        if row.prev_hash in waiting:
            return row.id
        waiting[row.prev_hash] = (row.id, row.hash)
        while last in waiting:
            _, last = waiting.pop(last)
    return min(row_id for row_id, _ in waiting.values()) if waiting else last


def _seal_some(session: Session, shop: Shop) -> int:
    last = _lock_end(session, shop)
    rows = session.scalars(
        select(Audit).where(Audit.hash.is_(None)).order_by(Audit.id).limit(AT_ONCE)
    ).all()
    sealed = []
    for row in rows:
        own = digest(row, last)
        sealed.append({"id": row.id, "prev_hash": last, "hash": own})
        last = own
    if sealed:
        session.execute(update(Audit), sealed)
        end = update(SyncCursor).where(SyncCursor.name == CURSOR)
        session.execute(end.values(value=last, updated_at=shop.clock.now()))
    return len(sealed)


def _lock_end(session: Session, shop: Shop) -> str:
    """The hash of the last sealed row; whoever else seals waits until we are done."""
    insert = inserting(session, SyncCursor)
    now = shop.clock.now()
    statement = (
        insert.values(name=CURSOR, value=BEGINNING, updated_at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"updated_at": now})
        .returning(SyncCursor.value)
    )
    return str(session.execute(statement).scalar_one())
