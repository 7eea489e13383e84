"""The audit log as an administrator reads it, and the file they take along."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import text

from komet_shop.models import Audit, Company
from komet_shop.services import audit, audit_chain, invariants_watch
from komet_shop.services.audit_search import PAGE
from komet_shop.services.scope import WORKER, Actor
from komet_shop.services.shop import Shop
from tests import factories
from tests.conftest import MovableClock
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.house import House
from tests.web.spanish import english_left
from tests.web.storefront.buying import words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The search is tried on both databases."""


def note(shop: Shop, house: House, times: int = 1, **values: Any) -> None:
    given = {
        "actor": Actor(label=house.clerk.public_id, address="10.0.0.7"),
        "company_id": house.company.id,
        "location_id": house.quito.id,
        "action": "refund_started",
        "object_type": "user",
        "object_id": house.buyer.id,
        **values,
    }
    with shop.database.write() as session:
        for _ in range(times):
            audit.write(session, audit.Entry(**given), shop.clock.now())


def exported(desk: Browser, **fields: str) -> list[list[str]]:
    answer = desk.post("/setup/audit/exports", fields, form="/setup/audit")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_entry_is_told_in_words(desk: Browser, web_shop: Shop, house: House) -> None:
    note(web_shop, house, before={"roles": ["sales"]}, after={"roles": ["cashier"], "on": True})

    page = desk.get("/setup/audit").text

    assert "Ana Person 10.0.0.7 Refund started Person Ana Person" in words(page)
    assert "Roles: sales → cashier on: Yes" in words(page)
    assert f'href="/setup/people/{house.buyer.public_id}"' in page


def test_amounts_are_told_in_the_currency_of_what_they_are_about(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    with web_shop.database.write() as session:
        company = session.get_one(Company, house.company.id)
        foreign = factories.make_customer(session, company, currency="CAD")
    limit = {"before": {"credit_limit_cents": None}, "after": {"credit_limit_cents": 1_234_50}}
    note(web_shop, house, object_type="customer", object_id=foreign.id, **limit)
    note(web_shop, house, **limit)

    page = words(desk.get("/setup/audit").text)

    assert "Credit limit: \N{EN DASH} → CA$1,234.50" in page
    assert "Credit limit: \N{EN DASH} → $1,234.50" in page


def test_a_login_stands_in_the_log_with_its_address(desk: Browser) -> None:
    shown = words(desk.get("/setup/audit?group=logins").text)

    assert "Ana Person 127.0.0.1 Logged in" in shown


def test_filters_that_find_nothing_say_so(desk: Browser) -> None:
    assert "Nothing like that in these days" in words(desk.get("/setup/audit?who=ghost").text)


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday&until=2026-99-99",
        "since=0001-01-01",
        "until=9999-12-31",
        "group=ghost&location=ghost",
        "after=forged",
    ],
)
def test_filters_without_sense_are_left_out(desk: Browser, query: str) -> None:
    answer = desk.get(f"/setup/audit?{query}")

    assert answer.status_code == 200


def test_a_year_is_shown_at_most(desk: Browser) -> None:
    page = desk.get("/setup/audit?since=2020-01-01").text

    since, until = re.findall(r'type="date" value="([^"]+)"', page)
    assert "At most one year is shown at once." in words(page)
    assert int(until[:4]) - int(since[:4]) == 1


def test_days_are_those_of_the_location(
    desk: Browser, web_shop: Shop, house: House, clock: MovableClock
) -> None:
    note(web_shop, house, location_id=house.miami.id)
    clock.advance(seconds=2)
    query = f"location={house.miami.code}"

    shown = desk.get(f"/setup/audit?{query}").text

    assert re.search(r"[AP]M E[SD]T", words(shown))
    assert "Refund started" in words(shown)


def test_long_logs_have_pages_and_cost_the_same(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    desk.get("/setup/audit")
    note(web_shop, house)
    with count_statements(web_shop.database.engine) as few:
        desk.get("/setup/audit")
    note(web_shop, house, times=PAGE)

    with count_statements(web_shop.database.engine) as many:
        first = desk.get("/setup/audit").text
    following = re.search(r'href="(/setup/audit\?[^"]*after=[^"]+)"', first)

    assert following is not None
    assert first.count('<th scope="row">') == PAGE
    assert desk.get(unescape(following.group(1))).text.count('<th scope="row">') >= 1
    assert len(many) == len(few) <= 10


def test_the_export_holds_what_the_filters_show(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    note(web_shop, house, after={"amount_cents": 5_00, "on": True}, reason="because")
    note(web_shop, house, action="tested", actor=WORKER)

    rows = exported(desk, group="payments")

    assert len(rows) == 2
    assert rows[0][:3] == ["Number", "Time (UTC)", "Time at the location"]
    assert rows[1][3:11] == [
        "Miami",
        "Ana Person",
        house.clerk.public_id,
        "10.0.0.7",
        "Refund started",
        "refund_started",
        "Person Ana Person",
        house.buyer.public_id,
    ]
    assert "in cents" in rows[0][11]
    assert "in cents" in rows[0][12]
    assert rows[1][11:] == ["", "amount_cents: 500; on: true", "USD", "because"]
    assert "Audit log exported" in words(desk.get("/setup/audit").text)


def test_a_cell_of_the_export_is_never_a_formula(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    note(web_shop, house, reason="=1+1")

    assert exported(desk, group="payments")[1][-1] == "'=1+1"


def test_an_export_needs_the_forms_token(desk: Browser) -> None:
    assert desk.post_raw("/setup/audit/exports", {}).status_code == 400
    assert desk.get("/setup/audit/exports").status_code == 405


def test_the_page_says_how_the_last_check_went(
    desk: Browser, web_shop: Shop, house: House, clock: MovableClock
) -> None:
    before = words(desk.get("/setup/audit").text)
    audit_chain.seal(web_shop)
    invariants_watch.watch(web_shop, owner="test")
    sound = words(desk.get("/setup/audit").text)
    forge(web_shop)
    clock.advance(seconds=int(timedelta(hours=37).total_seconds()))
    invariants_watch.watch(web_shop, owner="test")
    desk.log_in(house.admin.email)

    broken = words(desk.get("/setup/audit").text)

    assert "Not verified yet" in before
    assert "Nothing was changed or taken out" in sound
    assert "a line that does not fit: audit 1" in broken


def forge(shop: Shop) -> None:
    """As somebody with the owner's role could."""
    with shop.database.write() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.get_one(Audit, 1).actor = "somebody else"


def test_the_page_has_no_english_left(desk: Browser, web_shop: Shop, house: House) -> None:
    note(web_shop, house, after={"on": True})

    pages = [
        desk.get(f"/setup/audit?{query}lang=es").text for query in ("", "who=ghost&", "group=shop&")
    ]

    assert [english_left(page) for page in pages] == [[], [], []]
