"""What can be sold when, and at whose price."""

from datetime import date, timedelta
from decimal import Decimal

import requests

from tests.sandboxes.caller import ROSES


def line(komet, number=ROSES):
    rows = komet.get("inventory.list", inventoryType="all")["inventoryItems"]
    return next(row for row in rows if row["orderItemId"] == number)


def test_the_company_has_more_than_a_thousand_lines_to_sell(komet):
    rows = komet.get("inventory.list")["inventoryItems"]

    assert len(rows) > 1000
    assert {row["inventoryOrigin"] for row in rows} == {1}
    assert {row["locationCode"] for row in rows} == {"MIA", "LAX", "BOS"}


def test_future_stock_comes_only_when_all_is_asked_for(komet):
    rows = komet.get("inventory.list", inventoryType="all")["inventoryItems"]

    assert {row["inventoryOrigin"] for row in rows} == {1, 2}


def test_a_price_keeps_its_four_decimals_on_the_wire(komet):
    raw = requests.get(
        f"{komet.url}/inventory.list", {"authenticationToken": komet.token}, timeout=5
    ).text

    assert '"price": 0.4950,' in raw


def test_a_box_holds_its_bunches_or_its_stems(komet):
    rows = komet.get("inventory.list")["inventoryItems"]

    stems = [row for row in rows if row["unitType"] == "Stem"]
    bunches = [row for row in rows if row["unitType"] == "Bunch"]

    assert all(row["unitsPerBox"] == row["bunches"] * row["stemsBunch"] for row in stems)
    assert all(row["unitsPerBox"] == row["bunches"] for row in bunches)
    assert stems
    assert bunches


def test_an_order_takes_boxes_and_a_void_gives_them_back(komet):
    before = line(komet)["quantity"]

    number = komet.order()["invoiceNumber"]
    ordered = line(komet)["quantity"]
    komet.post("invoice.void", invoiceNumber=number, reason="wrong day")

    assert ordered == before - 2
    assert line(komet)["quantity"] == before


def test_more_than_is_there_is_refused(komet):
    items = [{"orderItemId": ROSES, "boxes": 15, "price": 0.5}] * 2

    answer = komet.order(items=items)

    assert answer["message"] == "There are not enough boxes of Roses Freedom Red 40 cm."
    assert komet.ledger()["invoices"] == []


def test_the_consolidated_list_agrees_with_the_lines(komet):
    lines = komet.get("inventory.list")["inventoryItems"]
    whole = komet.get("inventory.consolidated.openmarket.list")["inventoryItems"]

    assert sum(row["quantity"] for row in whole) == sum(row["quantity"] for row in lines)
    assert "growerName" not in whole[0]


def test_the_web_shops_list_comes_in_pages_of_thirty(komet):
    asked = {"customerId": 5001, "companyLocationId": 1}

    first = komet.get("ecommerce/inventory.list", **asked)
    second = komet.get("ecommerce/inventory.list", page=2, **asked)

    assert len(first["inventoryItems"]) == 30
    assert first["total"] > 300
    assert first["inventoryItems"][0] != second["inventoryItems"][0]


def test_a_company_with_several_locations_has_to_name_one(komet):
    refused = komet.get("ecommerce/inventory.list", customerId=5001)
    komet.control("switches", "POST", multi_location=False)
    accepted = komet.get("ecommerce/inventory.list", customerId=5001)

    assert "companyLocationId" in refused["message"]
    assert accepted["status"] == 1


def test_a_customer_sees_prices_in_its_own_currency(komet):
    asked = {"companyLocationId": 1, "searchText": "freedom red 40"}

    dollars = komet.get("ecommerce/inventory.list", customerId=5001, **asked)
    canadian = komet.get("ecommerce/inventory.list", customerId=5004, **asked)

    assert Decimal(str(dollars["inventoryItems"][0]["price"])) == Decimal("0.4950")
    assert Decimal(str(canadian["inventoryItems"][0]["price"])) == Decimal("0.6732")
    assert canadian["inventoryItems"][0]["currency"] == "CAD"


def test_a_line_is_there_for_its_days_only(komet):
    row = line(komet)
    asked = {
        "customerId": 5001,
        "companyLocationId": 1,
        "inventoryLineIds": str(ROSES),
        "inventoryOrigin": 1,
        "carrierId": 801,
    }
    after = date.fromisoformat(row["availableTo"]) + timedelta(days=1)

    inside = komet.get("ecommerce/inventory.get", date=row["availableTo"], **asked)
    outside = komet.get("ecommerce/inventory.get", date=after.isoformat(), **asked)

    assert [found["orderItemId"] for found in inside["inventoryItems"]] == [ROSES]
    assert outside["inventoryItems"] == []


def test_carriers_for_a_customer_need_the_days(komet):
    asked = {"customerId": 5001, "companyLocationId": 1, "date": "2030-05-10"}

    refused = komet.get("ecommerce/customer-carriers.list", **asked)
    found = komet.get(
        "ecommerce/customer-carriers.list",
        availableFrom="2030-05-09",
        availableTo="2030-05-12",
        **asked,
    )

    assert refused["message"] == "availableFrom is required."
    assert len(found["carriers"]) == 8
