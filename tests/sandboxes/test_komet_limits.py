"""Calls per day, the size of a call, the clock, the switches and who may reach the controls."""

import requests


def test_the_day_ends_when_the_calls_are_used_up_and_begins_again_at_midnight_gmt(komet):
    komet.control("switches", "POST", requests_per_user=1)  # five users: five calls

    during = [komet.get("location.list")["status"] for _ in range(6)]
    message = komet.get("location.list")["message"]
    komet.control("clock", "POST", advance_seconds=86_400)

    assert during == ["1"] * 5 + ["0"]
    assert message == "The limit of 5 requests per day was reached."
    assert komet.get("location.list")["status"] == "1"


def test_calls_are_counted_by_method_and_outcome_without_tokens(komet):
    komet.get("location.list")
    komet.get("payment.list")

    counted = komet.control("requests")

    assert counted["used_today"] == 2
    assert counted["days"][counted["today"]] == [
        {"method": "location.list", "status": "ok", "count": 1},
        {"method": "payment.list", "status": "refused", "count": 1},
    ]
    assert komet.token not in str(counted)


def test_a_call_that_never_got_in_does_not_count(komet):
    komet.fail("down", "any")

    requests.get(f"{komet.url}/location.list", timeout=5)

    assert komet.control("requests")["used_today"] == 0


def test_a_call_of_more_than_64_kilobytes_is_refused(komet):
    answer = komet.pay(notes="x" * 65_536)

    assert answer["message"] == "The request is too large: the limit is 64 KB."


def test_a_body_that_is_no_json_object_is_refused(komet):
    answer = requests.post(f"{komet.url}/payment.receive", data="[1, 2]", timeout=5)

    assert answer.json()["message"] == "The request body must be a JSON object."


def test_money_and_ids_change_their_type_on_command(komet):
    komet.control("switches", "POST", money_as_text=True, ids_as_text=False)
    komet.pay()

    [row] = komet.get("payment.list", customer="bloom1")["payments"]

    assert row["totalPayment"] == "100.00"
    assert komet.get("location.list")["locations"][0]["id"] == 1


def test_a_command_with_one_unknown_switch_changes_none(komet):
    answer = requests.post(
        f"{komet.base_url}/_control/switches",
        json={"status_style": "integer", "gravity": False},
        timeout=5,
    )

    assert answer.status_code == 400
    assert komet.control("switches")["status_style"] == "mixed"


def test_a_reset_empties_the_books_and_keeps_the_token(komet):
    komet.pay()

    komet.control("reset", "POST")

    assert komet.ledger() == {"invoices": [], "payments": [], "open_credits_cents": {}}
    assert komet.get("location.list")["status"] == "1"


def test_a_page_of_another_site_cannot_use_the_controls(komet):
    answer = requests.post(
        f"{komet.base_url}/_control/reset",
        json={},
        headers={"Origin": "http://shop.example"},
        timeout=5,
    )

    assert answer.status_code == 403
