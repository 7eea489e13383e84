"""Customers for somebody who reads Spanish: no text of the shop is left in English."""

import pytest
from sqlalchemy import update

from komet_shop.models import Company, User
from tests.web.customers.conftest import Sit
from tests.web.customers.office import Office
from tests.web.spanish import english_left

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON = "y"
KOMETS = {"Order Entry"}
"""Names of Komet's screens, the same in every language."""


def speak_spanish(office: Office) -> Office:
    with office.world.shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    return office


@pytest.fixture
def oficina(office: Office) -> Office:
    """The administrator's, in Spanish."""
    return speak_spanish(office)


def english(html: str) -> list[str]:
    return [text for text in english_left(html) if text not in KOMETS]


def left(office: Office, *paths: str) -> dict[str, list[str]]:
    """English on each of these pages."""
    found = {path: english(office.browser.get(path).text) for path in paths}
    return {path: texts for path, texts in found.items() if texts}


def test_lists_and_pages_are_spanish(oficina: Office) -> None:
    oficina.open_branch("Quito")
    oficina.decide(card_rule="restricted", currency="CAD", credit_hold=True)
    with oficina.world.shop.database.write() as session:
        session.execute(update(Company).values(currency="EUR"))
    lists = ("/customers", "/customers?account=hold", "/customers?q=nobody")

    assert left(oficina, *lists, oficina.path, f"{oficina.path}/advanced") == {}


def test_effects_problems_and_conflicts_are_spanish(oficina: Office) -> None:
    oficina.add_buyers(2)
    old = oficina.form()

    preview = oficina.press({**old, "require": ON, "credit": "here", "limit": "0", "hold": ON})
    wrong = oficina.press({**old, "require": ON, "restrict": ON, "credit": "here", "limit": "x"})
    oficina.change(restrict=ON, fee_exempt=ON, confirmation=ON)
    late = oficina.press(old)

    assert [one.status_code for one in (preview, wrong, late)] == [200, 422, 409]
    assert [english(one.text) for one in (preview, wrong, late)] == [[], [], []]


def test_reading_only_is_spanish(sit: Sit) -> None:
    oficina = speak_spanish(sit("cashier"))

    assert left(oficina, f"{oficina.path}/advanced") == {}
