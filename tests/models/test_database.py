"""Units of work, guards of the tables, migrations, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from komet_shop import migrations
from komet_shop.models import Audit, Company, JournalEntry, LedgerTransfer, Location
from komet_shop.models.database import Database, TransactionStillOpen
from tests import factories
from tests.world import World


def test_migrations_go_down_to_nothing_and_up_again(database: Database) -> None:
    migrations.downgrade(database.engine, "base")
    left = set(inspect(database.engine).get_table_names()) - {"alembic_version"}

    migrations.upgrade(database.engine)

    assert left == set()
    migrations.check(database.engine)


def test_a_second_unit_on_one_thread_is_a_mistake(database: Database) -> None:
    with database.read() as session:
        session.execute(select(Company))
        with pytest.raises(TransactionStillOpen), database.write() as other:
            other.execute(select(Company))


def test_no_call_leaves_the_house_while_a_unit_is_open(database: Database) -> None:
    database.require_no_open_unit()

    with database.read() as session:
        session.execute(select(Company))
        with pytest.raises(TransactionStillOpen):
            database.require_no_open_unit()

    database.require_no_open_unit()


def test_sqlite_is_opened_for_money(fresh_url: Callable[[str], str]) -> None:
    database = Database(fresh_url("sqlite"))
    with database.read() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("foreign_keys", "busy_timeout", "synchronous", "journal_mode")
        }
    database.close()

    assert found["foreign_keys"] == 1
    assert found["busy_timeout"] == 10_000
    assert found["synchronous"] == 2
    assert found["journal_mode"] in ("wal", "delete")


@pytest.fixture
def booked(database: Database) -> Database:
    """A database with one line in the books and one in the audit log."""
    with database.write() as session:
        company = factories.make_company(session)
        location = factories.make_location(session, company)
        about = {"company_id": company.id, "location_id": location.id, "created_at": factories.NOW}
        entry = JournalEntry(kind="test", source_type="test", source_id=1, **about)
        session.add(entry)
        session.flush()
        session.add(
            LedgerTransfer(
                entry_id=entry.id,
                leg=0,
                debit_account="a",
                credit_account="b",
                amount_cents=1,
                currency="USD",
                created_at=factories.NOW,
            )
        )
        session.add(
            Audit(
                at=factories.NOW,
                company_id=company.id,
                actor="test",
                action="test",
                object_type="test",
            )
        )
    return database


@pytest.mark.parametrize(
    "change",
    [
        update(LedgerTransfer).values(amount_cents=2),
        delete(LedgerTransfer),
        update(JournalEntry).values(kind="other"),
        delete(JournalEntry),
        update(Audit).values(action="other"),
        delete(Audit),
    ],
    ids=str,
)
def test_what_is_recorded_stays_recorded(booked: Database, change: object) -> None:
    with pytest.raises(DBAPIError, match="append-only"), booked.write() as session:
        session.execute(change)  # type: ignore[call-overload]  # an update or a delete


def test_an_audit_line_is_sealed_once(booked: Database) -> None:
    seal = update(Audit).values(prev_hash="0" * 64, hash="1" * 64)
    with booked.write() as session:
        session.execute(seal)

    with pytest.raises(DBAPIError, match="append-only"), booked.write() as session:
        session.execute(seal)


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE invoice SET pay_reserved_cents = open_cents + 1",
        "UPDATE invoice SET open_cents = total_cents + 1",
        "UPDATE payment SET captured_cents = authorised_cents + 1",
        "UPDATE payment SET refund_reserved_cents = captured_cents + 1",
        "UPDATE operation SET gateway_transaction_id = NULL",
        "UPDATE operation SET state = 'paid'",
        "UPDATE inventory_line SET boxes_reserved = -1",
    ],
)
def test_a_limit_of_money_holds_in_the_database_itself(world: World, broken: str) -> None:
    world.pay()

    with pytest.raises(IntegrityError), world.shop.database.write() as session:
        session.execute(text(broken))


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = insert(Audit).values(at=factories.NOW.replace(tzinfo=None), company_id=1)

    with pytest.raises(StatementError, match="a time without a zone"), database.write() as session:
        session.execute(naive)


def test_a_busy_unit_is_run_again_from_its_start(database: Database) -> None:
    tries: list[int] = []

    def unit(session: object) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise DBAPIError("", {}, Exception("database is locked"))
        return len(tries)

    assert database.run(unit) == 3


def test_a_location_of_another_company_needs_that_company(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Location(company_id=99, code="X", name="X", time_zone="UTC"))
