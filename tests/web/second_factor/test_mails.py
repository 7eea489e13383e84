"""Whoever's password or second factor changes gets a mail about it, and nobody else does."""

from typing import Any

import pytest
from sqlalchemy import select

from komet_shop.models import Outbox, User
from komet_shop.models.database import Database
from komet_shop.services import letter_facts, security_mails
from komet_shop.services.letters import SecurityChange
from komet_shop.services.security_mails import CHANGES
from tests.factories import NOW
from tests.web.browser import PASSWORD, Browser
from tests.web.house import House
from tests.web.second_factor.conftest import App, Open
from tests.web.second_factor.device import PASSKEYS, add

SET_UP, CODE, CODES = "/second-factor/setup", "/second-factor", "/second-factor/recovery-codes"
NEW = "maple-tundra-quiet-89-lantern"


def _payloads(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        rows = session.scalars(select(Outbox.payload).order_by(Outbox.id))
        return [row for row in rows if row["template"] == "security"]


def _told(database: Database, person: User) -> list[str]:
    """What this person is told; nobody else is told anything."""
    payloads = _payloads(database)
    assert {one["user_id"] for one in payloads} <= {person.id}
    return [one["change"] for one in payloads]


def _logged_in(browser: Browser, person: User) -> Browser:
    assert browser.log_in(person.email).status_code == 302
    return browser


def test_passkeys_and_recovery_codes_are_told_to_their_owner(
    opened: Open, house: House, database: Database
) -> None:
    browser = _logged_in(opened(), house.buyer)

    add(browser)
    browser.post(CODES, {})
    browser.post("/second-factor/remove-passkey", {"name": "My phone"}, form=PASSKEYS)

    assert _told(database, house.buyer) == [
        "passkey_added",
        "recovery_codes_made",
        "passkey_removed",
    ]


def test_an_app_is_told_when_it_comes_and_goes(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    browser = _logged_in(opened(second_factor_roles=frozenset()), house.clerk)
    browser.post(CODE, {"code": phone.code()})
    after_login = _told(database, house.clerk)

    browser.post(SET_UP, {"setup": "disable"})

    assert after_login == []
    assert _told(database, house.clerk) == ["second_factor_removed"]


def test_a_reset_is_told_to_the_person_and_not_to_the_administrator(
    opened: Open, house: House, phone: App, database: Database
) -> None:
    desk = _logged_in(opened(second_factor_roles=frozenset()), house.admin)
    path = f"/setup/people/{house.clerk.public_id}/second-factor/reset"

    desk.post(path, {}, form="/account")
    desk.post(path, {}, form="/account")

    assert _told(database, house.clerk) == ["second_factor_reset"]


def test_a_new_password_is_told(opened: Open, house: House, database: Database) -> None:
    browser = _logged_in(opened(), house.buyer)

    browser.post("/change", {"password": "wrong", "new_password": NEW, "new_password_confirm": NEW})
    wrong = _told(database, house.buyer)
    fields = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    browser.post("/change", fields)

    assert wrong == []
    assert _told(database, house.buyer) == ["password_changed"]


def test_a_password_by_the_link_of_a_mail_is_told(
    opened: Open, house: House, database: Database
) -> None:
    browser = opened()
    browser.post("/reset", {"email": house.buyer.email})
    with database.read() as session:
        link = session.scalars(select(Outbox.payload)).one()["link"]
    path = link.removeprefix("http://localhost:5000")

    browser.post(path, {"password": NEW, "password_confirm": NEW})

    assert _told(database, house.buyer) == ["password_changed"]


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_the_mail_goes_to_the_person_alone(house: House, database: Database, change: str) -> None:
    with database.write() as session:
        security_mails.tell(session, house.clerk.id, change, NOW)

    [payload] = _payloads(database)
    with database.read() as session:
        readers = letter_facts.recipients(session, payload)
        letter = letter_facts.write(session, "k", {**payload, "to": readers[0].address})

    assert [reader.address for reader in readers] == [house.clerk.email]
    assert letter.content == SecurityChange(change=change, at=NOW)


def test_there_is_no_mail_about_other_things(house: House, database: Database) -> None:
    with database.write() as session, pytest.raises(ValueError, match="login"):
        security_mails.tell(session, house.clerk.id, "login", NOW)
