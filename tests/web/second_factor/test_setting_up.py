"""Setting a second factor up: by choice, or because a role needs it; and losing it."""

import re
import time
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import insert, select

from komet_shop.app import create_app
from komet_shop.models import Audit, Role, User, WebSession, user_role
from komet_shop.models.database import Database
from komet_shop.services.second_factor import RECOVERY_CODES
from komet_shop.services.shop import Shop
from komet_shop.web.permissions import Access
from komet_shop.web.second_step_policy import OPEN_BEFORE
from tests.web.browser import Browser
from tests.web.house import House
from tests.web.second_factor.conftest import App, Open

SET_UP, CODE, CODES = "/second-factor/setup", "/second-factor", "/second-factor/recovery-codes"


PATHS = ("/", "/account", "/setup/people", "/reviews", "/help", "/shop", "/change")


def _start(browser: Browser) -> App:
    """The page with the QR code; the app takes the key from it."""
    page = browser.post(SET_UP, {"setup": "authenticator"}).text
    found = re.search(r"<code>([A-Z0-9 -]+)</code>", page)
    assert found is not None, page
    return App(re.sub("[ -]", "", unescape(found.group(1))))


def _set_up(browser: Browser) -> App:
    app = _start(browser)
    answer = browser.post(CODE, {"code": app.code()}, form=SET_UP)
    assert answer.headers["Location"] == CODES
    return app


def _logged_in(browser: Browser, person: User) -> Browser:
    assert browser.log_in(person.email).status_code == 302
    return browser


def test_who_needs_one_is_led_there_from_everywhere(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.admin)

    led = {browser.get(path).headers.get("Location") for path in PATHS}
    posted = browser.post("/account", {"name": "x", "locale": "en"}, form=SET_UP)

    assert led == {SET_UP + f"?next={path}" for path in PATHS}
    assert posted.headers["Location"] == SET_UP
    assert browser.get(SET_UP).status_code == 200


def test_nothing_but_the_way_there_is_open_to_who_needs_one(
    opened: Open, web_shop: Shop, house: House
) -> None:
    browser = _logged_in(opened(), house.admin)
    asked = _asked_of_people(create_app(web_shop.config, web_shop))

    led = {
        f"{method} {path}": (browser.get if method == "GET" else browser.post_raw)(path)
        for method, path in asked
    }

    assert len(led) > 90
    assert {
        what for what, answer in led.items() if _where(answer.headers.get("Location")) != SET_UP
    } == set()


def test_setting_it_up_opens_everything(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.admin)

    _set_up(browser)

    assert browser.get("/setup/people").status_code == 200


def test_a_role_counts_at_the_next_request(opened: Open, house: House, database: Database) -> None:
    browser = _logged_in(opened(), house.buyer)
    before = browser.get("/account").status_code
    with database.write() as session:
        admin = session.scalars(select(Role.id).where(Role.name == "admin")).one()
        session.execute(insert(user_role).values(user_id=house.buyer.id, role_id=admin))

    after = browser.get("/account")

    assert (before, after.status_code) == (200, 303)
    assert after.headers["Location"].startswith(SET_UP)


@pytest.mark.parametrize("who", ["buyer", "admin"])
def test_nobody_needs_one_where_the_policy_is_off(opened: Open, house: House, who: str) -> None:
    browser = opened(second_factor_roles=frozenset())

    _logged_in(browser, getattr(house, who))

    assert browser.get("/account").status_code == 200


def test_the_policy_is_by_role(opened: Open, house: House) -> None:
    browser = opened(second_factor_roles=frozenset({"buyer"}))
    other = Browser(browser.url)

    _logged_in(browser, house.buyer)
    _logged_in(other, house.admin)

    assert browser.get("/account").status_code == 303
    assert other.get("/account").status_code == 200


def test_a_buyer_chooses_it_and_turns_it_off(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.buyer)
    app = _set_up(browser)
    again = Browser(browser.url)
    led = _logged_in(again, house.buyer).get("/account").status_code
    entered = again.post(CODE, {"code": app.code()}).status_code

    again.post(SET_UP, {"setup": "disable"})

    assert (led, entered) == (303, 302)
    assert again.get("/account").status_code == 200
    assert _logged_in(Browser(browser.url), house.buyer).get("/account").status_code == 200
    assert _told(database) == ["second_factor_set_up", "second_factor_removed"]


def test_what_a_role_needs_cannot_be_turned_off(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.admin)
    _set_up(browser)

    refused = browser.post(SET_UP, {"setup": "disable"})

    assert refused.status_code == 422
    assert "Turn it off" not in refused.text
    assert "code" in _logged_in(Browser(browser.url), house.admin).get(CODE).text


