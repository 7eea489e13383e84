"""Who decides about card payments, and where."""

import pytest
from sqlalchemy import select

from komet_shop.domain.permissions import ROLES
from komet_shop.models import WebSession
from komet_shop.services.key_checks import Given
from komet_shop.services.terminal_changes import New, add
from tests.services.branches import MIAMI as MIAMI_CODE
from tests.services.branches import QUITO as QUITO_CODE
from tests.services.branches import Branches, deciding
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.card_settings.conftest import Sit
from tests.web.card_settings.desk import COMPANY, MIAMI, QUITO, drawn, send, words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TERMINALS, METHODS = "/setup/terminals", "/setup/payment-methods"
OTHERS = sorted(set(ROLES) - {"admin", "setup"})


@pytest.fixture
def terminal(branches: Branches) -> str:
    """Where a terminal in Quito is shown."""
    keys = Given(environment="test", keys={})
    new = New(location=QUITO_CODE, name="Front", serial="PX-1", keys=keys)
    return f"{TERMINALS}/{add(branches.shop, branches.scope(), new)}"


def answers(browser: Browser, terminal: str) -> dict[str, int]:
    """What every page and every button of the area answers, by the order of asking."""
    token = browser.token("/account")
    pages = (COMPANY, MIAMI, QUITO, METHODS, TERMINALS, f"{TERMINALS}/new", terminal)
    posts = (
        COMPANY,
        MIAMI,
        QUITO,
        f"{METHODS}/cash/deactivate",
        f"{METHODS}/cash/activate",
        TERMINALS,
        terminal,
        f"{terminal}/deactivate",
        f"{terminal}/activate",
        f"{terminal}/delete",
    )
    found = {f"GET {path}": browser.get(path).status_code for path in pages}
    for path in posts:
        answer = browser.post_raw(path, {"csrf_token": token, "name": "Front"})
        found[f"POST {path}"] = answer.status_code
    return found


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_find_nothing_open(sit: Sit, terminal: str, role: str) -> None:
    found = answers(sit(role, at=MIAMI_CODE), terminal)

    assert set(found.values()) == {403}


def test_setup_decides_for_its_locations_and_not_for_the_company(sit: Sit, terminal: str) -> None:
    browser = sit("setup", at=MIAMI_CODE)

    found = answers(browser, terminal)

    allowed = {one: status for one, status in found.items() if status not in (403, 404)}
    assert allowed == {
        f"GET {COMPANY}": 200,
        f"GET {MIAMI}": 200,
        f"GET {METHODS}": 200,
        f"GET {TERMINALS}": 200,
        f"GET {TERMINALS}/new": 200,
        f"POST {MIAMI}": 409,
        f"POST {TERMINALS}": 422,
    }
    assert {one for one, status in found.items() if status == 403} == {
        f"POST {COMPANY}",
        f"POST {METHODS}/cash/deactivate",
        f"POST {METHODS}/cash/activate",
    }


def test_an_administrator_decides_everywhere(sit: Sit, terminal: str) -> None:
    found = answers(sit("admin"), terminal)

    assert not {403, 404} & set(found.values())


def test_setup_saves_its_location_and_sees_no_other(
    sit: Sit, branches: Branches, terminal: str
) -> None:
    browser = sit("setup", at=MIAMI_CODE)

    saved = send(browser, MIAMI, ecommerce_on="on")

    assert saved.status_code == 303
    assert branches.location_row(MIAMI_CODE).ecommerce_on is True
    assert "Quito" not in browser.get(f"{TERMINALS}/new").text
    assert "Front" not in browser.get(TERMINALS).text.split("<main")[1]
    assert "Deactivate Cash" not in browser.get(METHODS).text


def test_setup_reads_what_the_company_decided(sit: Sit, branches: Branches) -> None:
    branches.save(None, deciding(ecommerce_on=True))
    browser = sit("setup", at=MIAMI_CODE)

    page = browser.get(COMPANY).text

    assert "For reading only" in words(page)
    assert "Enable Dummy in E-Commerce on Allow Salespeople" in words(page)
    assert "Miami Takes cards on" in words(page)
    assert "Quito" not in words(page)
    assert f'action="{COMPANY}"' not in page


@pytest.mark.parametrize("path", [COMPANY, MIAMI, f"{METHODS}/cash/deactivate", TERMINALS])
def test_a_forged_post_is_refused(admin: Browser, branches: Branches, path: str) -> None:
    answer = admin.post_raw(path, {"ecommerce_on": "y", "name": "Front"})

    assert answer.status_code == 400
    assert branches.entries() == []


def test_a_stranger_is_asked_to_log_in(admin: Browser) -> None:
    stranger = Browser(admin.url)

    assert stranger.get(MIAMI).headers["Location"] == f"/login?next={MIAMI}"


def test_the_password_is_asked_again_before_anything_is_changed(
    admin: Browser, branches: Branches, terminal: str
) -> None:
    fields = drawn(admin, MIAMI)
    _forget_the_password(branches)

    pages = [admin.get(path).text for path in (MIAMI, METHODS, terminal, f"{TERMINALS}/new")]
    refused = send(admin, MIAMI, fields, ecommerce_on="on")

    assert all("Your password, please" in words(page) for page in pages)
    assert all(">Save<" not in page and "Deactivate</button>" not in page for page in pages)
    assert (refused.status_code, refused.headers["Location"]) == (303, "/verify")
    assert branches.location_row(MIAMI_CODE).ecommerce_on is None


def _forget_the_password(branches: Branches) -> None:
    """As if it had been given long ago."""
    with branches.shop.database.write() as session:
        row = session.scalars(select(WebSession)).one()
        row.data = {**row.data, "fs_paa": 0}


@pytest.mark.parametrize("path", [COMPANY, MIAMI, TERMINALS, METHODS])
def test_a_page_costs_the_same_however_much_there_is(
    admin: Browser, branches: Branches, path: str
) -> None:
    admin.get(path)
    engine = branches.shop.database.engine

    with count_statements(engine) as few:
        admin.get(path)
    for number in range(5):
        branches.open_branch(f"B{number}")
        keys = Given(environment="test", keys={})
        new = New(location=MIAMI_CODE, name=f"Front {number}", serial=f"PX-{number}", keys=keys)
        add(branches.shop, branches.scope(), new)
    with count_statements(engine) as many:
        admin.get(path)

    assert len(few) == len(many)
