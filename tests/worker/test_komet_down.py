"""Hours without Komet: nothing is lost, nothing is told twice, and the calls are not used up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from komet_shop.models import Audit, KometLink, Outbox
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services import undelivered
from tests.conftest import MovableClock
from tests.worker import backlog
from tests.worker.backlog import Sold
from tests.worker.house import House
from tests.worker.komet_days import Days

FIVE_MINUTES = timedelta(minutes=5)
REFUSED = "This item is not for sale."
MORE_AT_FIRST = 10
"""Tries before the pause between them has grown to two minutes."""
CALLS_FOR_A_PAID_ORDER = 4
CALLS_FOR_ROUNDS = 100
"""The list of payments once a round, the methods of payment, and the refused order's tries."""


@pytest.fixture
def days(house: House, komet: KometSandboxServer, clock: MovableClock) -> Iterator[Days]:
    """A Komet that has as much of everything as anybody wants."""
    switches = {"refuses_oversold_stock": False}
    requests.post(f"{komet.base_url}/_control/switches", json=switches, timeout=5)
    users = komet.sandbox.users
    yield Days(house, clock)
    komet.sandbox.users = users


def allow(days: Days, users: int) -> None:
    """Komet counts so many paid users, and the shop knows it."""
    days.house.komet.sandbox.users = users
    config = replace(days.house.shop.config, komet_users=users)
    days.house.shop = replace(days.house.shop, config=config)


def refuse_for_ever(house: House, order: str) -> None:
    match = {"method": "invoice.create", "reference": order}
    house.arm("status_zero", times=None, match=match, message=REFUSED)


def dead(house: House) -> list[Outbox]:
    with house.shop.database.read() as session:
        return list(session.scalars(select(Outbox).where(Outbox.state == "dead")))


def alerts(house: House) -> int:
    """Mails to administrators that wait, and lines in the audit log: as many of each."""
    with house.shop.database.read() as session:
        mails = session.scalars(select(Outbox).where(Outbox.kind == "mail")).all()
        entries = session.scalars(select(Audit).where(Audit.action == "delivery_dead")).all()
    found = [mail for mail in mails if mail.payload["template"] == "alert"]
    assert [entry.reason for entry in entries] == [REFUSED] * len(found)
    return len(found)


def in_komet(rows: list[dict[str, Any]], customer: str) -> list[str]:
    """Our references of one customer's rows, in the order of their booking."""
    ours = [row for row in rows if str(row["customer_id"]) == customer]
    return [row["reference"] for row in sorted(ours, key=lambda row: row["id"])]


def require_once_and_in_order(house: House, sold: list[Sold]) -> None:
    """Komet's books are the truth: each order and payment once, each customer's in order."""
    invoices, payments = house.booked("invoices"), house.booked("payments")
    assert sorted(row["reference"] for row in invoices) == sorted(one.order for one in sold)
    assert sorted(row["reference"] for row in payments) == sorted(one.payment for one in sold)
    assert {row["status_name"] for row in invoices} == {"Pending Approval"}
    for customer in {one.customer for one in sold}:
        ours = [one for one in sold if one.customer == customer]
        assert in_komet(invoices, customer) == [one.order for one in ours]
        assert in_komet(payments, customer) == [one.payment for one in ours]
    order_of = {row["number"]: row["reference"] for row in invoices}
    paid = {row["reference"]: row["applications"] for row in payments}
    for one in sold:
        [application] = paid[one.payment]
        assert order_of[application["invoice_number"]] == one.order
        assert application["amount_cents"] == one.cents


def require_told_in_order(house: House, events: int) -> None:
    """Each message waited for the ones before it of its customer."""
    statement = select(Outbox.aggregate, Outbox.done_at).where(Outbox.kind != "mail")
    with house.shop.database.read() as session:
        told = session.execute(statement.order_by(Outbox.aggregate, Outbox.seq)).all()
        links = session.scalars(select(KometLink.id)).all()
    assert len(told) == len(links) == events
    moments: dict[str, list[Any]] = {}
    for aggregate, done_at in told:
        moments.setdefault(aggregate, []).append(done_at)
    assert all(times == sorted(times) for times in moments.values())


@pytest.mark.parametrize(
    ("events", "customers", "users", "hours"),
    [(100, 10, 5, 2), pytest.param(5_000, 250, 15, 24, marks=pytest.mark.full)],
    ids=["100", "5000"],
)
def test_hours_without_komet_are_made_up_for_in_five_minutes(
    days: Days, events: int, customers: int, users: int, hours: int
) -> None:
    allow(days, users)
    house, pairs = days.house, events // 2
    sold = backlog.sell(house, backlog.open_accounts(house.komet, customers), pairs)
    poison = sold[pairs // 2]
    behind = 2 * sum(one.customer == poison.customer for one in sold[pairs // 2 :])

    knocks = days.without_komet(timedelta(hours=hours))
    lost = events - days.untold()
    refuse_for_ever(house, poison.order)
    with days.workers(2):
        took = days.pass_time_until(
            lambda: days.untold() <= behind and bool(dead(house)), minutes=10
        )
    [stuck] = dead(house)
    told_alerts = alerts(house)
    house.heal()
    everybody = replace(house.scope, customer_ids=None)
    undelivered.send_again(house.shop, everybody, stuck.id, reason="the item is for sale")
    with days.workers(2):
        days.pass_time_until(lambda: days.untold() == 0, minutes=10)

    print(f"{events} events: {knocks} calls in vain, {took.total_seconds():.0f} s, {days.calls()}")
    assert (lost, days.untold()) == (0, 0)
    assert hours * 30 <= knocks <= hours * 30 + MORE_AT_FIRST
    assert took <= FIVE_MINUTES
    assert (stuck.last_error, told_alerts) == (REFUSED, 1)
    require_once_and_in_order(house, sold)
    require_told_in_order(house, events)
    assert sum(days.spent()) <= CALLS_FOR_A_PAID_ORDER * pairs + knocks + CALLS_FOR_ROUNDS
    assert max(days.spent()) <= 1_000 * users * 90 // 100
