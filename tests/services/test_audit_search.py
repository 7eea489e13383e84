"""Reading the audit log: filters, what is seen of it, pages, and the file one takes along."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from komet_shop.models import Audit, Company, Customer, Location, Order, User
from komet_shop.services import audit, audit_chain, audit_search, invariants_watch
from komet_shop.services.audit_search import PAGE, Line, Reader, Wanted
from komet_shop.services.scope import WORKER, Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories
from tests.statements import count_statements


class Log:
    """A shop of two locations in which things happen."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        with shop.database.write() as session:
            self.company: Company = factories.make_company(session)
            self.miami: Location = factories.make_location(session, self.company)
            self.quito: Location = factories.make_location(
                session, self.company, name="Quito", time_zone="America/Guayaquil"
            )
            self.ana: User = factories.make_user(session, self.company, name="Ana Clerk")
            self.customer: Customer = factories.make_customer(session, self.company)
            self.order: Order = factories.make_order(session, self.customer, self.miami, self.ana)

    def write(self, action: str = "tested", **values: Any) -> None:
        by_ana = Actor(label=self.ana.public_id, user_id=self.ana.id, address="10.0.0.7")
        given = {
            "actor": by_ana,
            "company_id": self.company.id,
            "object_type": "order",
            "object_id": self.order.id,
            "location_id": self.miami.id,
            **values,
        }
        with self.shop.database.write() as session:
            entry = audit.Entry(action=action, **given)
            audit.write(session, entry, self.shop.clock.now())

    def reader(self, *places: Location) -> Reader:
        scope = Scope(
            actor=Actor(label="usr_reader"),
            company_id=self.company.id,
            location_ids=frozenset(place.id for place in places),
        )
        return Reader(scope=scope, sees_all=not places)

    def wanted(self, **values: Any) -> Wanted:
        now = self.shop.clock.now()
        return Wanted(
            **{"since": now - timedelta(days=1), "until": now + timedelta(days=1)} | values
        )

    def read(self, reader: Reader | None = None, **values: Any) -> list[Line]:
        with self.shop.database.read() as session:
            lines, _ = audit_search.page(
                session, reader or self.reader(), self.wanted(**values), after=None
            )
        return lines

    def actions(self, reader: Reader | None = None, **values: Any) -> list[str]:
        return [line.action for line in self.read(reader, **values)]


@pytest.fixture
def log(open_shop_at: Callable[[str], Shop]) -> Log:
    """Nothing of it needs a gateway."""
    return Log(open_shop_at("http://127.0.0.1:9"))


def test_a_line_says_who_what_and_where(log: Log) -> None:
    log.write("order_placed", before={"a": 1}, after={"a": 2}, reason="because")

    line = log.read()[0]

    assert (line.who, line.address, line.action) == ("Ana Clerk", "10.0.0.7", "order_placed")
    assert (line.thing.name, line.thing.public_id) == (log.order.number, log.order.public_id)
    assert (line.location, line.time_zone) == ("Miami", "America/New_York")
    assert (line.before, line.after, line.reason) == ({"a": 1}, {"a": 2}, "because")


def test_entries_of_other_locations_and_of_none_are_for_those_who_see_all(log: Log) -> None:
    log.write("in_miami")
    log.write("in_quito", location_id=log.quito.id)
    log.write("nowhere", location_id=None)

    assert log.actions(log.reader(log.miami)) == ["in_miami"]
    assert log.actions(log.reader(log.miami, log.quito)) == ["in_quito", "in_miami"]
    assert log.actions() == ["nowhere", "in_quito", "in_miami"]


def test_entries_of_a_location_given_up_are_still_seen(log: Log) -> None:
    log.write("in_miami")
    with log.shop.database.write() as session:
        session.get_one(Location, log.miami.id).active = False

    assert log.actions() == ["in_miami"]


