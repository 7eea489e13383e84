"""Two branches that take cards, the shop served over real HTTP, and people who log in."""

from collections.abc import Callable, Iterator

import pytest

from komet_shop.services.shop import Shop
from tests.services.branches import Branches
from tests.web.browser import Browser
from tests.web.conftest import sitting
from tests.web.house import HASH

Sit = Callable[..., Browser]


@pytest.fixture
def branches(web_shop: Shop) -> Branches:
    """Miami and Quito."""
    return Branches.build(web_shop)


@pytest.fixture
def sit(web_shop: Shop, branches: Branches) -> Iterator[Sit]:
    """`sit("setup", at="MIA")`: a browser in which such a person has logged in."""
    with sitting(web_shop) as log_in:
        yield lambda role, **values: log_in(branches.person(role, password=HASH, **values).email)


@pytest.fixture
def admin(sit: Sit) -> Browser:
    """Of all locations."""
    return sit("admin")
