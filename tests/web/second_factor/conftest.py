"""The whole shop, served where a second factor is needed, and an authenticator app."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from passlib.totp import TOTP
from sqlalchemy import select, update

from komet_shop.app import create_app
from komet_shop.config import Secret
from komet_shop.domain.permissions import SECOND_FACTOR, roles_with
from komet_shop.models import User
from komet_shop.models.database import Database
from komet_shop.services import second_factor, totp_keys
from komet_shop.services.shop import Shop
from tests import factories
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.house import House

HALF_MINUTE = 30
NEEDED_BY = frozenset(role for needed in SECOND_FACTOR for role in roles_with(needed))
Open = Callable[..., Browser]


@dataclass
class App:
    """An authenticator app with one key. Each code is of another half minute than the last."""

    key: str
    ahead: int = 0

    def code(self) -> str:
        """A code that was not used before; two at most: clocks may differ by half a minute."""
        at = time.time() + self.ahead * HALF_MINUTE
        self.ahead += 1
        return str(TOTP(key=self.key, format="base32").generate(at).token)


@pytest.fixture
def opened(web_shop: Shop, house: House) -> Iterator[Open]:
    """Serves the whole shop: `opened()`, or with another configuration; a new browser."""
    assert house
    with ExitStack() as stack:

        def start(limits: Any = None, **changes: Any) -> Browser:
            config = replace(web_shop.config, **{"second_factor_roles": NEEDED_BY, **changes})
            more = {} if limits is None else {"limits": limits}
            app = create_app(config, replace(web_shop, config=config), **more)
            return Browser(stack.enter_context(listening(app)))

        yield start


@pytest.fixture
def phone(database: Database, house: House) -> App:
    """The phone of the clerk, who has a second factor."""
    app = App(str(TOTP.new().base32_key))
    sealed = totp_keys.seal(Secret(app.key), factories.MASTER_KEY)
    with database.write() as session:
        session.execute(
            update(User)
            .where(User.id == house.clerk.id)
            .values(tf_primary_method="authenticator", tf_totp_secret=sealed)
        )
    return app


@pytest.fixture
def codes(database: Database, house: House, phone: App) -> list[str]:
    """The clerk's recovery codes."""
    assert phone
    with database.write() as session:
        clerk = session.scalars(select(User).where(User.id == house.clerk.id)).unique().one()
        return second_factor.new_recovery_codes(clerk)
