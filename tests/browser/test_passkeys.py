"""Passkeys in a real browser, with a device that Chromium plays."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.demo import Demo, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASSKEYS = "/second-factor/passkeys"
BUILT_IN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
Owner = tuple[Person, "Devices"]


class Devices:
    """What the browser finds when a page asks for a passkey."""

    def __init__(self, person: Person) -> None:
        self._cdp: CDPSession = person.context.new_cdp_session(person.page)
        self._cdp.send("WebAuthn.enable")

    def plug_in(self, credentials: list[Any] | None = None) -> str:
        """A device, with what another one held."""
        added = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": BUILT_IN})
        device = str(added["authenticatorId"])
        for one in credentials or []:
            given = {"authenticatorId": device, "credential": one}
            self._cdp.send("WebAuthn.addCredential", given)
        return device

    def pull_out(self, device: str) -> list[Any]:
        """Take a device away; what it held."""
        named = {"authenticatorId": device}
        held = self._cdp.send("WebAuthn.getCredentials", named)["credentials"]
        self._cdp.send("WebAuthn.removeVirtualAuthenticator", named)
        return list(held)


@pytest.fixture
def person_of(chromium: Browser, demo: Demo) -> Iterator[Callable[[str], Owner]]:
    """Somebody of the demo by login, with devices; they leave without passkeys."""
    owners: list[Person] = []

    def start(who: str) -> Owner:
        person = Person(chromium, demo)
        owners.append(person)
        person.log_in(who, lands_at=f"^{demo.shop}/(?!login)")
        return person, Devices(person)

    yield start
    for person in owners:
        _remove_all(person.page, demo)
        problems = person.problems
        person.leave()
        assert problems == []


def _remove_all(page: Page, demo: Demo) -> None:
    page.goto(demo.shop + PASSKEYS)
    remove = page.get_by_role("button", name=re.compile("^Remove "))
    while remove.count():
        left = remove.count()
        remove.first.click()
        expect(remove).to_have_count(left - 1)


def _add(page: Page, demo: Demo, name: str) -> None:
    page.goto(demo.shop + PASSKEYS)
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("main").get_by_text(name, exact=True)).to_be_visible()


def _give_password(person: Person, demo: Demo, who: str) -> None:
    person.context.clear_cookies()
    person.log_in(who, lands_at="/second-factor/passkey")


def test_a_passkey_is_asked_for_after_the_password_and_lets_in(
    person_of: Callable[[str], Owner], demo: Demo
) -> None:
    person, devices = person_of("credit_manager")
    devices.plug_in()
    page = person.page
    _add(page, demo, "Desk computer")

    page.goto(f"{demo.shop}/account")
    page.locator("details", has_text="Log out").locator("summary").click()
    page.get_by_role("button", name="Log out").click()
    person.log_in("credit_manager", lands_at="/second-factor/passkey")
    page.goto(f"{demo.shop}/account")
    after_password = page.url
    person.log_in("credit_manager", lands_at="/second-factor/passkey")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "second-factor" not in url)

    assert "/login" in after_password
    page.goto(f"{demo.shop}/account")
    assert page.url == f"{demo.shop}/account"


@pytest.mark.full
def test_a_removed_passkey_lets_nobody_in_and_another_one_does(
    person_of: Callable[[str], Owner], demo: Demo
) -> None:
    person, devices = person_of("credit_manager")
    page = person.page
    old = devices.plug_in()
    _add(page, demo, "Old phone")
    page.goto(demo.shop + PASSKEYS)
    page.get_by_label("Name of the new passkey").fill("Again")
    page.keyboard.press("Enter")
    expect(page.get_by_text("has a passkey of yours for the shop already")).to_be_visible()
    held = devices.pull_out(old)
    new = devices.plug_in()
    _add(page, demo, "New phone")
    page.get_by_role("button", name="Remove Old phone").click()
    expect(page.get_by_text("Old phone is removed")).to_be_visible()

    _give_password(person, demo, "credit_manager")
    kept = devices.pull_out(new)
    lost = devices.plug_in(held)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("alert").get_by_text("The device did not answer")).to_be_visible()
    devices.pull_out(lost)
    devices.plug_in(kept)
    page.get_by_role("button", name="Ask the device again").click()

    page.wait_for_url(lambda url: "second-factor" not in url)


@pytest.mark.full
def test_who_was_away_proves_it_with_password_and_passkey(
    person_of: Callable[[str], Owner], demo: Demo
) -> None:
    person, devices = person_of("credit_manager")
    page = person.page
    devices.plug_in()
    _add(page, demo, "Desk computer")

    page.goto(f"{demo.shop}/verify?next={PASSKEYS}")
    page.get_by_label("Password").fill(demo.ready["logins"]["credit_manager"]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/verify/passkey"))
    page.keyboard.press("Enter")

    page.wait_for_url(demo.shop + PASSKEYS)
    expect(page.get_by_text("Thank you. You can go on.")).to_be_visible()
