"""All pages of the shop, served over real HTTP to an administrator."""

from collections.abc import Iterator

import pytest

from komet_shop.services.shop import Shop
from tests.web.browser import Browser
from tests.web.conftest import sitting
from tests.web.house import House


@pytest.fixture
def desk(web_shop: Shop, house: House) -> Iterator[Browser]:
    """The administrator's browser."""
    with sitting(web_shop) as log_in:
        yield log_in(house.admin.email)
