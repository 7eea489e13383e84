"""An administrator before a location that has nothing yet, and the shop over real HTTP."""

from collections.abc import Callable, Iterator

import pytest
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import update

from komet_shop.models import User
from komet_shop.services.shop import Shop
from tests.services.branch import Branch
from tests.web.browser import Browser
from tests.web.conftest import sitting
from tests.web.house import HASH

Sit = Callable[[str], Browser]


@pytest.fixture
def branch(shop: Shop, gateway: SandboxServer) -> Branch:
    """A location with nothing; its administrator can log in."""
    built = Branch.build(shop, gateway)
    with shop.database.write() as session:
        session.execute(update(User).values(password=HASH))
    return built


@pytest.fixture
def sit(shop: Shop, branch: Branch) -> Iterator[Sit]:
    """A browser in which the person of that address has logged in."""
    with sitting(shop) as log_in:
        yield log_in


@pytest.fixture
def admin(sit: Sit, branch: Branch) -> Browser:
    """The administrator's browser."""
    return sit(branch.admin)
