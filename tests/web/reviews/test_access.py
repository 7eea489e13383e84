"""Who sees Reviews, and what of it."""

import pytest

from komet_shop.services.shop import Shop
from tests.services.mishaps import part_approved
from tests.web.browser import Browser
from tests.web.reviews.conftest import Sit
from tests.web.reviews.desk import Desk, hire
from tests.web.storefront.buying import words
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTS = ("questions", "decisions", "returns", "applications")


def answers(browser: Browser, path: str) -> list[int]:
    """What the list, a payment and each of its forms answer."""
    token = browser.token("/account")
    gets = [browser.get(one).status_code for one in ("/reviews", path, f"{path}/progress")]
    fields = {"csrf_token": token, "reason": "because", "outcome": "charged", "action_key": "k"}
    return gets + [browser.post_raw(f"{path}/{one}", fields).status_code for one in POSTS]


@pytest.mark.parametrize("role", ["receivables", "cashier", "admin"])
def test_who_looks_after_payments_sees_them(sit: Sit, shop: Shop, world: World, role: str) -> None:
    operation = part_approved(world)
    browser = sit(hire(shop, world, role))

    page = browser.get(f"/reviews/{operation.public_id}")

    assert page.status_code == 200
    assert browser.get("/").headers["Location"] == "/reviews"


@pytest.mark.parametrize("role", ["sales", "credit_manager", "sales_manager", "setup", "buyer"])
def test_nobody_else_does(sit: Sit, shop: Shop, world: World, role: str) -> None:
    operation = part_approved(world)
    browser = sit(hire(shop, world, role))

    found = answers(browser, f"/reviews/{operation.public_id}")

    assert found == [403] * 7
    assert 'href="/reviews"' not in browser.get("/account").text


def test_a_clerk_of_another_location_finds_nothing(sit: Sit, shop: Shop, world: World) -> None:
    operation = part_approved(world)
    browser = sit(hire(shop, world, "receivables", elsewhere=True))

    found = answers(browser, f"/reviews/{operation.public_id}")

    assert found == [200, 404, 404, 404, 404, 404, 404]
    assert "Nothing to decide" in words(browser.get("/reviews").text)


def test_an_administrator_sees_every_location(sit: Sit, shop: Shop, world: World) -> None:
    part_approved(world)
    browser = sit(hire(shop, world, "admin", elsewhere=True))

    assert "R100001" in words(browser.get("/reviews").text)


def test_the_menu_counts_what_waits_for_people(desk: Desk) -> None:
    desk.world.arm("reset_after_booking", match={"path": "sale"})
    desk.world.pay()
    desk.world.take_another_cart(of_another_customer=True)
    part_approved(desk.world)

    menu = desk.page("/account").split("<main")[0]

    assert 'side__count">1<' in menu


@pytest.mark.parametrize("role", ["sales", "sales_manager", "allocations", "credit_manager"])
def test_who_sells_starts_at_the_customers(sit: Sit, shop: Shop, world: World, role: str) -> None:
    browser = sit(hire(shop, world, role))

    assert browser.get("/").headers["Location"] == "/customers"
    assert browser.get("/customers").status_code == 200


def test_a_stranger_is_asked_to_log_in(desk: Desk) -> None:
    stranger = Browser(desk.browser.url)

    assert stranger.get("/reviews").headers["Location"] == "/login?next=/reviews"
