"""Money received: what is booked, what is left over, and how it is found again."""

import pytest

RANGE = {"dateFrom": "2030-05-01", "dateTo": "2030-05-31"}


def test_a_payment_reduces_the_invoice_and_gets_a_control_number(komet):
    number = komet.order()["invoiceNumber"]

    answer = komet.pay(invoices=[{"invoiceNumber": number, "amount": 100, "discount": 2.5}])

    [invoice] = komet.ledger()["invoices"]
    assert answer["controlNumber"] == 30001
    assert invoice["balance_cents"] == 24750 - 10000 - 250


def test_the_same_payment_sent_twice_is_booked_twice(komet):
    number = komet.order()["invoiceNumber"]
    again = {"totalPayment": 247.5, "invoices": [{"invoiceNumber": number, "amount": 247.5}]}

    first, second = komet.pay(**again), komet.pay(**again)

    assert first["controlNumber"] != second["controlNumber"]
    assert [row["total_cents"] for row in komet.ledger()["payments"]] == [24750, 24750]
    assert komet.ledger()["open_credits_cents"] == {"BLOOM1": 24750}


def test_more_than_the_invoices_take_stays_as_open_credit(komet):
    number = komet.order()["invoiceNumber"]

    komet.pay(totalPayment=300, invoices=[{"invoiceNumber": number, "amount": 247.5}])

    [row] = komet.get("payment.list", **RANGE)["payments"]
    assert row["overpayment"] == 52.5
    assert row["invoices"] == [{"invoiceNumber": number, "amount": 247.5, "discount": 0}]


def test_voiding_a_paid_order_leaves_the_money_with_the_customer(komet):
    number = komet.order()["invoiceNumber"]
    komet.pay(invoices=[{"invoiceNumber": number, "amount": 100}])

    komet.post("invoice.void", invoiceNumber=number, reason="no flowers")

    assert komet.ledger()["open_credits_cents"] == {"BLOOM1": 10000}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"methodId": 99}, "methodId 99 does not exist or is not active."),
        ({"date": None}, "date is required."),
        ({"locationCode": None}, "locationId or locationCode is required"),
        ({"totalPayment": 0}, "totalPayment or the amounts of the invoices must be greater"),
        ({"totalPayment": 1.005}, "totalPayment must have at most 2 decimals."),
        ({"referenceNumber": "x" * 101}, "referenceNumber is too long"),
        ({"notes": "x" * 201}, "notes is too long"),
        ({"invoices": [{"invoiceNumber": 1, "amount": 101}]}, "totalPayment must be at least"),
        ({"invoices": [{"invoiceNumber": 1, "amount": 5}]}, "Invoice 1 does not exist for this"),
        ({"invoices": [{"invoiceNumber": "W1", "amount": 5}]}, "invoiceNumber 'W1' is not valid"),
        ({"invoices": {"amount": 5}}, "invoices must be an array."),
    ],
)
def test_a_payment_that_is_wrong_is_explained_and_not_booked(komet, change, message):
    answer = komet.pay(**change)

    assert answer["status"] == "0"
    assert answer["message"].startswith(message)
    assert komet.ledger()["payments"] == []


def test_another_customers_invoice_is_not_paid(komet):
    number = komet.order(customerId=5002)["invoiceNumber"]

    answer = komet.pay(invoices=[{"invoiceNumber": number, "amount": 100}])

    assert answer["message"] == f"Invoice {number} does not exist for this customer."


def test_a_list_of_payments_needs_a_filter(komet):
    assert komet.get("payment.list")["message"].startswith("You must send at least one")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"dateFrom": "2030-05-01"}, "dateTo is required."),
        ({"dateFrom": "2030-05-01", "dateTo": "2030-06-02"}, "cannot exceed 31 days."),
        ({"updatedAsOf": "2020-01-01T00:00:00"}, "cannot be more than 31 days ago."),
    ],
)
def test_a_list_of_payments_reaches_back_31_days(komet, asked, message):
    assert komet.get("payment.list", **asked)["message"].endswith(message)


def test_a_reference_is_found_by_any_part_of_it(komet):
    komet.pay(referenceNumber="PAY-ABC-1")
    komet.pay(referenceNumber="PAY-ABC-12")

    rows = komet.get("payment.list", checkReference="pay-abc-1")["payments"]

    assert [row["referenceNumber"] for row in rows] == ["PAY-ABC-1", "PAY-ABC-12"]


@pytest.mark.parametrize("name", ["reference", "checkReference", "checkNumber"])
def test_the_name_of_the_reference_is_a_switch(komet, name):
    komet.control("switches", "POST", payment_reference_field=name)
    komet.pay()

    [row] = komet.get("payment.list", **RANGE)["payments"]

    assert row[name] == "PAY-1"
    assert "referenceNumber" not in row


def test_payments_are_found_by_invoice_customer_method_and_control_number(komet):
    number = komet.order()["invoiceNumber"]
    control = komet.pay(invoices=[{"invoiceNumber": number, "amount": 1}])["controlNumber"]
    komet.pay(customerId=5002, methodId=11)

    found = [
        komet.get("payment.list", **asked)["payments"]
        for asked in (
            {"invoiceNumber": number},
            {"customer": "bloom1"},
            {"paymentMethod": "credit"},
            {"controlNumber": control},
        )
    ]

    assert [[row["controlNumber"] for row in rows] for rows in found] == [[control]] * 4


def test_marking_payments_answers_for_each_of_them(komet):
    komet.pay()
    [row] = komet.get("payment.list", externalSystemSynced=0, **RANGE)["payments"]

    answer = komet.post("payment.mark.sync", payments=[{"paymentId": row["id"]}, {"paymentId": 1}])

    assert [one["message"] for one in answer["payments"]] == ["synchronized", "does not exist"]
    assert komet.get("payment.list", externalSystemSynced=0, **RANGE)["payments"] == []


def test_credits_are_asked_for_by_date_and_kind(komet):
    dates = {"creditDateFrom": "2030-05-01", "creditDateTo": "2030-05-31"}

    refused = komet.post("credit.details.list", **dates)
    found = komet.post("credit.details.list", itemType="all", **dates)

    assert refused["message"] == "itemType is required."
    assert found["credits"] == []
