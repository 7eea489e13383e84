"""Card settings for somebody who reads Spanish: no text of the shop is left in English."""

import pytest
from sqlalchemy import update

from komet_shop.models import User
from komet_shop.services.key_checks import Given
from komet_shop.services.terminal_changes import New, add
from tests.services.branches import MIAMI as MIAMI_CODE
from tests.services.branches import QUITO as QUITO_CODE
from tests.services.branches import Branches
from tests.web.browser import Browser
from tests.web.card_settings.conftest import Sit
from tests.web.card_settings.desk import COMPANY, MIAMI, QUITO, drawn, send
from tests.web.spanish import english_left

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TERMINALS, METHODS = "/setup/terminals", "/setup/payment-methods"
KOMETS = {"Order Entry"}
"""Names of Komet's screens, the same in every language."""


@pytest.fixture
def reader(admin: Browser, branches: Branches) -> Browser:
    """The administrator."""
    with branches.shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    return admin


def english(html: str) -> list[str]:
    return [text for text in english_left(html) if text not in KOMETS]


def left(reader: Browser, *paths: str) -> dict[str, list[str]]:
    """English on each of these pages."""
    found = {path: english(reader.get(path).text) for path in paths}
    return {path: texts for path, texts in found.items() if texts}


def test_settings_are_spanish(reader: Browser, branches: Branches) -> None:
    branches.stop(QUITO_CODE)

    page = reader.get(COMPANY).text

    assert left(reader, COMPANY, MIAMI, QUITO) == {}
    assert '<html lang="es"' in page


def test_what_is_only_read_is_spanish(sit: Sit) -> None:
    reader = sit("setup", at=MIAMI_CODE, locale="es")

    assert left(reader, COMPANY, METHODS) == {}


def test_refusals_and_previews_are_spanish(reader: Browser, branches: Branches) -> None:
    branches.customer(buyers=2)
    old = drawn(reader, COMPANY)
    wrong = {"fee_type": "surcharge", "percent": "9", "blocked_states": "ZZ"}

    refused = send(reader, COMPANY, **wrong)
    preview = send(reader, COMPANY, ecommerce_on="y")
    send(reader, MIAMI, preauthorization_on="on")
    out_of_date = send(reader, COMPANY, old)

    pages = (refused, preview, out_of_date)
    assert [page.status_code for page in pages] == [422, 200, 409]
    assert [english(page.text) for page in pages] == [[], [], []]


def test_terminals_and_methods_are_spanish(reader: Browser, branches: Branches) -> None:
    empty = left(reader, TERMINALS)
    keys = Given(environment="test", keys={})
    new = New(location=MIAMI_CODE, name="Front", serial="PX-1", keys=keys)
    terminal = f"{TERMINALS}/{add(branches.shop, branches.scope(), new)}"

    assert empty == {}
    assert left(reader, TERMINALS, f"{TERMINALS}/new", terminal, METHODS) == {}
