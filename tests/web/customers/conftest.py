"""Staff before the pages of customers, and the shop served over real HTTP."""

from collections.abc import Callable, Iterator

import pytest

from komet_shop.services.shop import Shop
from tests.web.conftest import sitting
from tests.web.customers.office import Office
from tests.web.reviews.desk import hire
from tests.world import World

Sit = Callable[..., Office]


@pytest.fixture
def sit(shop: Shop, world: World) -> Iterator[Sit]:
    """An office in which a new person of that role has logged in."""
    with sitting(shop) as log_in:
        yield lambda role, **values: Office(
            browser=log_in(hire(shop, world, role, **values)), world=world
        )


@pytest.fixture
def office(sit: Sit) -> Office:
    """The administrator's."""
    return sit("admin")
