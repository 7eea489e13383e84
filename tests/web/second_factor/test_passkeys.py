"""Passkeys after the password: whose they are, where they were made, and once for each question."""

import pytest
from sqlalchemy import select

from komet_shop.models import Audit, Passkey, User
from komet_shop.models.database import Database
from komet_shop.services.rate_limits import LIMITS, Limit
from tests.web.browser import PASSWORD, Browser
from tests.web.house import House
from tests.web.second_factor.conftest import App, Open
from tests.web.second_factor.device import (
    LOGIN,
    PASSKEYS,
    VERIFY,
    Device,
    add,
    ask,
    tell,
)
from tests.web.spanish import english_left

SET_UP, CODE, RECOVERY = "/second-factor/setup", "/second-factor", "/second-factor/recovery"
REMOVE = "/second-factor/remove-passkey"


def _logged_in(browser: Browser, person: User) -> Browser:
    """The password given, and one redirect followed: to the choice for who has one."""
    answer = browser.log_in(person.email)
    assert answer.status_code == 302
    browser.get(answer.headers["Location"])
    return browser


def _is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def _sign_in(browser: Browser, person: User, device: Device) -> bool:
    _logged_in(browser, person)
    asked = ask(browser, LOGIN)
    tell(browser, asked, device.answer(asked.options))
    return _is_in(browser)