def test_another_company_sees_nothing(log: Log) -> None:
    log.write()
    reader = log.reader()

    assert log.actions(replace(reader, scope=replace(reader.scope, company_id=999))) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"who": "ana cl"}, 3),
        ({"who": "worker"}, 1),
        ({"who": "%"}, 0),
        ({"who": "nobody"}, 0),
        ({"actions": frozenset({"order_placed"})}, 1),
        ({"actions": frozenset()}, 0),
        ({"about": "W{order}"}, 2),
        ({"about": "w{order}"}, 2),
        ({"about": "R{order}"}, 0),
        ({"about": "W²"}, 0),
        ({"about": "{public_id}"}, 2),
        ({"about": "{customer}"}, 1),
        ({"about": "{row}"}, 2),
        ({"about": "9" * 40}, 0),
        ({"location": "{quito}"}, 1),
        ({"location": "NOWHERE"}, 0),
    ],
)
def test_the_log_is_narrowed(log: Log, filters: dict[str, Any], found: int) -> None:
    log.write("order_placed")
    log.write("in_quito", location_id=log.quito.id)
    log.write("of_customer", object_type="customer", object_id=log.customer.id + 7_000)
    log.write("by_worker", actor=WORKER, object_type="outbox", object_id=5_000)
    with log.shop.database.write() as session:
        row = session.get_one(Customer, log.customer.id)
        twin = factories.make_customer(session, log.company, id=row.id + 7_000)
    names = {
        "order": 100_000 + log.order.id,
        "public_id": log.order.public_id,
        "customer": twin.code,
        "row": log.order.id,
        "quito": log.quito.code,
    }
    given = {
        name: value.format(**names) if isinstance(value, str) else value
        for name, value in filters.items()
    }

    assert len(log.read(**given)) == found


def test_the_range_begins_at_since_and_ends_before_until(log: Log) -> None:
    log.write()
    at = log.read()[0].at
    instant = timedelta(microseconds=1)

    assert len(log.read(since=at, until=at + instant)) == 1
    assert log.read(since=at + instant) == []
    assert log.read(until=at) == []


def test_pages_cost_the_same_and_meet(log: Log) -> None:
    for number in range(PAGE + 1):
        log.write(object_type=("order", "user", "customer", "product", "shop")[number % 5])
    reader, wanted = log.reader(), log.wanted()

    with log.shop.database.read() as session, count_statements(session.get_bind()) as counted:
        first, place = audit_search.page(session, reader, wanted, after=None)
        one_page = len(counted)
        second, end = audit_search.page(session, reader, wanted, after=place)

    rows = [line.row for line in first + second]
    assert (len(first), len(second), end) == (PAGE, 1, None)
    assert rows == sorted(rows, reverse=True)
    assert one_page <= 3


def test_an_export_is_written_down_and_does_not_hold_itself(log: Log) -> None:
    log.write("order_placed")

    portions = list(audit_search.export(log.shop, log.reader(), log.wanted(who="Ana")))

    with log.shop.database.read() as session:
        last = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert [line.action for lines in portions for line in lines] == ["order_placed"]
    assert (last.action, last.actor) == ("audit_exported", "usr_reader")
    assert last.after is not None
    assert last.after["narrowed_to_people"] is True
    assert "Ana" not in str(last.after)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # only arithmetic is tried
def test_an_export_ends_at_its_limit(log: Log) -> None:
    few = audit_search.Portions(most=7, at_once=3)
    for _ in range(9):
        log.write()

    found = audit_search.export(log.shop, log.reader(), log.wanted(), few)

    assert [len(lines) for lines in found] == [3, 3, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # only reading is counted
def test_an_export_reads_one_portion_at_a_time(log: Log) -> None:
    for _ in range(9):
        log.write()
    few = audit_search.Portions(at_once=3)
    portions = audit_search.export(log.shop, log.reader(), log.wanted(), few)

    statements = []
    for _ in range(3):
        with count_statements(log.shop.database.engine) as counted:
            next(portions)
        statements.append(len(counted))

    assert statements == [3, 3, 3]
    assert next(portions, None) is None


def test_what_the_last_check_found_is_told(log: Log) -> None:
    log.write()
    audit_chain.seal(log.shop)
    with log.shop.database.read() as session:
        before = audit_search.last_verified(session)

    invariants_watch.watch(log.shop, owner="test")

    with log.shop.database.read() as session:
        after = audit_search.last_verified(session)
    assert before is None
    assert after is not None
    assert after.broken_at == ""
