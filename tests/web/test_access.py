"""Every route says whom it is for, and that is who gets in."""

import pytest
from flask import Blueprint

from komet_shop.app import create_app
from komet_shop.models import User
from komet_shop.models.database import Database
from komet_shop.services.shop import Shop
from komet_shop.web.permissions import UndeclaredRoute
from tests.web.browser import Browser
from tests.web.conftest import Serve
from tests.web.house import House


def test_a_route_without_a_declaration_stops_the_program(web_shop: Shop) -> None:
    careless = Blueprint("careless", __name__)
    careless.add_url_rule("/careless", "page", lambda: "hello")

    with pytest.raises(UndeclaredRoute, match=r"/careless \(careless\.page\)"):
        create_app(web_shop.config, web_shop, areas=(careless,))


def test_every_page_of_the_shop_declares_whom_it_is_for(web_shop: Shop) -> None:
    app = create_app(web_shop.config, web_shop)

    declared = app.extensions["komet_shop_access"]
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(declared)
    assert all(access.permissions or access.reason for access in declared.values())


def test_a_stranger_is_asked_to_log_in_and_comes_back(browser: Browser, house: House) -> None:
    refused = browser.get("/probe/scope?after=3")
    form = browser.get(refused.headers["Location"])
    came_back = browser.post(
        "/login",
        {
            "email": house.buyer.email,
            "password": "otter-lamp-granite-yellow",
            "next": "/probe/scope?after=3",
        },
    )

    assert (refused.status_code, form.status_code) == (303, 200)
    assert refused.headers["Location"].startswith("/login?next=")
    assert came_back.headers["Location"] == "/probe/scope?after=3"


def test_a_login_never_leads_to_another_site(browser: Browser, house: House) -> None:
    answer = browser.log_in(house.buyer.email)
    elsewhere = Browser(browser.url)
    led = elsewhere.post(
        "/login",
        {
            "email": house.buyer.email,
            "password": "otter-lamp-granite-yellow",
            "next": "https://evil.example/",
        },
    )

    assert answer.headers["Location"] == "/"
    assert "evil.example" not in led.headers.get("Location", "")


def test_who_lacks_the_permission_gets_403(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)

    assert browser.get("/probe/refunds").status_code == 403


def test_who_holds_the_permission_gets_in(browser: Browser, house: House) -> None:
    browser.log_in(house.clerk.email)

    assert browser.get("/probe/refunds").text == "refunds"


def test_a_buyer_sees_active_locations_and_own_customers(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)

    seen = browser.get("/probe/scope").json()

    assert seen["locations"] == sorted([house.miami.id, house.quito.id])
    assert seen["customers"] == [house.customer.id]
    assert seen["actor"] == house.buyer.public_id


def test_staff_see_their_locations_and_every_customer(browser: Browser, house: House) -> None:
    browser.log_in(house.clerk.email)

    seen = browser.get("/probe/scope").json()

    assert (seen["locations"], seen["customers"]) == ([house.miami.id], None)


def test_an_administrator_sees_every_location(browser: Browser, house: House) -> None:
    browser.log_in(house.admin.email)

    seen = browser.get("/probe/scope").json()

    assert seen["locations"] == sorted([house.miami.id, house.quito.id])


def test_a_role_that_was_taken_away_acts_on_the_next_request(
    browser: Browser, house: House, database: Database
) -> None:
    browser.log_in(house.clerk.email)
    with database.write() as session:
        clerk = session.get_one(User, house.clerk.id)
        clerk.roles = []

    assert browser.get("/probe/refunds").status_code == 403


def test_a_view_starts_with_no_transaction_open(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)

    assert browser.get("/probe/no-open-unit").text == "none"


def test_a_post_by_a_stranger_is_sent_to_log_in(serve: Serve, house: House) -> None:
    answer = serve().post_raw("/logout")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
