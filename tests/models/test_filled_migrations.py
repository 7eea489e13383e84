"""Migrations of a shop that has been in use: its rows come through."""

from typing import Any

from sqlalchemy import insert, text, update

from komet_shop import migrations
from komet_shop.models import LocationCardSettings, OperationLookup
from komet_shop.models.database import Database
from komet_shop.services import voids
from tests.services.fees import FLAT, FLAT_FEE
from tests.world import World

KEPT = ("payment", "operation", "invoice", "ledger_transfer", "audit", "outbox")
FOUND = {"transaction_id": "4711", "amount_cents": 2500, "finding": "found, approved"}


def test_a_used_database_goes_one_release_back_and_forward(world: World) -> None:
    world.pay()
    database = world.shop.database
    before = _counts(database)

    migrations.downgrade(database.engine, "0003")
    older = _counts(database)
    migrations.upgrade(database.engine)

    assert before == older == _counts(database)
    assert all(before.values())


def test_what_a_lookup_found_moves_out_of_its_words(world: World) -> None:
    operation, database = world.pay(), world.shop.database
    asked = {"operation_id": operation.id, "at": operation.created_at, "asked_by": "worker"}
    worked = {"answered": True, "control_worked": True, "found": 1}
    with database.write() as session:
        session.execute(insert(OperationLookup).values(**asked, **worked, **FOUND))

    migrations.downgrade(database.engine, "0003")
    older = _rows(database, "SELECT finding FROM operation_lookup")
    migrations.upgrade(database.engine)
    newer = _rows(database, "SELECT transaction_id, amount_cents, finding FROM operation_lookup")

    assert older == [("transaction 4711 of 2500 cents: found, approved",)]
    assert newer == [tuple(FOUND.values())]


def test_a_fee_that_was_charged_is_found_in_its_operations(world: World) -> None:
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(**FLAT))
    world.pay(world.click(expected_fee_cents=FLAT_FEE))
    world.follow(voids.void(world.shop, world.scope, world.asked()))
    database = world.shop.database

    migrations.downgrade(database.engine, "0005")
    migrations.upgrade(database.engine)

    fees = _rows(database, "SELECT kind, fee_cents FROM operation ORDER BY id")
    went_back = _rows(database, "SELECT refund_fee_reserved_cents FROM payment")
    assert fees == [("sale", FLAT_FEE), ("void", FLAT_FEE)]
    assert went_back == [(FLAT_FEE,)]


def _rows(database: Database, statement: str) -> list[Any]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def _counts(database: Database) -> dict[str, int]:
    return {table: _rows(database, f"SELECT count(*) FROM {table}")[0][0] for table in KEPT}
