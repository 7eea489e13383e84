"""Every fault: what the caller sees, and what was really booked."""

import json
import time

import pytest
import requests
from komet_clearent.sandbox.faults import CATALOGUE

SALE = {"amount": "25.00", "invoice": "F-1", "card": "4111111111111111", "exp-date": "1240"}


def _sale(shop, **options):
    """A sale that is given up after a moment, and never follows a redirect."""
    return requests.post(
        f"{shop.url}/rest/v2/transactions/sale",
        json=SALE,
        headers={"api-key": shop.server.accounts[0]["api_key"]},
        timeout=0.3,
        allow_redirects=False,
        **options,
    )


def _seen(shop):
    """What the caller of a sale sees, in a word."""
    try:
        answer = _sale(shop)
    except requests.exceptions.ReadTimeout:
        return "silence"
    except requests.exceptions.ConnectionError as error:
        return "reset" if "reset" in str(error).lower() else "short"
    except requests.exceptions.ChunkedEncodingError:
        return "short"
    try:
        code = (json.loads(answer.text)["payload"].get("error") or {}).get("result-code", "")
    except (ValueError, TypeError):
        code = answer.headers["Content-Type"].split(";")[0]
    return f"{answer.status_code} {code}".strip()


@pytest.mark.parametrize(
    ("fault", "seen", "booked"),
    [
        ("reset_before_booking", "reset", 0),
        ("reset_after_booking", "reset", 1),
        ("silence_before_booking", "silence", 0),
        ("silence_after_booking", "silence", 1),
        ("error_500_before", "500 050", 0),
        ("error_500_after", "500 050", 1),
        ("html_502", "502 text/html", 0),
        ("html_503", "503 text/html", 0),
        ("html_504", "504 text/html", 0),
        ("rate_limited_429", "429 042", 0),
        ("rate_limited_after_booking", "429 042", 1),
        ("unauthorized_401", "401 042", 0),
        ("forbidden_403", "403 042", 0),
        ("decline_402", "402 023", 0),
        ("duplicate_402_045", "402 045", 0),
        ("previously_approved_other", "402 045", 0),
        ("unparsable", "200 application/json", 1),
        ("cut_short", "short", 1),
        ("empty_200", "200 application/json", 1),
        ("wrong_type", "200 application/json", 1),
        ("redirect", "307 text/html", 0),
    ],
)
def test_a_fault_shows_what_it_says_and_books_what_it_says(shop, fault, seen, booked):
    shop.arm(fault, match={"path": "sale"})

    assert _seen(shop) == seen
    assert len(shop.rows()) == booked
    assert shop.control("GET", "/faults")["armed"] == []
    assert shop.control("GET", "/requests")["requests"][-1]["fault"] == fault


def test_whether_a_fault_books_can_be_chosen(shop):
    shop.arm("html_502", book=True)

    seen = _seen(shop)

    assert (seen, len(shop.rows())) == ("502 text/html", 1)


def test_a_late_booking_comes_after_the_caller_has_left(shop):
    shop.arm("book_late", seconds=0.4)

    seen = _seen(shop)
    before = len(shop.rows())
    until = time.monotonic() + 3
    while not shop.rows() and time.monotonic() < until:
        pass

    assert (seen, before, len(shop.rows())) == ("silence", 0, 1)


def test_a_decline_carries_the_code_of_your_choice(shop):
    shop.arm("decline_402", code="005")

    declined = shop.charge()

    assert (declined.status, declined.code) == (402, "005")


@pytest.mark.parametrize("path", ["capture", "void", "refund"])
def test_follow_ups_can_be_declined_too(shop, path):
    row = (shop.charge("auth") if path == "capture" else shop.charge()).id
    shop.arm("decline_402", match={"path": path})

    assert shop.follow(path, row, amount="1.00").code == "023"


def test_another_operations_transaction_can_come_back(shop):
    other = shop.charge(amount="9.00", invoice="OTHER").id
    shop.arm("previously_approved_other")

    answer = shop.charge(amount="25.00")

    assert (answer.id, answer.transaction["amount"], len(shop.rows())) == (other, "9.00", 1)


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [
        ("other_amount", "amount", "26.00"),
        ("other_currency", "currency", "EUR"),
        ("other_reference", "invoice", "SOMEONE-ELSE"),
        ("missing_amount", "amount", None),
        ("missing_reference", "invoice", None),
    ],
)
def test_an_answer_can_differ_from_the_books(shop, fault, name, value):
    shop.arm(fault)

    sold = shop.charge(amount="25.00", invoice="MINE")

    assert sold.transaction.get(name) == value
    assert [(row["amount_cents"], row["invoice"]) for row in shop.rows()] == [(2500, "MINE")]


