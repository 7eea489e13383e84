"""Proving once more who one is: whoever has a second factor is asked for both."""

import time

import pytest
from sqlalchemy import select

from komet_shop.models import Audit, WebSession
from komet_shop.models.database import Database
from komet_shop.services.rate_limits import LIMITS, Limit
from tests.web.browser import PASSWORD, Browser
from tests.web.house import House
from tests.web.second_factor.conftest import App, Open
from tests.web.second_factor.device import (
    ORIGIN,
    VERIFY,
    Device,
    add,
    ask,
    tell,
)

CODE, FRESH_ONLY, LEFT_OPEN = "/second-factor", "/second-factor/passkeys", 16 * 60
PROVE = f"/verify?next={FRESH_ONLY}"


@pytest.fixture
def clerk(opened: Open, house: House, phone: App, database: Database) -> Browser:
    """A clerk with a second factor, whose browser was left open for a while."""
    browser = opened(second_factor_roles=frozenset())
    browser.log_in(house.clerk.email)
    browser.post(CODE, {"code": phone.code()})
    _leave_open(database)
    return browser


@pytest.fixture
def buyer(opened: Open, house: House, database: Database) -> tuple[Browser, Device]:
    """A buyer with a passkey, whose browser was left open for a while."""
    browser = opened()
    browser.log_in(house.buyer.email)
    device = add(browser)
    _leave_open(database)
    return browser, device


def _leave_open(database: Database) -> None:
    with database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": time.time() - LEFT_OPEN}


def _opens(browser: Browser) -> bool:
    """Whether a page that needs a fresh proof opens."""
    return browser.get(FRESH_ONLY).status_code == 200


def _failures(database: Database) -> list[str]:
    with database.read() as session:
        statement = select(Audit.reason).where(Audit.action == "login_failed")
        return list(session.scalars(statement.order_by(Audit.id)))


def test_the_password_alone_opens_nothing_for_who_has_an_app(clerk: Browser) -> None:
    led = clerk.get(FRESH_ONLY).headers["Location"]

    answer = clerk.post(PROVE, {"password": PASSWORD})

    assert led == PROVE
    assert answer.status_code == 422
    assert "Enter the code" in answer.text
    assert not _opens(clerk)


def test_password_and_code_lead_back(clerk: Browser, phone: App) -> None:
    answer = clerk.post(PROVE, {"password": PASSWORD, "code": phone.code()})

    assert answer.headers["Location"] == FRESH_ONLY
    assert _opens(clerk)


@pytest.mark.parametrize(
    "given",
    [
        {"password": PASSWORD, "code": "000000"},
        {"password": PASSWORD, "code": "none-of-them"},
        {"password": "wrong", "code": "right"},
        {"code": "right"},
    ],
)
def test_one_of_them_wrong_opens_nothing(clerk: Browser, phone: App, given: dict[str, str]) -> None:
    code = phone.code() if given["code"] == "right" else given["code"]

    answer = clerk.post(PROVE, {**given, "code": code})

    assert answer.status_code == 422
    assert not _opens(clerk)


def test_a_code_that_logged_in_proves_nothing_more(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    browser = opened(second_factor_roles=frozenset())
    browser.log_in(house.clerk.email)
    code = phone.code()
    browser.post(CODE, {"code": code})
    _leave_open(database)

    answer = browser.post(PROVE, {"password": PASSWORD, "code": code})

    assert answer.status_code == 422
    assert _failures(database) == ["wrong code"]


def test_a_recovery_code_proves_it_once(
    clerk: Browser, codes: list[str], database: Database
) -> None:
    first = clerk.post(PROVE, {"password": PASSWORD, "code": codes[0]})
    _leave_open(database)
    second = clerk.post(PROVE, {"password": PASSWORD, "code": codes[0]})

    assert (first.status_code, second.status_code) == (302, 422)


def test_guessing_codes_is_limited(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    few = {**LIMITS, "login_code": Limit(name="login_code", most=2, minutes=24 * 60)}
    browser = opened(limits=few, second_factor_roles=frozenset())
    browser.log_in(house.clerk.email)
    browser.post(CODE, {"code": phone.code()})
    _leave_open(database)

    for _ in range(2):
        browser.post(PROVE, {"password": PASSWORD, "code": "000000"})
    right = browser.post(PROVE, {"password": PASSWORD, "code": phone.code()})

    assert right.status_code == 422
    assert "Too many tries" in right.text


def test_password_and_passkey_lead_back(buyer: tuple[Browser, Device]) -> None:
    browser, device = buyer

    led = browser.post(PROVE, {"password": PASSWORD}).headers["Location"]
    after_password = _opens(browser)
    asked = ask(browser, led)
    answer = tell(browser, asked, device.answer(asked.options))

    assert led == f"{VERIFY}?next={FRESH_ONLY}"
    assert not after_password
    assert answer.headers["Location"] == FRESH_ONLY
    assert _opens(browser)


def test_the_passkey_alone_opens_nothing(buyer: tuple[Browser, Device], database: Database) -> None:
    browser, device = buyer
    led = browser.get(VERIFY).headers["Location"]
    browser.post(PROVE, {"password": PASSWORD})
    asked = ask(browser, VERIFY)
    tell(browser, asked, device.answer(asked.options))
    _leave_open(database)

    again = browser.get(VERIFY).headers["Location"]
    answer = browser.post_raw(asked.action, {**asked.fields, "credential": "{}"})

    assert (led, again) == ("/verify", "/verify")
    assert answer.headers["Location"] == "/verify"
    assert not _opens(browser)


def test_another_key_proves_nothing(buyer: tuple[Browser, Device], database: Database) -> None:
    browser, device = buyer
    browser.post(PROVE, {"password": PASSWORD})
    asked = ask(browser, VERIFY)

    tell(browser, asked, Device(id=device.id, handle=device.handle).answer(asked.options))

    assert not _opens(browser)


def test_the_passkey_of_somebody_else_proves_nothing(
    clerk: Browser, phone: App, house: House
) -> None:
    other = Browser(clerk.url)
    other.log_in(house.buyer.email)
    buyers = add(other)
    clerk.post(PROVE, {"password": PASSWORD, "code": phone.code()})
    add(clerk, device=Device(origin=ORIGIN))
    clerk.post(PROVE, {"password": PASSWORD})
    asked = ask(clerk, VERIFY)

    answer = tell(clerk, asked, buyers.answer(asked.options))

    assert answer.headers["Location"].startswith(VERIFY)


def test_who_has_no_second_factor_gives_the_password(
    opened: Open, house: House, database: Database
) -> None:
    browser = opened()
    browser.log_in(house.buyer.email)
    _leave_open(database)

    page = browser.get(PROVE).text
    answer = browser.post(PROVE, {"password": PASSWORD})

    assert 'name="code"' not in page
    assert answer.headers["Location"] == FRESH_ONLY


def test_a_new_password_keeps_the_session_and_proves_nothing(
    clerk: Browser, phone: App, database: Database
) -> None:
    new = "maple-tundra-quiet-89-lantern"
    fields = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}

    answer = clerk.post("/change", fields)

    assert answer.status_code == 302
    assert clerk.get("/account").status_code == 200
    assert not _opens(clerk)
