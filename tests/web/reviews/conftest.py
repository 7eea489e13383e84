"""A clerk of the location where somebody has just paid, and the shop served over real HTTP."""

from collections.abc import Callable, Iterator

import pytest

from komet_shop.services.shop import Shop
from tests.web.browser import Browser
from tests.web.conftest import sitting
from tests.web.reviews.desk import Desk, hire
from tests.world import World

Sit = Callable[[str], Browser]


@pytest.fixture
def sit(shop: Shop, world: World) -> Iterator[Sit]:
    """A browser in which the person of that address has logged in."""
    with sitting(shop) as log_in:
        yield log_in


@pytest.fixture
def desk(sit: Sit, shop: Shop, world: World) -> Desk:
    """The A/R clerk's."""
    email = hire(shop, world, "receivables")
    return Desk(browser=sit(email), world=world, email=email)
