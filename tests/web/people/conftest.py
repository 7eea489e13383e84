"""All pages of the shop, served over real HTTP to people who look after people."""

from collections.abc import Callable, Iterator

import pytest

from komet_shop.app import create_app
from komet_shop.models import Role, User
from komet_shop.services.shop import Shop
from tests import factories
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.house import HASH, House

Sit = Callable[[User], Browser]


@pytest.fixture
def address(web_shop: Shop, house: House) -> Iterator[str]:
    """Where the shop is served."""
    with listening(create_app(web_shop.config, web_shop)) as url:
        yield url


@pytest.fixture
def sit(address: str) -> Sit:
    """A browser in which somebody has logged in."""

    def log_in(person: User) -> Browser:
        browser = Browser(address)
        assert browser.log_in(person.email).status_code == 302
        return browser

    return log_in


@pytest.fixture
def desk(sit: Sit, house: House) -> Browser:
    """The administrator's browser."""
    return sit(house.admin)


@pytest.fixture
def manager(web_shop: Shop, house: House) -> User:
    """A sales manager."""
    with web_shop.database.write() as session:
        role: Role = factories.make_role(session, "sales_manager")
        email = "manager@people.example"
        return factories.make_user(session, house.company, email=email, password=HASH, roles=[role])
