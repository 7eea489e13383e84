"""Help for staff says what concerns its reader, and nothing about other people's screens."""

import pytest
from sqlalchemy import update

from komet_shop.models import User
from komet_shop.services.shop import Shop
from tests.web.reviews.conftest import Sit
from tests.web.reviews.desk import Desk, hire
from tests.web.spanish import english_left
from tests.web.storefront.buying import words
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HELP = "/help/staff"


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        ("sales", ["Customers"]),
        ("receivables", ["Reviews", "Customers"]),
        ("setup", ["Customers", "Settings"]),
        ("sales_manager", ["Customers", "Roles"]),
        ("admin", ["Reviews", "Customers", "Settings", "Roles"]),
    ],
)
def test_everybody_reads_about_their_own_screens(
    sit: Sit, shop: Shop, world: World, role: str, parts: list[str]
) -> None:
    page = sit(hire(shop, world, role)).get(HELP).text

    titles = ("Reviews", "Customers", "Settings", "Roles")
    assert [one for one in titles if f'-title">{one}</h2>' in page] == parts


def test_it_is_what_the_staff_menu_leads_to(desk: Desk) -> None:
    page = desk.page("/reviews")

    assert f'href="{HELP}"' in page
    assert 'href="/help"' not in page


def test_it_says_what_each_state_means(desk: Desk) -> None:
    shown = words(desk.page(HELP))

    assert "Unclear The card processor has not said yet whether it charged the card." in shown


def test_buyers_have_their_own(desk: Desk, world: World, sit: Sit, shop: Shop) -> None:
    buyer = sit(hire(shop, world, "buyer"))

    assert buyer.get(HELP).status_code == 403


def test_it_is_spanish(sit: Sit, shop: Shop, world: World) -> None:
    browser = sit(hire(shop, world, "admin"))
    with shop.database.write() as session:
        session.execute(update(User).values(locale="es"))

    assert english_left(browser.get(HELP).text) == []
