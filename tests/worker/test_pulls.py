"""What comes from Komet: everything once, nothing twice, and never what is ours."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, update

from komet_shop.komet_client import KometClient
from komet_shop.komet_client.budget import Budget
from komet_shop.komet_client.calls import Caller
from komet_shop.komet_client.wire import Entrance
from komet_shop.models import (
    Base,
    Carrier,
    Company,
    Customer,
    InventoryLine,
    Location,
    Product,
    ShipTo,
)
from komet_shop.plugin_api import Deadlines
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services import pulls
from komet_shop.services.erp import ErpUnavailable
from komet_shop.services.pull_tables import Tally
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.worker.house import AN_EVENT_HOUSE

TABLES = (Company, Location, Carrier, Product, Customer, ShipTo, InventoryLine)
ITS_DETAILS = {"method": "customer.details.get", "customerId": str(AN_EVENT_HOUSE)}
DAY = 24 * 60 * 60


class Office:
    """A shop whose tables are empty, and the Komet that fills them."""

    def __init__(self, shop: Shop, komet: KometSandboxServer) -> None:
        self.shop = shop
        self.komet = komet
        caller = Caller(
            entrance=Entrance(url=komet.url, token=komet.token),
            database=shop.database,
            budget=Budget(database=shop.database, clock=shop.clock, users=5),
            deadlines=Deadlines(connect=5.0, total=10.0, max_answer_bytes=64_000_000),
            waits=(0.01, 0.01),
        )
        self.erp = KometClient(caller)

    def pull(self) -> dict[str, Tally]:
        return pulls.pull_everything(self.shop, self.erp, company_name="Valley Blooms")

    def pull_changes(self) -> dict[str, Tally]:
        return pulls.pull_changes(self.shop, self.erp)

    def change(self, code: str, **values: Any) -> None:
        """Change a customer at the company."""
        url = f"{self.komet.base_url}/_control/customers/{code}"
        requests.post(url, json=values, timeout=5).raise_for_status()

    def arm(self, fault: str, **more: Any) -> None:
        url = f"{self.komet.base_url}/_control/faults"
        requests.post(url, json={"fault": fault, **more}, timeout=5).raise_for_status()

    def calls(self) -> int:
        answer = requests.get(f"{self.komet.base_url}/_control/requests", timeout=5).json()
        return int(answer["used_today"])

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table that a pull writes."""
        with self.shop.database.read() as session:
            return {
                table.__tablename__: list(session.execute(select(table.__table__)).all())
                for table in TABLES
            }

    def customer(self, code: str) -> Customer:
        with self.shop.database.read() as session:
            return session.scalars(select(Customer).where(Customer.code == code)).one()

    def count(self, model: type[Base], *where: Any) -> int:
        with self.shop.database.read() as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    def write(self, statement: Any) -> None:
        with self.shop.database.write() as session:
            session.execute(statement)


@pytest.fixture
def office(open_shop_at: Callable[[str], Shop], komet: KometSandboxServer) -> Office:
    """A shop that has never pulled."""
    return Office(open_shop_at("http://127.0.0.1:9"), komet)


@pytest.fixture
def filled(office: Office) -> Office:
    """The same after a first pull."""
    office.pull()
    return office


def test_a_pull_fills_an_empty_shop(office: Office) -> None:
    company = office.komet.sandbox.company

    tallies = office.pull()

    assert {name: tally.new for name, tally in tallies.items()} == {
        "locations": len(company.locations),
        "carriers": len(company.carriers),
        "products": len(company.products),
        "customers": len(company.customers),
        "ship-tos": len(company.ship_tos),
        "inventory": len(company.stock),
    }
    with office.shop.database.read() as session:
        assert session.scalars(select(Company.name)).one() == "Valley Blooms"
        assert session.scalars(select(Company.currency)).one() == "USD"


def test_pulling_twice_changes_nothing(filled: Office) -> None:
    before, spent = filled.contents(), filled.calls()

    again = filled.pull()

    assert filled.contents() == before
    assert {(tally.new, tally.changed, tally.gone) for tally in again.values()} == {(0, 0, 0)}
    assert filled.calls() - spent <= 8


def test_prices_arrive_to_the_ten_thousandth(filled: Office) -> None:
    with filled.shop.database.read() as session:
        rows = session.execute(select(InventoryLine.komet_id, InventoryLine.price_e4)).all()
    stock = filled.komet.sandbox.company.stock

    wanted = {(str(line.id), line.price_e4) for line in stock.values()}
    assert {tuple(row) for row in rows} == wanted


def test_a_line_of_stock_arrives_with_packing_origin_and_dates(filled: Office) -> None:
    line = next(row for row in filled.komet.sandbox.company.stock.values() if row.origin == 2)
    first, last = line.window(filled.komet.sandbox.clock.today())

    with filled.shop.database.read() as session:
        row = session.scalars(
            select(InventoryLine).where(InventoryLine.komet_id == str(line.id))
        ).one()

    assert (row.box_type, row.unit_type, row.units_per_box) == (
        line.box_type,
        line.unit_type,
        line.units_per_box,
    )
    assert (row.origin, row.boxes_available, row.boxes_reserved) == (2, line.boxes, 0)
    assert (row.available_from, row.available_to) == (first, last)
    assert len(row.country) == 2


