"""Two branches that take cards, the shop served over real HTTP, and people who log in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from komet_shop.app import create_app
from komet_shop.services.shop import Shop
from tests.services.branches import Branches
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.house import HASH

Sit = Callable[..., Browser]


@pytest.fixture
def branches(web_shop: Shop) -> Branches:
    """Miami and Quito."""
    return Branches.build(web_shop)


@pytest.fixture
def sit(web_shop: Shop, branches: Branches) -> Iterator[Sit]:
    """`sit("setup", at="MIA")`: a browser in which such a person has logged in."""
    with ExitStack() as stack:
        url = stack.enter_context(listening(create_app(web_shop.config, web_shop)))

        def log_in(role: str, **values: Any) -> Browser:
            user = branches.person(role, password=HASH, **values)
            browser = Browser(url)
            assert browser.log_in(user.email).status_code == 302
            return browser

        yield log_in


@pytest.fixture
def admin(sit: Sit) -> Browser:
    """Of all locations."""
    return sit("admin")
