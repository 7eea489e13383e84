"""Logging in with a code: the password alone opens nothing, and a code counts once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, update

from komet_shop.app import create_app
from komet_shop.models import Audit, User, WebSession
from komet_shop.models.database import Database
from komet_shop.services.rate_limits import LIMITS, Limit
from komet_shop.services.shop import Shop
from komet_shop.web.permissions import Access
from tests.web.browser import PASSWORD, Browser
from tests.web.house import House
from tests.web.second_factor.conftest import App, Open

CODE, RECOVERY = "/second-factor", "/second-factor/recovery"


def _enter(browser: Browser, code: str, path: str = CODE) -> int:
    return browser.post(path, {"code": code}).status_code


def _is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def _actions(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(select(Audit.action, Audit.reason).order_by(Audit.id)).all()
    return [(row.action, row.reason) for row in rows]


def _age_first_step(database: Database) -> None:
    with database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "first_step_at": 0}


def test_the_password_leads_to_the_code(opened: Open, house: House, phone: App) -> None:
    browser = opened()

    answer = browser.log_in(house.clerk.email)

    assert answer.headers["Location"].split("?")[0] == CODE
    assert "six digits" in browser.get(CODE).text
    assert not _is_in(browser)


def test_the_code_logs_in(opened: Open, house: House, phone: App, database: Database) -> None:
    browser = opened()
    browser.log_in(house.clerk.email)

    entered = browser.post(CODE, {"code": phone.code()})

    assert entered.status_code == 302
    assert _is_in(browser)
    assert _actions(database) == [("login", "")]


def test_the_page_that_was_asked_for_comes_after_the_code(
    opened: Open, house: House, phone: App
) -> None:
    browser = opened()
    asked = browser.get("/reviews").headers["Location"]
    fields = {"email": house.clerk.email, "password": PASSWORD}
    second = browser.get(browser.post(asked, fields).headers["Location"])
    action = re.search(r'action="(/second-factor[^"]*)"', second.text)
    assert action is not None

    entered = browser.post(action.group(1), {"code": phone.code()})

    assert entered.headers["Location"] == "/reviews"


def test_who_asked_for_no_page_comes_to_the_first_one(
    opened: Open, house: House, phone: App
) -> None:
    browser = opened()
    second = browser.log_in(house.clerk.email).headers["Location"]
    action = re.search(r'action="(/second-factor[^"]*)"', browser.get(second).text)
    assert action is not None

    entered = browser.post(action.group(1), {"code": phone.code()})

    assert (action.group(1), entered.headers["Location"]) == (CODE, "/")


def test_the_first_step_alone_opens_no_route(
    opened: Open, web_shop: Shop, house: House, phone: App
) -> None:
    app = create_app(web_shop.config, web_shop)
    browser = opened()
    browser.log_in(house.clerk.email)

    led = [
        browser.get(path) if method == "GET" else browser.post_raw(path)
        for method, path in _guarded(app)
    ]

    assert len(led) > 60
    assert {answer.headers.get("Location", "in").split("?")[0] for answer in led} == {"/login"}


def test_both_steps_change_the_session_id(opened: Open, house: House, phone: App) -> None:
    browser = opened()
    browser.get("/login")
    ids = [browser.cookie()]
    browser.log_in(house.clerk.email)
    ids.append(browser.cookie())
    half = Browser(browser.url)
    _enter(browser, phone.code())
    ids.append(browser.cookie())

    answer = half.get("/account", headers={"Cookie": f"komet_shop_sid={ids[1]}"})

    assert len(set(ids)) == 3
    assert answer.status_code == 303


def test_a_code_is_accepted_once(opened: Open, house: House, phone: App) -> None:
    first, second = opened(), opened()
    code = phone.code()
    first.log_in(house.clerk.email)
    second.log_in(house.clerk.email)

    statuses = [_enter(first, code), _enter(second, code)]

    assert statuses == [302, 422]
    assert [_is_in(first), _is_in(second)] == [True, False]


def test_a_code_of_before_is_refused_after_a_later_one(
    opened: Open, house: House, phone: App
) -> None:
    browser, other = opened(), opened()
    earlier, later = phone.code(), phone.code()
    browser.log_in(house.clerk.email)
    other.log_in(house.clerk.email)

    statuses = [_enter(browser, later), _enter(other, earlier)]

    assert statuses == [302, 422]


@pytest.mark.parametrize("path", [CODE, RECOVERY])
def test_one_code_twice_at_the_same_moment_opens_once(
    opened: Open, house: House, phone: App, codes: list[str], path: str
) -> None:
    first = opened()
    both = (first, Browser(first.url))
    fields = []
    for browser in both:
        browser.log_in(house.clerk.email)
        fields.append({"csrf_token": browser.token(CODE)})
    code = phone.code() if path == CODE else codes[0]

    with ThreadPoolExecutor(2) as threads:
        answers = threads.map(
            lambda pair: pair[0].post_raw(path, {**pair[1], "code": code}),
            zip(both, fields, strict=True),
        )

    assert sorted(answer.status_code for answer in answers) == [302, 422]


def test_wrong_codes_are_limited_and_audited(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    few = {**LIMITS, "login_account": Limit(name="login_account", most=3, minutes=15)}
    browser = opened(limits=few)
    browser.log_in(house.clerk.email)

    statuses = [_enter(browser, "000000") for _ in range(3)]
    right = browser.post(CODE, {"code": phone.code()})

    assert (statuses, right.status_code) == ([422] * 3, 422)
    assert "Too many tries" in right.text
    assert _actions(database) == [("login_failed", "wrong code")] * 4
    assert Browser(browser.url).log_in(house.clerk.email).status_code == 422


def test_wrong_codes_are_limited_by_the_day(opened: Open, house: House, phone: App) -> None:
    few = {**LIMITS, "login_code": Limit(name="login_code", most=2, minutes=24 * 60)}
    browser = opened(limits=few)
    browser.log_in(house.clerk.email)

    statuses = [_enter(browser, "000000") for _ in range(2)]

    assert [*statuses, _enter(browser, phone.code())] == [422, 422, 422]


def test_good_codes_do_not_count(opened: Open, house: House, phone: App) -> None:
    few = {**LIMITS, "login_code": Limit(name="login_code", most=1, minutes=24 * 60)}
    url = opened(limits=few).url
    statuses = []

    for _ in range(2):
        browser = Browser(url)
        browser.log_in(house.clerk.email)
        statuses.append(_enter(browser, phone.code()))

    assert statuses == [302, 302]


def test_a_password_given_long_ago_opens_no_second_step(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    browser = opened()
    browser.log_in(house.clerk.email)
    token = browser.token(CODE)
    _age_first_step(database)

    answer = browser.post_raw(CODE, {"csrf_token": token, "code": phone.code()})

    assert answer.headers["Location"] == "/login"
    assert not _is_in(browser)


def test_who_is_switched_off_between_the_steps_stays_out(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    browser = opened()
    browser.log_in(house.clerk.email)
    with database.write() as session:
        session.execute(update(User).where(User.id == house.clerk.id).values(active=False))

    assert _enter(browser, phone.code()) == 422


def test_a_recovery_code_opens_once(
    opened: Open, house: House, codes: list[str], database: Database
) -> None:
    first, second = opened(), opened()
    first.log_in(house.clerk.email)
    second.log_in(house.clerk.email)
    sloppy = codes[0].replace("-", " ").upper()

    statuses = [_enter(first, sloppy, RECOVERY), _enter(second, codes[0], RECOVERY)]

    assert statuses == [302, 422]
    assert [_is_in(first), _is_in(second)] == [True, False]
    assert _actions(database) == [
        ("recovery_code_used", "9 left"),
        ("login", ""),
        ("login_failed", "wrong code"),
    ]


def test_the_database_holds_neither_key_nor_recovery_codes(
    house: House, phone: App, codes: list[str], database: Database
) -> None:
    with database.read() as session:
        clerk = session.get_one(User, house.clerk.id)
        kept = f"{clerk.tf_totp_secret} {clerk.mf_recovery_codes}"

    assert phone.key not in kept
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_a_key_sealed_under_another_master_key_is_refused(
    opened: Open, house: House, phone: App
) -> None:
    browser = opened(master_key=bytes(31) + b"x")
    browser.log_in(house.clerk.email)

    assert _enter(browser, phone.code()) == 422


@pytest.mark.parametrize(
    "path", ["/second-factor/rescue", "/second-factor/select", "/second-factor/setup/token"]
)
def test_what_is_not_offered_is_not_there(
    opened: Open, house: House, phone: App, path: str
) -> None:
    browser = opened()
    browser.log_in(house.clerk.email)

    assert browser.get(path).status_code in (404, 405)
    assert browser.post(path, {"help_setup": "help"}, form=CODE).status_code == 404


def _guarded(app: Flask) -> list[tuple[str, str]]:
    """Every address with a method that needs a permission."""
    declared: dict[str, Access] = app.extensions["komet_shop_access"]
    return [
        (method, re.sub("<[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if declared[rule.endpoint].permissions
    ]
