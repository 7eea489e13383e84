"""What the shop pulls: locations, carriers, methods, customers, ship-tos, products."""

import pytest
import requests


def test_a_call_without_the_token_is_refused_with_http_200(komet):
    answer = requests.get(f"{komet.url}/location.list", timeout=5)

    assert answer.status_code == 200
    assert answer.json() == {"status": "0", "message": "The authentication token is invalid."}


def test_a_token_in_the_query_opens_no_post(komet):
    answer = requests.post(
        f"{komet.url}/payment.receive?authenticationToken={komet.token}", json={}, timeout=5
    )

    assert answer.json()["status"] == "0"


def test_an_ecommerce_call_needs_the_account_beside_the_token(komet):
    answer = requests.get(
        f"{komet.url}/ecommerce/inventory.list",
        {"customerId": 5001, "companyLocationId": 1},
        headers={"authenticationToken": komet.token},
        timeout=5,
    )

    assert answer.json()["status"] == 0
    assert "X-ACCOUNT" in answer.json()["message"]


def test_the_status_is_text_except_under_ecommerce(komet):
    usual = komet.get("location.list")
    ecommerce = komet.get("ecommerce/inventory.list", customerId=5001, companyLocationId=1)

    assert (usual["status"], ecommerce["status"]) == ("1", 1)


def test_the_status_switch_makes_every_answer_the_same(komet):
    komet.control("switches", "POST", status_style="integer")

    assert komet.get("location.list")["status"] == 1


def test_three_locations_carry_their_time_zones(komet):
    rows = komet.get("location.list")["locations"]

    assert [(row["code"], row["timeZone"]) for row in rows] == [
        ("MIA", "America/New_York"),
        ("LAX", "America/Los_Angeles"),
        ("BOS", "America/New_York"),
    ]


def test_the_demo_accounts_stand_first(komet):
    rows = komet.get("customer.list")["customers"]

    assert [row["code"] for row in rows[:4]] == ["BLOOM1", "REQ001", "RES001", "CAD001"]
    assert len(rows) >= 60


def test_inactive_customers_are_listed_only_when_asked_for(komet):
    usual = komet.get("customer.list")["customers"]
    everyone = komet.get("customer.list", includeInactive="true")["customers"]

    assert {row["active"] for row in usual} == {"1"}
    assert len(everyone) == len(usual) + 1


def test_a_name_is_found_by_any_part_in_any_capitals(komet):
    rows = komet.get("customer.list", name="VINE flor")["customers"]

    assert [row["code"] for row in rows] == ["BLOOM1"]


def test_a_pull_since_yesterday_finds_only_who_changed(komet):
    komet.control("customers/RES001", "POST", credit_hold=True)

    today = komet.control("requests")["today"]
    rows = komet.get("customer.list", updateAsOf=today)["customers"]

    assert [row["code"] for row in rows] == ["RES001"]
    assert komet.get("customer.details.get", customerId=5003)["customer"]["creditHold"] == 1


def test_no_credit_limit_is_empty_and_a_limit_of_nothing_is_zero(komet):
    without = komet.get("customer.details.get", customerId=5002)["customer"]
    nothing = komet.get("customer.details.get", customerId=5103)["customer"]

    assert without["creditLimit"] == ""
    assert nothing["creditLimit"] == 0


def test_one_account_pays_in_another_currency(komet):
    row = komet.get("customer.details.get", customerId=5004)["customer"]

    assert row["currency"] == "CAD"


@pytest.mark.parametrize("method", ["customer.details.get", "ecommerce/inventory.list"])
def test_a_customer_that_does_not_exist_is_refused(komet, method):
    answer = komet.get(method, customerId=1, companyLocationId=1)

    assert answer["message"] == "customerId 1 does not exist."


def test_ship_tos_need_something_to_search_by(komet):
    refused = komet.get("customer.shipto.list")
    found = komet.get("customer.shipto.list", customerId=5001)["shiptos"]

    assert refused["message"].startswith("You must send at least one of these parameters")
    assert found
    assert {row["customerId"] for row in found} == {5001}


def test_a_payment_method_called_credit_card_exists(komet):
    names = [row["name"] for row in komet.get("payment.method.list")["paymentMethods"]]

    assert "Credit Card" in names


def test_every_product_has_a_grade_a_color_and_a_code_of_its_own(komet):
    rows = komet.get("product.list")["products"]

    assert len({row["legacyCode"] for row in rows}) == len(rows) > 400
    assert all(row["grade"] and row["color"] for row in rows)


def test_logging_in_gives_a_token_that_works(komet):
    token = komet.post("login", userName="demo", password="flowers")["authenticationToken"]

    answer = requests.get(
        f"{komet.url}/location.list", {"authenticationToken": token}, timeout=5
    ).json()

    assert answer["status"] == "1"


def test_logging_in_with_a_wrong_word_gives_nothing(komet):
    answer = komet.post("login", userName="demo", password="tulips")

    assert answer["status"] == "0"
    assert "authenticationToken" not in answer


def test_an_unknown_method_says_so(komet):
    assert komet.get("card.charge")["message"] == "The method card.charge does not exist."


def test_a_method_called_with_the_wrong_verb_says_so(komet):
    assert "must be called with POST" in komet.get("invoice.create")["message"]
