"""The list of customers, and who sees whom."""

import re
from html import unescape

import pytest

from komet_shop.models import Company, Location
from komet_shop.services import customers
from tests import factories
from tests.statements import count_statements
from tests.web.customers.conftest import Sit
from tests.web.customers.office import Office
from tests.world import World

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add_customers(world: World, count: int, **values: object) -> list[str]:
    with world.shop.database.write() as session:
        place = session.get_one(Location, world.location_id)
        company = session.get_one(Company, place.company_id)
        return [factories.make_customer(session, company, **values).public_id for _ in range(count)]


def test_a_row_says_how_the_customer_pays_and_what_is_open(office: Office) -> None:
    office.decide(card_rule="restricted", credit_limit_cents=0, credit_hold=True)
    office.add_buyers(2)

    shown = office.text("/customers")

    row = "Bloom & Vine Florist " + office.customer.code + " USD Restricted On hold"
    assert f"{row} $0.00: nothing on terms $0.00 2" in shown


@ONE_DATABASE
def test_an_address_with_filters_finds_and_offers_to_clear_them(office: Office) -> None:
    add_customers(office.world, 1, name="Hidden Hedge", card_rule="required")

    found = office.text("/customers?rule=required&q=hedge&sales_person=Sam+Sales")
    nobody = office.text("/customers?account=over&q=hedge")

    assert "Hidden Hedge" in found
    assert "Bloom & Vine" not in found
    assert "No customer like that" in nobody


@pytest.mark.parametrize("query", ["rule=bogus", "account=bogus", "after=bogus", "q=%00"])
def test_an_address_that_makes_no_sense_is_answered_all_the_same(
    office: Office, query: str
) -> None:
    assert "Customers" in office.text(f"/customers?{query}")


def test_a_long_list_has_pages_and_costs_the_same(office: Office) -> None:
    engine = office.world.shop.database.engine
    office.text("/customers")
    with count_statements(engine) as one:
        office.text("/customers")
    add_customers(office.world, customers.PAGE, name="Aster & Co")

    with count_statements(engine) as many:
        first = office.browser.get("/customers?q=%26").text
    following = re.search(r'href="(/customers\?[^"]+after=[^"]+)"', first)

    assert following is not None
    assert "Bloom & Vine" not in first
    assert "Bloom & Vine" in office.text(unescape(following.group(1)))
    assert len(many) == len(one) <= 6


@ONE_DATABASE
def test_a_sales_person_with_own_customers_sees_no_others(sit: Sit, world: World) -> None:
    (foreign,) = add_customers(world, 1, name="Hidden Hedge", sales_person="Somebody Else")
    office = sit("sales", own_customers_only=True, sales_person="Sam Sales")

    shown = office.text("/customers")
    answers = [office.browser.get(f"/customers/{foreign}{one}") for one in ("", "/advanced")]
    token = office.browser.token("/account")
    pressed = office.browser.post_raw(f"/customers/{foreign}/advanced", {"csrf_token": token})

    assert "Bloom & Vine" in shown
    assert "Hidden Hedge" not in shown
    assert [one.status_code for one in (*answers, pressed)] == [404, 404, 404]


@ONE_DATABASE
@pytest.mark.parametrize("role", ["receivables", "cashier", "credit_manager", "setup", "sales"])
def test_all_staff_see_customers(sit: Sit, role: str) -> None:
    office = sit(role)

    assert office.browser.get(office.path).status_code == 200


@ONE_DATABASE
def test_buyers_do_not(sit: Sit) -> None:
    office = sit("buyer")

    paths = ("/customers", office.path, f"{office.path}/advanced")

    assert [office.browser.get(one).status_code for one in paths] == [403] * 3
