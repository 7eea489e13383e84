"""From the mail with the link to the first login."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from komet_shop.mailer import Mailer
from komet_shop.models import Outbox, User, WebSession
from komet_shop.sandboxes.mail import MailCatcher
from komet_shop.services import deliveries
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.house import House
from tests.web.storefront.buying import words

GOOD = "otter-lamp-granite-purple"
EMAIL = "cleo@people.example"


def invite(desk: Browser, **changes: str) -> None:
    fields = {
        "kind": "staff",
        "email": EMAIL,
        "name": "Cleo Clerk",
        "locale": "en",
        "roles": "cashier",
        "active": "y",
        **changes,
    }
    answer = desk.post("/setup/people", fields, form="/setup/people/new?kind=staff")
    assert answer.status_code == 303


def path_of_link(shop: Shop) -> str:
    """Where the newest invitation leads."""
    with shop.database.read() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id.desc())).all()
    link = next(str(row.payload["link"]) for row in rows if "link" in row.payload)
    return link.removeprefix(shop.config.base_url)


def person_page(shop: Shop) -> str:
    with shop.database.read() as session:
        found = session.scalars(select(User.public_id).where(User.email == EMAIL)).one()
    return f"/setup/people/{found}"


def accept(browser: Browser, path: str, password: str = GOOD, again: str = "") -> int:
    fields = {"password": password, "password_confirm": again or password}
    return browser.post(path, fields).status_code


def test_the_invited_person_chooses_a_password_and_logs_in(
    desk: Browser, address: str, web_shop: Shop
) -> None:
    invite(desk)
    stranger, path = Browser(address), path_of_link(web_shop)
    before = stranger.log_in(EMAIL, "").status_code

    page = stranger.get(path)
    again = stranger.get(path)
    accepted = accept(stranger, path)

    assert (before, page.status_code, again.status_code, accepted) == (422, 200, 200, 303)
    assert "Welcome, Cleo Clerk. You will log in as cleo@people.example." in words(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert stranger.log_in(EMAIL, GOOD).status_code == 302


def test_every_dead_link_gets_the_same_page(
    desk: Browser, address: str, web_shop: Shop, clock: MovableClock
) -> None:
    invite(desk)
    superseded = path_of_link(web_shop)
    desk.post(f"{person_page(web_shop)}/invitation", {}, form="/account")
    used = path_of_link(web_shop)
    accept(Browser(address), used)
    invite(desk, email="other@people.example")
    late = path_of_link(web_shop)
    clock.advance(seconds=8 * 24 * 60 * 60)
    stranger = Browser(address)

    paths = [superseded, used, late, late + "x", "/invitation/made-up"]
    pages = [stranger.get(path) for path in paths]

    assert [page.status_code for page in pages] == [410] * 5
    assert len({words(page.text) for page in pages}) == 1
    assert "ask who invited you for a new link" in words(pages[0].text)


def test_a_dead_link_takes_no_password(desk: Browser, address: str, web_shop: Shop) -> None:
    invite(desk)
    path, stranger = path_of_link(web_shop), Browser(address)
    token = stranger.token(path)
    desk.post(f"{person_page(web_shop)}/invitation/delete", {}, form="/account")

    answer = stranger.post_raw(
        path, {"csrf_token": token, "password": GOOD, "password_confirm": GOOD}
    )

    assert answer.status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", "", "Use 12 to 128 characters."),
        ("password1234", "", "That is easy to guess."),
        (GOOD, "another-one-here", "The two passwords differ."),
        ("", "", "Enter a password."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # only the form is tried
def test_a_password_that_will_not_do_comes_back(
    desk: Browser, address: str, web_shop: Shop, password: str, again: str, says: str
) -> None:
    invite(desk)
    path, stranger = path_of_link(web_shop), Browser(address)

    fields = {"password": password, "password_confirm": again or password}
    answer = stranger.post(path, fields)

    assert (answer.status_code, says in words(answer.text)) == (422, True)
    assert accept(stranger, path) == 303


def test_an_invited_person_gets_no_mail_for_a_new_password(
    desk: Browser, address: str, web_shop: Shop
) -> None:
    invite(desk)
    stranger = Browser(address)

    invited = stranger.post("/reset", {"email": EMAIL})
    unknown = stranger.post("/reset", {"email": "nobody@people.example"})

    with web_shop.database.read() as session:
        mails = [row.payload["template"] for row in session.scalars(select(Outbox))]
    assert mails == ["invitation"]
    assert (invited.status_code, invited.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # only the text is tried
@pytest.mark.parametrize(
    ("locale", "subject", "says"),
    [
        ("en", "Your login is ready", "The link works once, for 7 days."),
        ("es", "Su acceso está listo", "El enlace sirve una sola vez, durante 7 días."),
    ],
)
def test_the_mail_says_what_to_do_in_the_readers_language(
    desk: Browser, web_shop: Shop, locale: str, subject: str, says: str
) -> None:
    invite(desk, locale=locale)
    path = path_of_link(web_shop)

    with MailCatcher() as server:
        config = replace(web_shop.config, mail_url=server.smtp)
        deliveries.deliver_mail(web_shop, Mailer(config, web_shop.clock), owner="test")
        mail = server.mailbox.messages(EMAIL)[0]

    assert mail.subject == f"{subject} · Rosa Alta Flowers"
    assert all(path in part and says in part for part in (mail.text, mail.html))
    with web_shop.database.read() as session:
        kept = " ".join(str(row.payload) for row in session.scalars(select(Outbox)))
    assert not re.search(r"/invitation/", kept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # a count of statements
def test_somebody_with_a_password_is_told_that_no_invitation_is_needed(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    page = f"/setup/people/{house.clerk.public_id}"

    with count_statements(web_shop.database.engine) as counted:
        answer = desk.get(page)
    sent = desk.post(f"{page}/invitation", {}, form="/account")

    assert "Send a new link" not in answer.text
    assert len(counted) <= 11
    assert sent.headers["Location"] == page
    assert "This person needs no invitation." in desk.get(page).text


def test_the_password_must_be_fresh(desk: Browser, web_shop: Shop, house: House) -> None:
    token = desk.token("/account")
    page = f"/setup/people/{house.clerk.public_id}"
    with web_shop.database.write() as session:
        session.execute(update(User).where(User.id == house.clerk.id).values(password=None))

    stale = Browser(desk.url)
    stale.http.cookies.update(desk.http.cookies)
    posts = ["/setup/people", page, f"{page}/invitation", f"{page}/invitation/delete"]
    forget_freshness(web_shop)

    answers = [stale.post_raw(path, {"csrf_token": token}) for path in posts]

    assert {one.headers.get("Location") for one in answers} == {"/verify"}


def forget_freshness(shop: Shop) -> None:
    """As after a quarter of an hour."""
    with shop.database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": 0}
