"""Orders and payments in Komet's books."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from komet_shop.services.erp import (
    ErpUnavailable,
    OrderedLine,
    OrderToPost,
    PaidOrder,
    PaymentToPost,
)
from tests.komet_client.conftest import Desk

TODAY = date(2026, 11, 25)


def an_order(desk: Desk, **changes: object) -> OrderToPost:
    line = next(row for row in desk.komet.sandbox.company.stock.values() if row.location_id == 1)
    order = OrderToPost(
        reference="ord_abcdefghijkl",
        customer="5001",
        location_code="MIA",
        carrier="801",
        ship_to=None,
        ship_date=TODAY,
        po_number="PO-7",
        notes="Web order W100001",
        lines=(OrderedLine(item=str(line.id), boxes=1, price_e4=4_555),),
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def a_payment(reference: str, **changes: object) -> PaymentToPost:
    payment = PaymentToPost(
        reference=reference,
        customer="5001",
        location_code="MIA",
        received_on=TODAY,
        amount_cents=12_345,
        notes="R100001",
    )
    return replace(payment, **changes)  # type: ignore[arg-type]


def test_an_order_is_booked_as_a_draft_with_exact_prices(desk: Desk) -> None:
    posted = desk.client.create_order(an_order(desk))

    [row] = desk.ledger("invoices")
    assert posted.is_draft
    assert (posted.id, posted.number) == (str(row["id"]), str(row["number"]))
    assert (row["reference"], row["status_name"]) == ("ord_abcdefghijkl", "Draft")
    assert row["lines"][0]["price_e4"] == 4_555


@pytest.mark.parametrize("field", ["invoiceNumber", "number"])
def test_the_new_number_is_found_under_either_name(desk: Desk, field: str) -> None:
    desk.switch(invoice_number_field=field)

    posted = desk.client.create_order(an_order(desk))

    assert posted.number == str(desk.ledger("invoices")[0]["number"])


def test_an_order_is_found_by_our_reference_before_and_after_checkout(desk: Desk) -> None:
    posted = desk.client.create_order(an_order(desk))
    window = {"since": TODAY - timedelta(days=1), "until": TODAY + timedelta(days=1)}

    before = desk.client.find_orders(customer="5001", **window)
    desk.client.check_out(posted.number)
    after = desk.client.find_orders(customer="5001", **window)

    assert before == [posted]
    assert after == [replace(posted, is_draft=False)]


@pytest.mark.parametrize("field", ["referenceNumber", "reference", "checkReference", "checkNumber"])
def test_payments_are_found_by_exactly_our_reference(desk: Desk, field: str) -> None:
    desk.switch(payment_reference_field=field)
    posted = desk.client.post_payment(a_payment("KSABC"))
    desk.client.post_payment(a_payment("KSABCD"))

    found = desk.client.find_payments("KSABC")

    assert [row.control_number for row in found] == [posted.control_number]


def test_a_payment_is_set_against_the_order_it_was_made_for(desk: Desk) -> None:
    order = desk.client.create_order(an_order(desk))
    desk.client.check_out(order.number)
    paid = PaidOrder(number=order.number, amount_cents=5_000)

    desk.client.post_payment(a_payment("KS1", amount_cents=6_000, orders=(paid,)))

    [row] = desk.ledger("payments")
    assert (row["method"], row["total_cents"], row["overpayment_cents"]) == (
        "Credit Card",
        6_000,
        1_000,
    )
    assert row["applications"][0]["amount_cents"] == 5_000


def test_a_window_of_payments_is_one_call(desk: Desk) -> None:
    for number in range(3):
        desk.client.post_payment(a_payment(f"KS{number}"))

    found = desk.client.payments_between(TODAY, TODAY)

    assert {name for row in found for name in row.references} == {"KS0", "KS1", "KS2"}
    assert desk.calls("payment.list") == 1


def test_a_missing_payment_method_is_no_fault_of_the_payment(desk: Desk) -> None:
    methods = desk.komet.sandbox.company.methods
    card = next(key for key, method in methods.items() if method.name == "Credit Card")
    methods[card] = replace(methods[card], active=False)

    with pytest.raises(ErpUnavailable, match='named "Credit Card"'):
        desk.client.post_payment(a_payment("KS1"))