def test_customers_arrive_with_terms_limit_hold_and_currency(filled: Office) -> None:
    bloom, canadian = filled.customer("BLOOM1"), filled.customer("CAD001")
    events = filled.customer("REQ001")

    assert (bloom.terms, bloom.credit_limit_cents) == ("Net 30", 1_500_000)
    assert canadian.currency == "CAD"
    assert events.credit_limit_cents is None
    assert filled.count(Customer, Customer.credit_hold) == 1
    assert filled.count(Customer, Customer.credit_limit_cents == 0) == 1
    assert filled.count(Customer, Customer.price_b_markup_bp == 800) > 0


def test_a_closed_customer_and_a_retired_carrier_are_inactive(filled: Office) -> None:
    assert filled.count(Customer, Customer.active.is_(False)) == 1
    assert filled.count(Carrier, Carrier.active.is_(False)) == 1


def test_only_what_changed_is_read_again(filled: Office, clock: MovableClock) -> None:
    clock.advance(seconds=60)
    filled.change("BLOOM1", credit_hold=True, credit_limit_cents=100)
    spent = filled.calls()

    tallies = filled.pull_changes()

    assert (tallies["customers"].new, tallies["customers"].changed) == (0, 1)
    assert filled.customer("BLOOM1").credit_hold
    assert filled.calls() - spent <= 5


def test_what_we_decide_is_never_overwritten(filled: Office, clock: MovableClock) -> None:
    filled.write(update(Customer).values(card_rule="required", fee_exempt=True))
    filled.write(update(Location).values(tax_bp=700))
    filled.write(update(InventoryLine).values(boxes_reserved=1))
    filled.write(update(Product).values(picture="roses.avif"))
    clock.advance(seconds=60)
    filled.change("BLOOM1", terms="COD")

    filled.pull()

    customer = filled.customer("BLOOM1")
    assert (customer.terms, customer.card_rule, customer.fee_exempt) == ("COD", "required", True)
    assert filled.count(Location, Location.tax_bp != 700) == 0
    assert filled.count(InventoryLine, InventoryLine.boxes_reserved != 1) == 0
    assert filled.count(Product, Product.picture.is_(None)) == 0


def test_a_limit_decided_here_outlasts_a_pull_and_komets_is_kept_beside(
    filled: Office, clock: MovableClock
) -> None:
    filled.write(
        update(Customer)
        .where(Customer.code == "BLOOM1")
        .values(credit_decided_here=True, credit_limit_cents=None, credit_hold=True)
    )
    clock.advance(seconds=60)
    filled.change("BLOOM1", credit_limit_cents=100, terms="COD")
    filled.change("REQ001", credit_limit_cents=100)

    filled.pull_changes()

    ours, theirs = filled.customer("BLOOM1"), filled.customer("REQ001")
    assert (ours.credit_limit_cents, ours.credit_hold, ours.terms) == (None, True, "COD")
    assert (ours.komet_credit_limit_cents, ours.komet_credit_hold) == (100, False)
    assert theirs.credit_limit_cents == theirs.komet_credit_limit_cents == 100


def test_customers_arrive_with_the_state_they_are_billed_in(filled: Office) -> None:
    wanted = {
        one.code: one.bill_to.state for one in filled.komet.sandbox.company.customers.values()
    }

    with filled.shop.database.read() as session:
        states = {row.code: row.billing_state for row in session.scalars(select(Customer))}

    assert states == wanted
    assert {"FL", "MA", "ON"} <= set(states.values())


def test_what_vanished_is_deactivated_and_comes_back(filled: Office) -> None:
    stock = filled.komet.sandbox.company.stock
    number, line = next(iter(stock.items()))
    vanished = InventoryLine.komet_id == str(number)
    del stock[number]

    gone = filled.pull_changes()["inventory"].gone
    inactive = filled.count(InventoryLine, vanished, InventoryLine.active.is_(False))
    stock[number] = line
    back = filled.pull_changes()["inventory"].changed

    assert (gone, inactive, back) == (1, 1, 1)


def test_an_empty_list_does_not_empty_the_shop(filled: Office) -> None:
    filled.komet.sandbox.company.stock.clear()

    tally = filled.pull_changes()["inventory"]

    assert tally.gone == 0
    assert filled.count(InventoryLine, InventoryLine.active) == 100


def test_a_first_pull_that_was_cut_short_goes_on_where_it_stopped(office: Office) -> None:
    office.arm("down", times=3, match=ITS_DETAILS)
    with pytest.raises(ErpUnavailable):
        office.pull()
    read = office.count(Customer)

    office.pull()

    assert 0 < read < len(office.komet.sandbox.company.customers)
    assert office.count(Customer) == len(office.komet.sandbox.company.customers)


def test_a_customer_that_komet_refuses_does_not_stop_the_others(office: Office) -> None:
    office.arm("status_zero", match=ITS_DETAILS)

    tally = office.pull()["customers"]

    assert (tally.new, tally.skipped) == (len(office.komet.sandbox.company.customers) - 1, 1)


def test_everything_is_due_at_first_and_a_day_later(office: Office, clock: MovableClock) -> None:
    at_first = pulls.is_everything_due(office.shop)
    office.pull()
    soon = pulls.is_everything_due(office.shop)
    clock.advance(seconds=DAY)

    assert (at_first, soon, pulls.is_everything_due(office.shop)) == (True, False, True)
