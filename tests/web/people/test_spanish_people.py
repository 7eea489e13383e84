"""People and invitations for a reader of Spanish: no label in English."""

import pytest

from tests.web.browser import Browser
from tests.web.house import House
from tests.web.spanish import english_left

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "path",
    [
        "/setup/people",
        "/setup/people?text=nobody-like-that",
        "/setup/people/new?kind=staff",
        "/setup/people/new?kind=ecommerce",
        "/setup/people/{clerk}",
        "/setup/people/{admin}",
        "/invitation/made-up",
    ],
)
def test_a_page_has_no_english_left(desk: Browser, house: House, path: str) -> None:
    found = path.format(clerk=house.clerk.public_id, admin=house.admin.public_id)
    joint = "&" if "?" in found else "?"

    page = desk.get(f"{found}{joint}lang=es").text

    assert english_left(page) == []
