"""All pages of the shop, served over real HTTP to an administrator."""

from collections.abc import Iterator

import pytest

from komet_shop.app import create_app
from komet_shop.services.shop import Shop
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.house import House


@pytest.fixture
def desk(web_shop: Shop, house: House) -> Iterator[Browser]:
    """The administrator's browser."""
    with listening(create_app(web_shop.config, web_shop)) as url:
        browser = Browser(url)
        assert browser.log_in(house.admin.email).status_code == 302
        yield browser
