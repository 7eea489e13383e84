"""What is wrong with a request is found in the documented order."""

import pytest

GOOD = {"amount": "5.00", "card": "4111111111111111", "exp-date": "1240"}
MANY = {f"key{number}": "x" for number in range(11)}


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/nowhere", {"api-key": "bad"}, (404, "085")),
        ("DELETE", "/transactions", {"api-key": "bad"}, (405, "092")),
        ("POST", "/transactions/sale", {"Accept": "text/csv", "api-key": "x"}, (400, "086")),
        ("POST", "/transactions/sale", {"api-key": "bad"}, (401, "042")),
        ("POST", "/mobilejwt/manual", {"public-key": "bad"}, (401, "042")),
        ("POST", "/transactions/sale", {}, (400, "088")),
    ],
)
def test_address_method_accept_key_and_body_are_looked_at_in_turn(
    shop, method, path, headers, expected
):
    answer = shop.call(method, path, **headers)

    assert (answer.status, answer.code) == expected


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/transactions/sale", ["list"], (400, "090")),
        ("/transactions", GOOD, (400, "041")),
        ("/transactions/sale", GOOD | {"type": "AUTH"}, (400, "041")),
        ("/mobile/transactions/sale", {"amount": "5.00"}, (401, "042")),
        ("/transactions/sale", GOOD | {"amount": "5.001"}, (400, "041")),
        ("/transactions/sale", GOOD | {"amount": "-5.00"}, (400, "041")),
        ("/transactions/sale", GOOD | {"amount": "0.00"}, (400, "043")),
        ("/transactions/sale", GOOD | {"amount": "100000.00"}, (400, "044")),
        ("/transactions/sale", GOOD | {"card": "4111111111111112"}, (400, "009")),
        ("/transactions/sale", GOOD | {"exp-date": "1340"}, (400, "041")),
        ("/transactions/sale", GOOD | {"exp-date": "0120"}, (402, "003")),
        ("/transactions/sale", GOOD | {"metadata": MANY}, (400, "087")),
        ("/transactions/sale", GOOD | {"email-receipt": "true"}, (400, "041")),
        ("/transactions/sale", GOOD | {"invoice": "x" * 101}, (400, "041")),
        ("/transactions/sale", GOOD | {"service-fee": "0.50"}, (400, "041")),
        ("/transactions/forced-sale", GOOD, (400, "041")),
    ],
)
def test_fields_are_checked_before_anything_is_booked(shop, path, body, expected):
    answer = shop.call("POST", path, body)

    assert (answer.status, answer.code) == expected
    assert shop.rows() == []


def test_a_refused_key_gets_a_time_but_no_exchange_id(shop):
    answer = shop.call("GET", "/batches/open", **{"api-key": "bad"})

    assert "exchange-id" not in answer.body
    assert "time-stamp" in answer.body["payload"]["error"]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.49", (200, "000")),
        ("0.82", (200, "000")),
        ("1.00", (200, "000")),
        ("0.29", (402, "003")),
        ("0.04", (402, "004")),
        ("0.14", (400, "009")),
        ("0.47", (400, "018")),
        ("0.48", (402, "021")),
        ("0.54", (402, "032")),
        ("0.77", (402, "023")),
    ],
)
def test_small_amounts_provoke_answers(shop, amount, expected):
    answer = shop.charge(amount=amount)

    assert (answer.status, answer.code) == expected


def test_small_amounts_provoke_nothing_on_a_refund_by_id(shop):
    sold = shop.charge().id

    assert shop.follow("refund", sold, amount="0.21").code == "000"
