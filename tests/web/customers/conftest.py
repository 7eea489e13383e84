"""Staff before the pages of customers, and the shop served over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from komet_shop.app import create_app
from komet_shop.services.shop import Shop
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.customers.office import Office
from tests.web.reviews.desk import hire
from tests.world import World

Sit = Callable[..., Office]


@pytest.fixture
def sit(shop: Shop, world: World) -> Iterator[Sit]:
    """An office in which a new person of that role has logged in."""
    with ExitStack() as stack:
        url = stack.enter_context(listening(create_app(shop.config, shop)))

        def log_in(role: str, **values: object) -> Office:
            browser = Browser(url)
            assert browser.log_in(hire(shop, world, role, **values)).status_code == 302  # type: ignore[arg-type]  # columns of a user
            return Office(browser=browser, world=world)

        yield log_in


@pytest.fixture
def office(sit: Sit) -> Office:
    """The administrator's."""
    return sit("admin")