def test_setting_it_up_ends_other_sessions(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    other = _logged_in(Browser(browser.url), house.buyer)
    before = browser.cookie()

    _set_up(browser)

    assert (browser.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    assert browser.cookie() != before


def test_a_session_that_saw_no_second_step_is_nobodys(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    browser = _logged_in(opened(), house.clerk)
    browser.post(CODE, {"code": phone.code()})
    before = browser.get("/account").status_code
    with database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "second_step": False}

    assert (before, browser.get("/account").status_code) == (200, 303)


def test_a_wrong_code_while_setting_up_shows_the_same_key_again(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    app = _start(browser)

    wrong = browser.post(CODE, {"code": "000000"}, form=SET_UP)
    page = re.sub("[ -]", "", wrong.text)
    right = browser.post(CODE, {"code": app.code()}, form=SET_UP)

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert app.key in page
    assert "data:image/svg+xml;base64," in wrong.text


def test_the_code_that_set_it_up_does_not_log_in(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    app = _start(browser)
    code = app.code()
    browser.post(CODE, {"code": code}, form=SET_UP)
    other = _logged_in(Browser(browser.url), house.buyer)

    assert other.post(CODE, {"code": code}).status_code == 422


def test_setting_up_asks_for_the_password_again_after_a_while(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.buyer)
    app = _start(browser)
    token = browser.token("/account")
    with database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": time.time() - 16 * 60}

    asked = browser.get(SET_UP)
    proved = browser.post_raw(CODE, {"csrf_token": token, "code": app.code()})

    assert asked.headers["Location"].startswith("/verify")
    assert proved.headers["Location"] == SET_UP
    assert _second_factors(database) == 0


def test_recovery_codes_are_shown_once_and_work(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    _set_up(browser)

    shown = re.findall(r"<code>([a-z2-7-]+)</code>", browser.post(CODES, {}).text)
    again = browser.get(CODES + "?show_codes=1").text
    other = _logged_in(Browser(browser.url), house.buyer)
    entered = other.post("/second-factor/recovery", {"code": shown[3]})

    assert len(set(shown)) == RECOVERY_CODES
    assert not [code for code in shown if code in again]
    assert "10 codes left" in again
    assert entered.status_code == 302
    assert "9 recovery codes left" in other.get(SET_UP).text


def test_new_codes_replace_those_of_before(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    _set_up(browser)
    old = re.findall(r"<code>([a-z2-7-]+)</code>", browser.post(CODES, {}).text)
    browser.post(CODES, {})
    other = _logged_in(Browser(browser.url), house.buyer)

    assert other.post("/second-factor/recovery", {"code": old[0]}).status_code == 422


def test_an_administrator_resets_what_somebody_lost(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    desk = _logged_in(opened(second_factor_roles=frozenset({"receivables"})), house.admin)
    clerk = _logged_in(Browser(desk.url), house.clerk)
    clerk.post(CODE, {"code": phone.code()})
    path = f"/setup/people/{house.clerk.public_id}/second-factor/reset"

    answer = desk.post(path, {}, form="/account")

    assert answer.headers["Location"] == f"/setup/people/{house.clerk.public_id}"
    assert clerk.get("/account").headers["Location"].startswith("/login")
    assert _told(database) == ["second_factor_reset"]
    assert _logged_in(clerk, house.clerk).get("/account").headers["Location"].startswith(SET_UP)


def test_nobody_resets_their_own(opened: Open, house: House, database: Database) -> None:
    desk = _logged_in(opened(), house.admin)
    _set_up(desk)

    desk.post(f"/setup/people/{house.admin.public_id}/second-factor/reset", {}, form="/account")

    assert _second_factors(database) == 1


def test_the_demo_says_that_it_is_off_to_those_who_look_after_people(
    opened: Open, house: House
) -> None:
    off = opened(second_factor_roles=frozenset(), env="demo")
    clerk = Browser(off.url)
    words = "Second factor is switched off in this demo"

    _logged_in(off, house.admin)
    _logged_in(clerk, house.clerk)

    assert words in off.get("/account").text
    assert words not in clerk.get("/account").text


def test_pages_of_the_second_factor_speak_spanish(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.admin)

    assert "Acceso en dos pasos" in browser.get(SET_UP + "?lang=es").text


def _told(database: Database) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(Audit.action)
                .where(Audit.action.startswith("second_factor"))
                .order_by(Audit.id)
            )
        )


def _second_factors(database: Database) -> int:
    with database.read() as session:
        users = session.scalars(select(User)).unique().all()
        return sum(user.tf_totp_secret is not None for user in users)


def _where(location: str | None) -> str:
    return (location or "in").split("?")[0]


def _asked_of_people(app: Flask) -> list[tuple[str, str]]:
    """Every address with a method, but for machines' and those on the way to a second factor."""
    declared: dict[str, Access] = app.extensions["komet_shop_access"]
    return [
        (method, re.sub("<[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if not declared[rule.endpoint].for_machines and rule.endpoint not in OPEN_BEFORE
    ]
