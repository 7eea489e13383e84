"""Sessions live on the server, change their name at login, and end when they should."""

import hashlib

import pytest
from sqlalchemy import event, func, select

from komet_shop.models import User, WebSession
from komet_shop.models.database import Database
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.web.browser import Browser
from tests.web.conftest import Serve
from tests.web.house import House

HTTPS = {"Host": "shop.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
HOUR = 3600


def test_login_changes_the_session_id(browser: Browser, house: House) -> None:
    browser.get("/login")
    before = browser.cookie()

    browser.log_in(house.buyer.email)

    assert browser.cookie() not in (None, before)


def test_the_id_of_before_the_login_is_worthless(browser: Browser, house: House) -> None:
    browser.get("/login")
    before = browser.cookie()
    browser.log_in(house.buyer.email)
    thief = Browser(browser.url)

    answer = thief.get("/probe/scope", headers={"Cookie": f"komet_shop_sid={before}"})

    assert answer.status_code == 303


def test_an_id_that_the_browser_made_up_is_never_adopted(browser: Browser) -> None:
    browser.get("/login", headers={"Cookie": "komet_shop_sid=chosen-by-somebody"})

    assert browser.cookie() not in (None, "chosen-by-somebody")


def test_the_database_holds_only_the_digest(
    browser: Browser, house: House, database: Database
) -> None:
    browser.log_in(house.buyer.email)
    session_id = browser.cookie()
    assert session_id is not None

    with database.read() as session:
        rows = session.scalars(select(WebSession).where(WebSession.user_id == house.buyer.id)).all()

    assert [row.id_sha256 for row in rows] == [hashlib.sha256(session_id.encode()).hexdigest()]
    assert session_id not in str([row.data for row in rows])


def test_logout_ends_the_session_on_the_server(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)
    kept = browser.cookie()
    left = browser.post("/logout", {}, form="/probe/form")
    thief = Browser(browser.url)

    answer = thief.get("/probe/scope", headers={"Cookie": f"komet_shop_sid={kept}"})

    assert (left.status_code, answer.status_code) == (302, 303)


def test_loopback_http_gets_a_plain_cookie(serve: Serve, house: House) -> None:
    cookie = serve().get("/login").headers["Set-Cookie"]

    assert cookie.startswith("komet_shop_sid=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_https_gets_a_host_cookie(serve: Serve, house: House) -> None:
    browser = serve(base_url="https://shop.example", proxy_hops=1)

    cookie = browser.get("/login", headers=HTTPS).headers["Set-Cookie"]

    assert cookie.startswith("__Host-sid=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize(("role", "minutes"), [("clerk", 31), ("admin", 16)])
def test_idle_staff_are_logged_out(
    browser: Browser, house: House, clock: MovableClock, role: str, minutes: int
) -> None:
    browser.log_in(getattr(house, role).email)

    clock.advance(seconds=minutes * 60)

    assert browser.get("/probe/scope").status_code == 303


def test_activity_keeps_staff_logged_in(
    browser: Browser, house: House, clock: MovableClock
) -> None:
    browser.log_in(house.clerk.email)

    statuses = []
    for _ in range(4):
        clock.advance(seconds=20 * 60)
        statuses.append(browser.get("/probe/scope").status_code)

    assert statuses == [200, 200, 200, 200]


def test_a_buyer_stays_logged_in_for_half_a_day_and_no_longer(
    browser: Browser, house: House, clock: MovableClock
) -> None:
    browser.log_in(house.buyer.email)

    clock.advance(seconds=11 * HOUR)
    before = browser.get("/probe/scope").status_code
    clock.advance(seconds=HOUR + 60)

    assert (before, browser.get("/probe/scope").status_code) == (200, 303)


def test_an_account_that_was_switched_off_is_out_at_once(
    browser: Browser, house: House, database: Database
) -> None:
    browser.log_in(house.clerk.email)
    with database.write() as session:
        session.get_one(User, house.clerk.id).active = False

    assert browser.get("/probe/scope").status_code == 303


def test_a_session_that_did_not_change_is_written_once_a_minute(
    browser: Browser, house: House, web_shop: Shop, clock: MovableClock
) -> None:
    browser.log_in(house.buyer.email)
    written: list[str] = []

    @event.listens_for(web_shop.database.engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        written.append(statement)

    browser.get("/probe/scope")
    at_once = [one for one in written if one.startswith("UPDATE web_session")]
    clock.advance(seconds=61)
    browser.get("/probe/scope")
    later = [one for one in written if one.startswith("UPDATE web_session")]

    assert (len(at_once), len(later)) == (0, 1)


def test_knowing_the_visitor_takes_one_statement(
    browser: Browser, house: House, web_shop: Shop
) -> None:
    browser.log_in(house.buyer.email)
    browser.get("/probe/scope")
    statements: list[str] = []

    @event.listens_for(web_shop.database.engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    browser.get("/probe/scope")

    assert len([one for one in statements if not one.startswith("BEGIN")]) == 1


def test_static_files_and_health_need_no_session(
    browser: Browser, house: House, database: Database
) -> None:
    answers = [browser.get(path) for path in ("/healthz", "/static/x/css/main.css")]

    with database.read() as session:
        rows = session.scalar(select(func.count()).select_from(WebSession))
    assert rows == 0
    assert all("Set-Cookie" not in answer.headers for answer in answers)
