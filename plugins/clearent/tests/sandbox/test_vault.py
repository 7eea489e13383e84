"""Stored cards and one-time tokens."""

from concurrent.futures import ThreadPoolExecutor

import pytest

CARD = {"card": "4111111111111111", "exp-date": "1240", "csc": "999"}


def test_a_sale_with_a_one_time_token_stores_the_card_as_a_link(shop):
    sold = shop.charge_jwt(shop.mint(), create_token="true")

    assert (len(sold.token), sold.token[:4], sold.token[-4:]) == (19, "1100", "1111")
    assert sold.transaction["last-four"] == "1111"


def test_a_zero_authorization_stores_a_card_without_moving_money(shop):
    stored = shop.charge_jwt(shop.mint(), "auth", amount="0.00", create_token="true")

    sold = shop.charge(card=stored.token, exp_date="", csc="")

    assert sold.transaction["card-type"] == "VISA"
    assert shop.control("GET", "/ledger")["net_cents"]["MIA"] == 2500
    token = shop.call("GET", f"/tokens/{stored.token}").body["payload"]["tokenResponse"]
    assert token["times-used"] == "1"


def test_a_one_time_token_is_charged_once_even_by_sixteen_at_once(shop):
    jwt = shop.mint()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: shop.charge_jwt(jwt).status, range(16)))

    assert sorted(answers) == [200] + 15 * [401]


def test_a_one_time_token_is_used_up_by_a_decline_too(shop):
    jwt = shop.mint()

    statuses = [shop.charge_jwt(jwt, amount=amount).status for amount in ("0.21", "5.00")]

    assert statuses == [402, 401]


def test_a_request_that_was_never_read_leaves_the_one_time_token_usable(shop):
    jwt = shop.mint()

    statuses = [shop.charge_jwt(jwt, amount=amount).status for amount in ("x", "5.00")]

    assert statuses == [400, 200]


@pytest.mark.parametrize("jwt", ["a.b.c", "", "x", "é.é.é"])
def test_a_token_nobody_minted_is_refused(shop, jwt):
    answer = shop.charge_jwt(jwt.encode().decode("latin-1"))

    assert (answer.status, answer.code) == (401, "042")


def test_a_token_of_another_terminal_is_refused(shop):
    assert shop.charge_jwt(shop.mint(account=1)).status == 401


def test_the_security_code_travels_with_the_one_time_token(shop):
    assert shop.charge_jwt(shop.mint(csc="666")).code == "018"


def test_a_plain_card_swipe_gives_a_one_time_token(shop):
    key = {"public-key": shop.server.accounts[0]["public_key"]}

    swiped = shop.call("POST", "/mobilejwt", {"track2-data": ";4111111111111111=4012101?"}, **key)

    jwt = swiped.body["payload"]["mobile-jwt"]["jwt"]
    assert shop.charge_jwt(jwt).transaction["exp-date"] == "1240"


def test_a_stored_card_is_created_read_changed_and_deleted(shop):
    created = shop.call("POST", "/tokens", {**CARD, "card-type": "VISA", "description": "Old"})
    path = f"/tokens/{created.token}"

    changed = shop.call("PUT", path, {"description": "New", "status": "INACTIVE"})
    deleted = shop.call("DELETE", path)
    gone = shop.call("GET", path)

    assert created.body["payload"]["tokenResponse"]["status"] == "Active"
    assert changed.body["payload"]["tokenResponse"]["description"] == "New"
    assert deleted.body["payload"]["tokenResponse"]["description"] == "deleted"
    assert (gone.status, gone.code) == (404, "091")
    assert shop.charge(card=created.token).code == "010"


def test_stored_cards_are_listed_a_page_at_a_time(shop):
    empty = shop.call("GET", "/tokens").status
    made = [shop.call("POST", "/tokens", CARD).token for _ in range(3)]

    listed = shop.call("GET", "/tokens?page-size=2&date-filter=last_24_hours").body
    one = shop.call("GET", f"/tokens?token-id={made[0]}").body

    assert (empty, listed["page"]["total-elements"]) == (204, 3)
    assert len(listed["payload"]["tokens"]["token"]) == 2
    assert [token["token-id"] for token in one["payload"]["tokens"]["token"]] == [made[0]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"csc": "666"}, (402, "021")), ({"exp-date": "0120"}, (402, "003"))],
)
def test_a_card_that_fails_its_inquiry_is_not_stored(shop, change, expected):
    refused = shop.call("POST", "/tokens", CARD | change)

    assert (refused.status, refused.code) == expected


def test_a_status_that_does_not_exist_is_refused(shop):
    token = shop.call("POST", "/tokens", CARD).token

    assert shop.call("PUT", f"/tokens/{token}", {"status": "GONE"}).code == "041"
