"""The chain of the audit log: complete, in one piece, and broken by every change."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError

from komet_shop.models import Audit
from komet_shop.models.database import Database
from komet_shop.services import audit, audit_chain
from komet_shop.services.scope import WORKER
from komet_shop.services.shop import Shop
from tests import factories


@pytest.fixture
def quiet_shop(open_shop_at: Callable[[str], Shop]) -> Shop:
    """A shop without a gateway."""
    shop = open_shop_at("http://127.0.0.1:9")
    with shop.database.write() as session:
        factories.make_company(session)
    return shop


def write(shop: Shop, count: int) -> None:
    with shop.database.write() as session:
        for number in range(count):
            entry = audit.Entry(
                actor=WORKER,
                company_id=1,
                action="tested",
                object_type="test",
                object_id=number,
                after={"ñ": [number, None], "a": True},
            )
            audit.write(session, entry, shop.clock.now())


def broken_at(shop: Shop) -> int | None:
    return audit_chain.broken_at(shop.database)


def without_guard(database: Database) -> None:
    """Take the trigger away that refuses changes, as somebody with the owner's role could."""
    where = "" if database.is_sqlite else " ON audit"
    with database.write() as session:
        for name in ("audit_no_update", "audit_no_delete"):
            session.execute(text(f"DROP TRIGGER {name}{where}"))


def test_rows_are_sealed_in_one_chain(quiet_shop: Shop) -> None:
    write(quiet_shop, 3)
    first = audit_chain.seal(quiet_shop)
    write(quiet_shop, 2)
    second = audit_chain.seal(quiet_shop)

    with quiet_shop.database.read() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert (first, second, audit_chain.seal(quiet_shop)) == (3, 2, 0)
    assert [row.prev_hash for row in rows] == ["0" * 64, *(row.hash for row in rows[:-1])]
    assert broken_at(quiet_shop) is None


def test_an_empty_log_is_sound(quiet_shop: Shop) -> None:
    assert audit_chain.seal(quiet_shop) == 0
    assert broken_at(quiet_shop) is None


def test_more_rows_than_fit_into_one_transaction_are_sealed(quiet_shop: Shop) -> None:
    write(quiet_shop, audit_chain.AT_ONCE + 7)

    assert audit_chain.seal(quiet_shop) == audit_chain.AT_ONCE + 7
    assert broken_at(quiet_shop) is None


def test_a_row_that_was_committed_late_follows_the_others(quiet_shop: Shop) -> None:
    write(quiet_shop, 3)
    with quiet_shop.database.write() as session:
        late = session.scalars(select(Audit).where(Audit.object_id == 1)).one()
        first, third = session.scalars(select(Audit).where(Audit.id != late.id)).all()
        seal_by_hand(session.execute, first, "0" * 64)
        last = seal_by_hand(session.execute, third, audit_chain.digest(first, "0" * 64))
        session.execute(
            text("INSERT INTO sync_cursor (name, value, updated_at) VALUES (:n, :v, :u)"),
            {"n": audit_chain.CURSOR, "v": last, "u": "2026-11-22 00:00:00.000000"},
        )

    audit_chain.seal(quiet_shop)

    assert broken_at(quiet_shop) is None


def seal_by_hand(execute: Callable[..., object], row: Audit, before: str) -> str:
    own = audit_chain.digest(row, before)
    execute(update(Audit).where(Audit.id == row.id).values(prev_hash=before, hash=own))
    return own


def test_sealing_from_many_threads_makes_one_chain(quiet_shop: Shop) -> None:
    write(quiet_shop, 40)
    barrier = threading.Barrier(4)

    def seal() -> None:
        barrier.wait()
        audit_chain.seal(quiet_shop)

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert broken_at(quiet_shop) is None


def test_a_sealed_row_cannot_be_changed(quiet_shop: Shop) -> None:
    write(quiet_shop, 1)
    audit_chain.seal(quiet_shop)

    with pytest.raises(DBAPIError, match="append-only"), quiet_shop.database.write() as session:
        session.execute(update(Audit).values(actor="somebody else"))


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 2", 2),
        ("UPDATE audit SET address = '1.2.3.4' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("DELETE FROM audit WHERE id = 4", 0),
        ("DELETE FROM audit", 0),
    ],
)
def test_whoever_gets_past_the_guard_breaks_the_chain(
    quiet_shop: Shop, change: str, wanted: int
) -> None:
    write(quiet_shop, 4)
    audit_chain.seal(quiet_shop)
    without_guard(quiet_shop.database)

    with quiet_shop.database.write() as session:
        session.execute(text(change))

    assert broken_at(quiet_shop) == wanted


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite locks writers out
def test_sealing_while_the_chain_is_read_is_no_break(quiet_shop: Shop) -> None:
    write(quiet_shop, 3)
    audit_chain.seal(quiet_shop)

    def go_on() -> None:
        write(quiet_shop, 2)
        audit_chain.seal(quiet_shop)

    with between_rows_and_end(quiet_shop.database, go_on):
        found = broken_at(quiet_shop)

    assert (found, broken_at(quiet_shop)) == (None, None)


@contextmanager
def between_rows_and_end(database: Database, run: Callable[[], None]) -> Iterator[None]:
    """Another worker does something after the rows were read and before the end is."""
    jobs = [run]

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if jobs and statement.startswith("SELECT sync_cursor"):
            worker = threading.Thread(target=jobs.pop())
            worker.start()
            worker.join()

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert not jobs
