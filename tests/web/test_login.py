"""Logging in, failing to, and choosing a new password."""

import pytest
from sqlalchemy import func, select

from komet_shop.models import Audit, Outbox, User, WebSession
from komet_shop.models.database import Database
from komet_shop.services.rate_limits import LIMITS, Limit
from tests.conftest import MovableClock
from tests.web.browser import PASSWORD, Browser
from tests.web.conftest import Serve
from tests.web.house import House

NEW = "velvet-harbor-nine-pickles"


def _shown(page: str) -> str:
    """The page without what is random on every page."""
    lines = page.splitlines()
    return "\n".join(line for line in lines if "nonce" not in line and "csrf_token" not in line)


def test_the_form_is_found_by_its_labels(browser: Browser) -> None:
    page = browser.get("/login").text

    assert '<label class="field__label" for="email">Email</label>' in page
    assert '<label class="field__label" for="password">Password</label>' in page
    assert ">Log in</button>" in page


def test_a_buyer_logs_in_with_any_spelling_of_the_address(browser: Browser, house: House) -> None:
    answer = browser.log_in(house.buyer.email.upper())

    assert (answer.status_code, browser.get("/probe/scope").status_code) == (302, 200)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    serve: Serve, house: House
) -> None:
    known = serve().log_in(house.buyer.email, "wrong-password-here")
    unknown = serve().log_in("nobody@people.example", "wrong-password-here")

    shown = _shown(known.text).replace(house.buyer.email, "X")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert shown == _shown(unknown.text).replace("nobody@people.example", "X")


def test_an_account_that_is_off_looks_like_a_wrong_password(
    browser: Browser, house: House, database: Database
) -> None:
    with database.write() as session:
        session.get_one(User, house.buyer.id).active = False

    right = browser.log_in(house.buyer.email)
    wrong = browser.log_in(house.buyer.email, "wrong-password-here")

    assert right.status_code == 422
    assert _shown(right.text) == _shown(wrong.text)


def test_login_results_are_in_the_audit_log(
    browser: Browser, house: House, database: Database
) -> None:
    browser.log_in(house.buyer.email, "wrong-password-here")
    browser.log_in("nobody@people.example")
    browser.log_in(house.buyer.email)

    with database.read() as session:
        found = session.execute(
            select(Audit.action, Audit.object_id, Audit.actor).order_by(Audit.id)
        ).all()
    assert [tuple(row) for row in found] == [
        ("login_failed", house.buyer.id, "visitor"),
        ("login_failed", None, "visitor"),
        ("login", house.buyer.id, house.buyer.public_id),
    ]


def test_after_ten_failures_even_the_right_password_waits(
    browser: Browser, house: House, clock: MovableClock
) -> None:
    failures = [browser.log_in(house.buyer.email, "wrong-password-here") for _ in range(10)]
    limited = browser.log_in(house.buyer.email)
    clock.advance(seconds=16 * 60)
    later = browser.log_in(house.buyer.email)

    assert {answer.status_code for answer in failures} == {422}
    assert _shown(limited.text) == _shown(failures[-1].text)
    assert (limited.status_code, later.status_code) == (422, 302)


def test_a_stranger_cannot_shut_the_owner_out(serve: Serve, house: House) -> None:
    owner = serve()
    owner.log_in(house.buyer.email)
    owner.post("/logout", {}, form="/probe/form")
    stranger = Browser(owner.url)
    for _ in range(11):
        stranger.log_in(house.buyer.email, "wrong-password-here")

    assert owner.log_in(house.buyer.email).status_code == 302
    assert stranger.log_in(house.buyer.email).status_code == 422


def test_one_address_may_not_try_many_accounts(serve: Serve, house: House) -> None:
    few = {**LIMITS, "login_address": Limit(name="login_address", most=3, minutes=15)}
    browser = serve(limits=few)

    for number in range(3):
        browser.log_in(f"guess{number}@people.example")

    assert browser.log_in(house.buyer.email).status_code == 422


def test_good_logins_do_not_count(serve: Serve, house: House) -> None:
    few = {**LIMITS, "login_account": Limit(name="login_account", most=1, minutes=15)}
    url = serve(limits=few).url

    statuses = [Browser(url).log_in(house.buyer.email).status_code for _ in range(3)]

    assert statuses == [302, 302, 302]


def test_a_reset_link_goes_through_the_outbox_and_works_once(
    browser: Browser, house: House, database: Database
) -> None:
    browser.post("/reset", {"email": house.buyer.email})
    link = _reset_link(database)
    fields = {"password": NEW, "password_confirm": NEW}

    saved = browser.post(link, fields)
    again = browser.get(link)

    assert saved.headers["Location"] == "/login"
    assert again.headers["Location"] == "/reset"
    assert browser.log_in(house.buyer.email, NEW).status_code == 302


