"""Orders on their way from draft to invoice, and the windows of the lists."""

import pytest

from tests.sandboxes.caller import ROSES, SHIP_DATE

DAY = {"orderDateFrom": SHIP_DATE, "orderDateTo": SHIP_DATE}


def test_an_order_waits_for_approval_unless_it_is_a_draft(komet):
    komet.order()
    komet.order(statusDraft=1)

    rows = komet.get("invoice.list", **DAY)["invoices"]

    assert [row["statusDescription"] for row in rows] == ["Pending Approval", "Draft"]


def test_a_draft_is_checked_out_confirmed_and_voided(komet):
    number = komet.order(statusDraft=1)["invoiceNumber"]
    states = []

    for method in ("invoice.checkout", "invoice.confirm", "invoice.void"):
        komet.post(method, invoiceNumber=number, reason="test")
        states.append(komet.get("invoice.list", order=number)["invoices"][0]["status"])

    assert states == [0, 1, 4]


def test_a_confirmed_order_is_not_checked_out(komet):
    number = komet.order()["invoiceNumber"]
    komet.post("invoice.confirm", invoiceNumber=number)

    answer = komet.post("invoice.checkout", invoiceNumber=number)

    assert answer == {"status": "0", "message": f"Invoice {number} is Confirmed."}


def test_a_void_needs_its_reason(komet):
    number = komet.order()["invoiceNumber"]

    assert komet.post("invoice.void", invoiceNumber=number)["message"] == "reason is required."


def test_the_prefix_of_the_screens_is_refused(komet):
    number = komet.order()["invoiceNumber"]

    answer = komet.post("invoice.confirm", invoiceNumber=f"W{number}")

    assert answer["status"] == "0"
    assert "without the W or T prefix" in answer["message"]


def test_the_same_order_sent_twice_is_booked_twice(komet):
    first, second = komet.order(reference="O-1"), komet.order(reference="O-1")

    assert first["invoiceNumber"] != second["invoiceNumber"]
    assert [row["reference"] for row in komet.ledger()["invoices"]] == ["O-1", "O-1"]


def test_each_line_is_rounded_half_up_by_itself(komet):
    items = [{"orderItemId": ROSES, "units": 25, "price": "0.4950"}] * 2

    komet.order(items=items)

    [invoice] = komet.ledger()["invoices"]
    assert [line["amount_cents"] for line in invoice["lines"]] == [1238, 1238]
    assert invoice["total_cents"] == 2476


def test_a_price_list_of_two_decimals_rounds_half_up(komet):
    komet.control("switches", "POST", price_decimals=2)

    komet.order()

    [invoice] = komet.ledger()["invoices"]
    assert invoice["lines"][0]["price_e4"] == 5000


def test_a_packing_can_be_described_instead_of_picked(komet):
    described = {"productCode": "ROS2001", "boxTypeCode": "HB", "unitsPerBox": 250}
    item = described | {"unitType": "Stem", "boxes": 1, "price": 1}

    answer = komet.order(items=[item])
    both = komet.order(items=[item | {"orderItemId": ROSES}])

    assert answer["status"] == "1"
    assert both["message"].startswith("Send either orderItemId or")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customerId": None}, "customerCode is required."),
        ({"carrierId": 1}, "carrierId 1 does not exist."),
        ({"shipDate": "05/10/2030"}, "shipDate must have the format YYYY-MM-DD."),
        ({"reference": "x" * 21}, "reference is too long: at most 20 characters."),
        ({"items": []}, "items is required: an invoice needs at least one item."),
        ({"shipToId": 1}, "shipToId 1 does not belong to this customer."),
        ({"locationId": 2}, f"orderItemId {ROSES} is not in the inventory of this location."),
        (
            {"items": [{"orderItemId": ROSES, "price": 1}]},
            "boxes is required and must be greater than 0.",
        ),
    ],
)
def test_an_order_that_is_wrong_is_explained_and_not_booked(komet, change, message):
    answer = komet.order(**change)

    assert answer == {"status": "0", "message": message}
    assert komet.ledger()["invoices"] == []


def test_lines_of_orders_are_asked_for_four_days_at_a_time(komet):
    komet.order()

    four = komet.get("invoice.details.list", orderDateFrom="2030-05-08", orderDateTo="2030-05-12")
    five = komet.get("invoice.details.list", orderDateFrom="2030-05-08", orderDateTo="2030-05-13")

    assert four["invoices"][0]["details"][0]["totalUnits"] == 500
    assert five["message"].endswith("cannot exceed 4 days.")


def test_headers_are_asked_for_six_months_at_a_time(komet):
    half = komet.get("invoice.list", orderDateFrom="2030-01-01", orderDateTo="2030-07-01")
    more = komet.get("invoice.list", orderDateFrom="2030-01-01", orderDateTo="2030-08-01")

    assert half["status"] == "1"
    assert more["status"] == "0"


def test_a_list_is_narrowed_by_customer_status_and_location(komet):
    komet.order()
    komet.order(customerId=5002, statusDraft=1)

    by_name = komet.get("invoice.list", customer="petal", **DAY)["invoices"]
    drafts = komet.get("invoice.list", status=2, **DAY)["invoices"]
    elsewhere = komet.get("invoice.list", locationIds="2:3", **DAY)["invoices"]

    assert [row["customerCode"] for row in by_name] == ["REQ001"]
    assert [row["customerCode"] for row in drafts] == ["REQ001"]
    assert elsewhere == []


def test_a_pull_since_a_moment_sees_the_invoice_that_was_paid_since(komet):
    number = komet.order()["invoiceNumber"]
    komet.control("clock", "POST", advance_seconds=3600)
    moment = komet.control("clock", "POST", advance_seconds=0)["now"]

    before = komet.get("invoice.list", updatedAsOf=moment, **DAY)["invoices"]
    komet.pay(invoices=[{"invoiceNumber": number, "amount": 100}])
    after = komet.get("invoice.list", updatedAsOf=moment, **DAY)["invoices"]

    assert before == []
    assert [row["balance"] for row in after] == [147.5]