def test_a_search_can_differ_from_the_books(shop):
    sold = shop.charge(amount="25.00").id
    shop.arm("other_amount", match={"path": "search"})

    assert shop.search(id=sold).found[0]["amount"] == "26.00"


def test_a_partial_approval_takes_half(shop):
    shop.arm("partial_approval")

    sold = shop.charge(amount="25.01").transaction

    assert (sold["amount"], sold["original-amount"]) == ("12.50", "25.01")
    assert [row["amount_cents"] for row in shop.rows()] == [1250]


def test_an_answer_can_drip(shop):
    shop.arm("drip", seconds=30)

    with _sale(shop, stream=True) as answer:
        first = answer.raw.read1(1000)

    assert (answer.headers["Content-Length"] > "1", first, len(shop.rows())) == (True, b"{", 1)


def test_an_answer_can_be_endless(shop):
    shop.arm("huge")

    with _sale(shop, stream=True) as answer:
        size = sum(
            len(part) for _, part in zip(range(40), answer.iter_content(65536), strict=False)
        )

    assert size > 2_000_000


@pytest.mark.parametrize(("follows", "booked"), [(False, 0), (True, 1)])
def test_only_who_follows_a_redirect_is_charged_by_the_other_host(shop, follows, booked):
    shop.arm("redirect")
    key = {"api-key": shop.server.accounts[0]["api_key"]}

    requests.post(
        f"{shop.url}/rest/v2/transactions/sale",
        json=SALE,
        headers=key,
        timeout=3,
        allow_redirects=follows,
    )

    assert len(shop.rows()) == booked


def test_a_lookup_can_be_down_once(shop):
    shop.arm("lookup_down")
    url = f"{shop.url}/rest/v2/transactions"
    key = {"api-key": shop.server.accounts[0]["api_key"]}

    statuses = [requests.get(url, headers=key, timeout=3).status_code for _ in range(2)]

    assert statuses == [503, 204]


def test_a_lookup_can_find_nothing_for_a_while(shop):
    sold = shop.charge().id
    shop.arm("lookup_empty", seconds=0.5)

    statuses = [shop.search(id=sold).status for _ in range(3)]
    until = time.monotonic() + 3
    while shop.search(id=sold).status == 204 and time.monotonic() < until:
        pass

    assert (statuses, shop.search(id=sold).status) == ([204, 204, 204], 200)


def test_a_lookup_can_find_a_second_charge(shop):
    shop.charge(invoice="A")
    shop.arm("lookup_twice")

    found = shop.search(invoice="A").found

    assert len(found) == len(shop.rows()) == 2
    assert {row["invoice"] for row in found} == {"A"}


def test_the_batch_can_close_just_before_a_void(shop):
    sold = shop.charge().id
    shop.arm("close_batch_before", match={"path": "void"})

    assert shop.follow("void", sold).code == "027"


def test_faults_fire_in_the_order_of_arming_and_where_they_fit(shop):
    shop.arm("error_500_before", match={"path": "void"})
    shop.arm("html_503", match={"account": "LAX"})
    shop.arm("unauthorized_401", times=2)

    seen = [_seen(shop) for _ in range(3)]

    assert seen == ["401 042", "401 042", "200"]
    armed = shop.control("GET", "/faults")["armed"]
    assert [one["fault"] for one in armed] == ["error_500_before", "html_503"]


def test_the_card_form_is_met_only_when_named(shop):
    shop.arm("error_500_before")
    shop.mint()
    shop.arm("unauthorized_401", match={"path": "jwt"})

    key = {"public-key": shop.server.accounts[0]["public_key"]}
    answer = shop.call("POST", "/mobilejwt/manual", SALE, **key)

    assert answer.status == 401


def test_a_silent_fault_keeps_nobody_else_waiting(shop):
    shop.arm("silence_after_booking", seconds=30)
    _seen(shop)

    started = time.monotonic()
    shop.charge(amount="3.00")

    assert time.monotonic() - started < 1


def test_every_fault_of_the_catalogue_can_be_armed(shop):
    for name in CATALOGUE:
        shop.arm(name)

    armed = shop.control("GET", "/faults")["armed"]
    assert [one["fault"] for one in armed] == list(CATALOGUE)