def test_a_reset_link_names_the_configured_address(
    browser: Browser, house: House, database: Database
) -> None:
    browser.post("/reset", {"email": house.buyer.email})

    with database.read() as session:
        payload = session.scalars(select(Outbox.payload)).one()
    assert payload["template"] == "reset"
    assert payload["user_id"] == house.buyer.id
    assert payload["link"].startswith("http://localhost:5000/reset/")


def test_asking_for_a_link_says_the_same_to_everybody(
    browser: Browser, house: House, database: Database
) -> None:
    known = browser.post("/reset", {"email": house.buyer.email})
    unknown = browser.post("/reset", {"email": "nobody@people.example"})

    shown = _shown(known.text).replace(house.buyer.email, "X")
    assert shown == _shown(unknown.text).replace("nobody@people.example", "X")
    assert _mails(database) == 1


def test_after_asking_for_a_link_the_page_says_what_happens_next(browser: Browser) -> None:
    asked = browser.post("/reset", {"email": "nobody@people.example"})

    page = browser.get(asked.headers["Location"]).text
    loaded_again = browser.get(asked.headers["Location"]).text
    for shown in (page, loaded_again):
        assert "a mail with a link is on its way" in shown
        assert "within one hour" in shown
    assert _toasts(page) == 0


def test_a_link_that_is_over_leads_to_a_form_and_a_message_that_stays(browser: Browser) -> None:
    over = browser.get("/reset/made-up")

    page = browser.get(over.headers["Location"]).text
    assert "That link is no longer valid" in page
    assert "below" not in page
    assert 'name="email"' in page
    assert "data-toast-seconds" not in page.split("<template")[0]


def test_links_beyond_three_an_hour_are_dropped_silently(
    browser: Browser, house: House, database: Database
) -> None:
    answers = [browser.post("/reset", {"email": house.buyer.email}) for _ in range(4)]

    assert len({_shown(answer.text) for answer in answers}) == 1
    assert _mails(database) == 3


def test_a_new_password_ends_all_sessions(
    browser: Browser, house: House, database: Database
) -> None:
    other = Browser(browser.url)
    other.log_in(house.buyer.email)
    browser.post("/reset", {"email": house.buyer.email})

    browser.post(_reset_link(database), {"password": NEW, "password_confirm": NEW})

    assert other.get("/probe/scope").status_code == 303
    with database.read() as session:
        left = session.scalars(select(WebSession).where(WebSession.user_id == house.buyer.id)).all()
    assert left == []


@pytest.mark.parametrize("weak", ["short", "password1234", "qwertyuiop12"])
def test_a_password_that_is_easy_to_guess_is_refused(
    browser: Browser, house: House, database: Database, weak: str
) -> None:
    browser.post("/reset", {"email": house.buyer.email})

    answer = browser.post(_reset_link(database), {"password": weak, "password_confirm": weak})

    assert answer.status_code == 422
    assert browser.log_in(house.buyer.email).status_code == 302


def test_changing_the_password_keeps_this_session_and_ends_others(
    browser: Browser, house: House
) -> None:
    other = Browser(browser.url)
    other.log_in(house.buyer.email)
    browser.log_in(house.buyer.email)

    fields = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    changed = browser.post("/change", fields)

    assert changed.status_code == 302
    assert browser.get("/probe/scope").status_code == 200
    assert other.get("/probe/scope").status_code == 303


def test_what_matters_asks_for_the_password_again(
    browser: Browser, house: House, database: Database
) -> None:
    browser.log_in(house.buyer.email)
    fresh = browser.get("/probe/fresh")
    _let_the_password_age(database)

    asked = browser.get("/probe/fresh")
    browser.post("/verify", {"password": PASSWORD})

    assert (fresh.status_code, asked.status_code) == (200, 303)
    assert asked.headers["Location"] == "/verify?next=/probe/fresh"
    assert browser.get("/probe/fresh").status_code == 200


def _let_the_password_age(database: Database) -> None:
    with database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": row.data.get("fs_paa", 0) - 16 * 60}


def _reset_link(database: Database) -> str:
    with database.read() as session:
        link: str = session.scalars(select(Outbox.payload)).one()["link"]
    return link.removeprefix("http://localhost:5000")


def _toasts(page: str) -> int:
    """Messages of the moment, without the pattern for those that scripts make."""
    return page.split("<template")[0].count("data-toast-text")


def _mails(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Outbox)) or 0
