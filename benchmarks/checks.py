"""`python -m benchmarks.checks`: how long the rules take to check, on both databases.

One payment is made by the shop's own services, then copied in the database with all that
belongs to it, spread over a year. Its records are sound, so every statement reads it all.
"""

import base64
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from komet_shop import migrations
from komet_shop.app import open_shop
from komet_shop.config import Config
from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict
from komet_shop.models import (
    Application,
    Audit,
    Base,
    Invoice,
    JournalEntry,
    LedgerTransfer,
    Operation,
    Order,
    OrderLine,
    Outbox,
    Payment,
    SyncCursor,
)
from komet_shop.models.base import UtcDateTime
from komet_shop.services import audit_chain, invariants, operations, order_payments, results
from komet_shop.services.evidence import Evidence
from komet_shop.services.scope import WORKER, Scope
from komet_shop.services.shop import Shop
from tests import factories
from tests.postgres import cluster

COPIED: tuple[type[Base], ...] = (
    Order,
    OrderLine,
    Invoice,
    Payment,
    Operation,
    JournalEntry,
    LedgerTransfer,
    Application,
    Outbox,
    Audit,
)
STEP = 10
"""Ids of one payment's rows to those of the next; none has more rows of a kind."""
UNIQUE = ("public_id", "action_key", "gateway_ref", "gateway_transaction_id", "aggregate")
REFERS = ("order_id", "invoice_id", "payment_id", "entry_id", "source_id", "object_id")
DAY = timedelta(hours=26)
DAYS = 365
AT_ONCE = 5_000


@click.command()
@click.option("--payments", type=click.IntRange(100, 1_000_000), default=20_000, show_default=True)
def main(payments: int) -> None:
    """Time the checks of the open day and of everything."""
    table = Table(title=f"Seconds with {payments:,} payments", title_justify="left", box=SIMPLE)
    for name in ("database", "open day", "everything", "everything, all texts"):
        table.add_column(name, justify="right")
    for name, opened in (("PostgreSQL", _postgresql), ("SQLite", _sqlite)):
        with opened() as shop:
            _fill(shop, payments)
            table.add_row(name, *(f"{seconds:.2f}" for seconds in _measured(shop)))
    Console().print(table)


def _measured(shop: Shop) -> Iterator[float]:
    now = shop.clock.now()
    asked: tuple[dict[str, Any], ...] = ({"since": now - DAY}, {}, {"texts": True})
    for values in asked:
        began = time.perf_counter()
        breaches = invariants.check(shop.database, now, komet=True, **values)
        yield time.perf_counter() - began
        if breaches:
            raise click.ClickException(f"not sound: {breaches}")


@contextmanager
def _postgresql() -> Iterator[Shop]:
    with cluster() as running, _shop(running.create("checks")) as shop:
        yield shop


@contextmanager
def _sqlite() -> Iterator[Shop]:
    with (
        tempfile.TemporaryDirectory(prefix="ks-bench-") as folder,
        _shop(f"sqlite:///{Path(folder) / 'shop.db'}") as shop,
    ):
        yield shop


@contextmanager
def _shop(url: str) -> Iterator[Shop]:
    environment = {
        "KOMET_SHOP_ENV": "test",
        "KOMET_SHOP_DATABASE_URL": url,
        "KOMET_SHOP_SECRET_KEY": "k" * 40,
        "KOMET_SHOP_MASTER_KEY": base64.urlsafe_b64encode(factories.MASTER_KEY).decode(),
    }
    shop = open_shop(Config.from_environment(environment))
    try:
        migrations.upgrade(shop.database.engine)
        yield shop
    finally:
        shop.bulkhead.drain()
        shop.database.close()


def _fill(shop: Shop, payments: int) -> None:
    with shop.database.write() as session:
        scope, cart = _company(session)
    _pay(shop, scope, cart)
    for table in COPIED:
        _copy(shop, table, payments)
    _seal(shop)
    with shop.database.write() as session:
        session.execute(text("ANALYZE"))


def _company(session: Session) -> tuple[Scope, Order]:
    company = factories.make_company(session)
    location = factories.make_location(session, company)
    factories.make_account(session, location, {"api_key": "k", "public_key": "p"})
    factories.make_card_settings(session, location)
    customer = factories.make_customer(session, company)
    buyer = factories.make_user(session, company)
    line = factories.make_inventory_line(
        session, location, factories.make_product(session, company)
    )
    cart = factories.make_order(session, customer, location, buyer, line)
    return factories.make_scope(customer, location, buyer), cart


def _pay(shop: Shop, scope: Scope, cart: Order) -> None:
    click_ = order_payments.PayOrder(
        order=cart.public_id,
        action_key=identifiers.action_key(),
        expected_cents=cart.total_cents,
        card_token="t",
    )
    started = order_payments.pay(shop, scope, click_)
    assert started.operation_id is not None
    approved = Verdict(state=State.APPROVED, reason="")
    evidence = Evidence(verdict=approved, transaction_id="T")
    with shop.database.write() as session:
        operation = session.get_one(Operation, started.operation_id)
        now = shop.clock.now()
        operations.mark_sending(session, operation, now=now, deadline_seconds=1)
        results.record(session, operation.id, evidence, actor=WORKER, now=now)


def _copy(shop: Shop, table: type[Base], payments: int) -> None:
    """Rows like those there are, once for each further payment, at evenly spread times."""
    with shop.database.read() as session:
        patterns = [dict(row) for row in session.execute(select(table.__table__)).mappings()]
    changes = [_changes(table, pattern) for pattern in patterns]
    for first in range(1, payments, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, payments))
        rows = [
            {**pattern, **{name: change(number) for name, change in changed.items()}}
            for number in numbers
            for pattern, changed in zip(patterns, changes, strict=True)
        ]
        with shop.database.write() as session:
            session.execute(insert(table), _aged(table, rows, numbers, payments))


def _changes(table: type[Base], row: dict[str, Any]) -> dict[str, Callable[[int], object]]:
    changed: dict[str, Callable[[int], object]] = {}
    for name, value in row.items():
        if value is None:
            continue
        if name == "id" or name in REFERS:
            changed[name] = lambda n, value=value: value + n * STEP
        elif name in UNIQUE:
            changed[name] = lambda n, value=value: f"{value}{n}"
    if table is Outbox:
        kind, row_id = row["dedupe_key"].rsplit(":", 1)
        changed["dedupe_key"] = lambda n: f"{kind}:{int(row_id) + n * STEP}"
    return changed


def _aged(
    table: type[Base], rows: list[dict[str, Any]], numbers: range, payments: int
) -> list[dict[str, Any]]:
    columns = table.__table__.columns
    times = [column.name for column in columns if isinstance(column.type, UtcDateTime)]
    each = len(rows) // len(numbers)
    for index, row in enumerate(rows):
        age = timedelta(days=DAYS) * numbers[index // each] / payments
        row.update({name: row[name] - age for name in times if row[name] is not None})
    return rows


def _seal(shop: Shop) -> None:
    """In large pieces: the worker's are small so that nobody waits for it."""
    last = audit_chain.BEGINNING
    with shop.database.write() as session:
        sealed = []
        for row in session.scalars(select(Audit).order_by(Audit.id)):
            own = audit_chain.digest(row, last)
            sealed.append({"row": row.id, "prev": last, "own": own})
            last = own
        seal = text("UPDATE audit SET prev_hash = :prev, hash = :own WHERE id = :row")
        session.execute(seal, sealed)
        now = shop.clock.now()
        session.add(SyncCursor(name=audit_chain.CURSOR, value=last, updated_at=now))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.checks")
