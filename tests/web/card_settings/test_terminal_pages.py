"""Terminals on screen, and the ways to pay beside them."""

import pytest
from sqlalchemy import select

from komet_shop.models import CardTerminal
from komet_shop.services.card_terminals import PAGE
from komet_shop.services.key_checks import Given
from komet_shop.services.terminal_changes import New, add
from tests.services.branches import MIAMI, QUITO, Branches
from tests.web.browser import Browser
from tests.web.card_settings.desk import form, send, words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LIST, NEW = "/setup/terminals", "/setup/terminals/new"
METHODS = "/setup/payment-methods"
KEY = "sekret-of-the-device-9876"


def added(admin: Browser, **values: str) -> str:
    """Add a terminal on screen; returns where it is shown."""
    fields = form(admin.get(NEW).text, LIST)
    given = {"location": MIAMI, "name": "Front counter", "serial": "PX-1", **values}
    answer = admin.post_raw(LIST, {**fields, **given})
    assert answer.status_code == 303, words(answer.text)
    page = admin.get(LIST).text
    return LIST + page.split(f'href="{LIST}/trm')[1].join(["/trm", ""]).split('"')[0]


def terminal(branches: Branches) -> CardTerminal:
    with branches.shop.database.read() as session:
        return session.scalars(select(CardTerminal)).one()


def test_a_terminal_is_added_and_says_that_its_keys_are_missing(admin: Browser) -> None:
    path = added(admin)

    assert "Front counter Miami PX-1 Keys missing Active" in words(admin.get(LIST).text)
    assert "Keys missing" in words(admin.get(path).text)


def test_keys_are_written_and_never_shown(admin: Browser, branches: Branches) -> None:
    path = added(admin)

    saved = send(admin, path, key_key=KEY, name="Back counter")

    page = admin.get(path).text
    assert saved.status_code == 303
    assert "•••• 9876" in page
    assert "sekret" not in page
    assert "Keys missing" not in page
    assert terminal(branches).name == "Back counter"


def test_the_same_device_is_refused_beside_its_field(admin: Browser) -> None:
    added(admin)
    fields = form(admin.get(NEW).text, LIST)

    refused = admin.post_raw(
        LIST, {**fields, "name": "Another", "serial": "px-1", "location": QUITO}
    )

    assert refused.status_code == 422
    assert "Another terminal of the company has this serial number." in words(refused.text)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "Give it a name"),
        ({"serial": ""}, "Enter the serial number"),
        ({"serial": "<b>"}, "Use letters, digits and dashes only."),
        ({"location": "NOWHERE"}, "Choose one of the list."),
    ],
)
def test_what_is_missing_is_said(admin: Browser, values: dict[str, str], said: str) -> None:
    fields = form(admin.get(NEW).text, LIST)

    refused = admin.post_raw(LIST, {**fields, "name": "Front", "serial": "PX-1", **values})

    assert refused.status_code == 422
    assert said in words(refused.text)


def test_it_is_deactivated_activated_and_deleted(admin: Browser, branches: Branches) -> None:
    path = added(admin)

    states = []
    for what in ("deactivate", "activate"):
        answer = send(admin, f"{path}/{what}", form(admin.get(path).text, f"{path}/{what}"))
        states.append((answer.status_code, terminal(branches).active))
    deleted = send(admin, f"{path}/delete", form(admin.get(path).text, f"{path}/delete"))

    assert states == [(303, False), (303, True)]
    assert deleted.status_code == 303
    assert "No terminal yet" in words(admin.get(LIST).text)
    assert admin.get(path).status_code == 404


def test_a_location_that_was_turned_off_takes_no_keys(admin: Browser, branches: Branches) -> None:
    path = added(admin)
    branches.stop(MIAMI, "disabled_contact_support")

    refused = send(admin, path, key_key=KEY)

    assert refused.status_code == 422
    assert "turned off for good at this location" in words(refused.text)


def test_a_long_list_has_pages(admin: Browser, branches: Branches) -> None:
    for number in range(PAGE + 1):
        keys = Given(environment="test", keys={})
        new = New(location=MIAMI, name=f"Counter {number}", serial=f"PX-{number}", keys=keys)
        add(branches.shop, branches.scope(), new)

    first = admin.get(LIST).text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = admin.get(following).text

    assert words(first).count("Keys missing") == PAGE
    assert words(second).count("Keys missing") == 1


def test_a_way_to_pay_is_deactivated_and_activated(admin: Browser, branches: Branches) -> None:
    path = f"{METHODS}/card_terminal"
    page = words(admin.get(METHODS).text)

    off = send(admin, f"{path}/deactivate", form(admin.get(METHODS).text, f"{path}/deactivate"))
    shown = words(admin.get(METHODS).text)
    on = send(admin, f"{path}/activate", form(admin.get(METHODS).text, f"{path}/activate"))

    assert "To stop only terminal payments, deactivate this method" in page
    assert (off.status_code, on.status_code) == (303, 303)
    assert "Credit Card (POS Terminal) Deactivated" in shown
    assert [entry.action for entry in branches.entries()] == [
        "payment_method_deactivated",
        "payment_method_activated",
    ]


def test_a_way_to_pay_that_nobody_knows_is_not_there(admin: Browser) -> None:
    token = admin.token(METHODS)

    answer = admin.post_raw(f"{METHODS}/barter/deactivate", {"csrf_token": token})

    assert answer.status_code == 404