def _told(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(select(Audit.action, Audit.reason).order_by(Audit.id)).all()
    return [(row.action, row.reason) for row in rows if row.action not in ("login", "logout")]


def _passkeys(database: Database) -> list[Passkey]:
    with database.read() as session:
        return list(session.scalars(select(Passkey).order_by(Passkey.id)))


def test_a_passkey_logs_in_after_the_password(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.buyer)
    device = add(browser)
    kept = _passkeys(database)[0]
    other = Browser(browser.url)

    led = _logged_in(other, house.buyer).get("/account").headers["Location"]
    is_in = _sign_in(other, house.buyer, device)

    assert led.startswith("/login")
    assert is_in
    assert (kept.name, kept.transports, kept.credential_id) == (
        "My phone",
        ["internal"],
        device.id,
    )
    assert "My phone" in other.get(PASSKEYS).text
    assert _told(database) == [("passkey_added", "")]


def test_the_password_leads_to_the_passkey_and_on_to_the_page_that_was_asked_for(
    opened: Open, house: House
) -> None:
    browser = _logged_in(opened(), house.buyer)
    device = add(browser)
    other = Browser(browser.url)
    fields = {"email": house.buyer.email, "password": PASSWORD}

    led = other.post("/login?next=/orders", fields).headers["Location"]
    asked = ask(other, led)
    answer = tell(other, asked, device.answer(asked.options))

    assert led == LOGIN + "?next=/orders"
    assert answer.headers["Location"] == "/orders"


def test_a_passkey_that_was_removed_works_no_more(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.buyer)
    lost, kept = add(browser, "Lost phone"), add(browser, "Kept phone")

    browser.post(REMOVE, {"name": "Lost phone"}, form=PASSKEYS)

    assert not _sign_in(Browser(browser.url), house.buyer, lost)
    assert _sign_in(Browser(browser.url), house.buyer, kept)
    assert [one.name for one in _passkeys(database)] == ["Kept phone"]
    assert _told(database) == [
        ("passkey_added", ""),
        ("passkey_added", ""),
        ("passkey_removed", ""),
        ("login_failed", "wrong passkey"),
    ]


def test_after_the_last_one_the_password_is_enough(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    add(browser)
    browser.post("/second-factor/recovery-codes", {})

    browser.post(REMOVE, {"name": "My phone"}, form=PASSKEYS)

    assert _is_in(browser)
    assert _is_in(_logged_in(Browser(browser.url), house.buyer))


def test_the_password_of_one_and_the_passkey_of_another_open_nothing(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(second_factor_roles=frozenset()), house.buyer)
    add(browser)
    clerks = add(_logged_in(Browser(browser.url), house.clerk))
    other = _logged_in(Browser(browser.url), house.buyer)
    asked = ask(other, LOGIN)

    answer = tell(other, asked, clerks.answer(asked.options))

    assert answer.headers["Location"].startswith(LOGIN)
    assert not _is_in(other)
    assert _told(database)[-1] == ("login_failed", "wrong passkey")


def test_an_answer_is_good_for_the_session_that_asked_and_once(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    device = add(browser)
    first, second = Browser(browser.url), Browser(browser.url)
    asked = ask(_logged_in(first, house.buyer), LOGIN)
    other = ask(_logged_in(second, house.buyer), LOGIN)
    answer = device.answer(asked.options)

    stolen = second.post_raw(asked.action, {**other.fields, "credential": answer})
    tell(first, asked, answer)
    first.post("/logout", {}, form="/account")
    again = _logged_in(first, house.buyer)
    later = ask(again, LOGIN)
    again.post_raw(asked.action, {**later.fields, "credential": answer})

    assert stolen.headers["Location"].startswith(LOGIN)
    assert [_is_in(second), _is_in(again)] == [False, False]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:5000", "http://localhost:6000"])
def test_a_page_of_another_address_gets_no_answer_that_works(
    opened: Open, house: House, origin: str
) -> None:
    browser = _logged_in(opened(), house.buyer)
    device = add(browser)

    assert not _sign_in(Browser(browser.url), house.buyer, device.seen_on(origin))


def test_another_key_under_the_same_name_is_refused(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    device = add(browser)

    assert not _sign_in(Browser(browser.url), house.buyer, Device(id=device.id))


def test_a_copy_of_a_key_that_counts_is_found_out(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    device = add(browser, device=Device(counts=True, uses=5))
    copied = Device(counts=True, uses=5, id=device.id, key=device.key, handle=device.handle)

    assert _sign_in(Browser(browser.url), house.buyer, device)
    assert not _sign_in(Browser(browser.url), house.buyer, copied)


def test_what_is_no_passkey_is_refused_without_harm(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.buyer)
    garbage = ("", "{}", "[1]", '{"id": "a", "rawId": "a", "type": "public-key", "response": 1}')
    shaped = Device().answer({"challenge": "x", "rpId": "localhost"})

    for text in (*garbage, shaped):
        asked = ask(browser, PASSKEYS, {"name": "x"})
        assert tell(browser, asked, text).status_code == 302

    assert _passkeys(database) == []


def test_a_name_is_needed_and_may_be_used_once(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    add(browser, "Ana's <b>phone</b> & key")

    statuses = [
        browser.post(PASSKEYS, {"name": name}).status_code
        for name in ("", " ", "Ana's  <b>phone</b> & key", "n" * 65)
    ]

    assert statuses == [422] * 4
    assert "Ana&#39;s &lt;b&gt;phone&lt;/b&gt; &amp; key" in browser.get(PASSKEYS).text


def test_who_needs_a_second_factor_may_choose_a_passkey_and_keeps_one(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.admin)
    before = browser.get("/setup/people").headers["Location"]
    device = add(browser)

    offered = "Remove My phone" in browser.get(PASSKEYS).text
    browser.post(REMOVE, {"name": "My phone"}, form=PASSKEYS)

    assert before.startswith(SET_UP)
    assert not offered
    assert "Add another passkey or an app first" in browser.get(PASSKEYS).text
    assert browser.get("/setup/people").status_code == 200
    assert len(_passkeys(database)) == 1
    assert _sign_in(Browser(browser.url), house.admin, device)


def test_app_and_passkey_are_each_enough(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    browser = _logged_in(opened(second_factor_roles=frozenset()), house.clerk)
    browser.post(CODE, {"code": phone.code()})
    device = add(browser)
    with_code = _logged_in(Browser(browser.url), house.clerk)
    page = with_code.get(LOGIN).text
    with_code.post(CODE, {"code": phone.code()})

    assert "Use a code from the app" in page
    assert _is_in(with_code)
    assert _sign_in(Browser(browser.url), house.clerk, device)
    browser.post(SET_UP, {"setup": "disable"})
    assert _is_in(browser)
    assert _sign_in(Browser(browser.url), house.clerk, device)
    half = _logged_in(Browser(browser.url), house.clerk)
    assert half.get(CODE).headers["Location"].startswith(LOGIN)
    token = half.token(LOGIN)
    assert half.post_raw(CODE, {"csrf_token": token, "code": "000000"}).status_code == 303
    assert not _is_in(half)


def test_a_recovery_code_opens_in_place_of_a_passkey(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    add(browser)
    shown = browser.post("/second-factor/recovery-codes", {}).text
    code = shown.split("<code>")[1].split("</code>")[0]
    other = _logged_in(Browser(browser.url), house.buyer)

    answer = other.post(RECOVERY, {"code": code})

    assert answer.status_code == 302
    assert _is_in(other)


def test_adding_and_removing_end_other_sessions(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    other = _logged_in(Browser(browser.url), house.buyer)
    ids = [browser.cookie()]

    device = add(browser)
    after_adding, ids = _is_in(other), [*ids, browser.cookie()]
    _sign_in(other, house.buyer, device)
    browser.post(REMOVE, {"name": "My phone"}, form=PASSKEYS)
    ids.append(browser.cookie())

    assert (after_adding, _is_in(other), _is_in(browser)) == (False, False, True)
    assert len(set(ids)) == 3


def test_wrong_passkeys_are_limited(opened: Open, house: House) -> None:
    few = {**LIMITS, "login_code": Limit(name="login_code", most=2, minutes=24 * 60)}
    browser = _logged_in(opened(limits=few), house.buyer)
    device = add(browser)
    url = browser.url

    tried = [_sign_in(Browser(url), house.buyer, Device(id=device.id)) for _ in range(2)]

    assert [*tried, _sign_in(Browser(url), house.buyer, device)] == [False, False, False]


def test_a_reset_takes_passkeys_too(opened: Open, house: House, database: Database) -> None:
    desk = _logged_in(opened(second_factor_roles=frozenset()), house.admin)
    clerk = _logged_in(Browser(desk.url), house.clerk)
    add(clerk)
    path = f"/setup/people/{house.clerk.public_id}"
    offered = "Reset two-step login" in desk.get(path).text

    desk.post(f"{path}/second-factor/reset", {}, form="/account")

    assert offered
    assert _passkeys(database) == []
    assert not _is_in(clerk)
    assert _is_in(_logged_in(clerk, house.clerk))
    assert _told(database)[-1] == ("second_factor_reset", "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_of_passkeys_have_no_english_left(opened: Open, house: House) -> None:
    browser = _logged_in(opened(), house.buyer)
    browser.get("/account?lang=es")
    pages = [browser.get(PASSKEYS).text, browser.post(PASSKEYS, {"name": "x"}).text]
    add(browser, "Casa")
    pages += [browser.get(path).text for path in (PASSKEYS, SET_UP, "/verify")]
    browser.post("/verify", {"password": PASSWORD})
    pages += [browser.get(VERIFY).text, browser.post(VERIFY, {}).text]
    half = Browser(browser.url)
    half.get("/login?lang=es")
    _logged_in(half, house.buyer)
    pages += [half.get(path).text for path in (LOGIN, RECOVERY)]

    assert all("Llave" in page or "llave" in page for page in pages)
    assert [english_left(page) for page in pages] == [[]] * len(pages)


def test_nobody_comes_to_the_passkey_without_the_password(opened: Open, house: House) -> None:
    browser = opened()

    assert browser.get(LOGIN).headers["Location"] == "/login"
    assert browser.get("/second-factor/select").status_code == 404
