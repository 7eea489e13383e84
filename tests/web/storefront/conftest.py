"""A florist with a login, a shelf of flowers, and the shop served over real HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import insert, select

from komet_shop.app import create_app
from komet_shop.models import Company, Role, buyer_customer
from komet_shop.services.shop import Shop
from tests import factories
from tests.services.florist import Florist
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.house import HASH
from tests.web.storefront.buying import Buying

EMAIL = "florist@people.example"
STRANGER = "stranger@people.example"


@pytest.fixture
def florist(shop: Shop, gateway: SandboxServer) -> Florist:
    """A buyer who can log in, at a location that takes cards."""
    made: Florist = Florist.build(shop)
    keys = gateway.accounts[0]
    with shop.database.write() as session:
        customer, location, buyer = made.rows(session)
        made.link(session)
        buyer.email, buyer.password = EMAIL, HASH
        buyer.roles.append(factories.make_role(session, "buyer"))
        factories.make_card_settings(session, location)
        settings = {"api_key": keys["api_key"], "public_key": keys["public_key"]}
        factories.make_account(session, location, settings)
        customer.name = "Fern & Fable Floral"
    return made


@pytest.fixture
def serve(shop: Shop) -> Iterator[ExitStack]:
    """Keeps what is served until the test ends."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def visitor(shop: Shop, florist: Florist, serve: ExitStack) -> Browser:
    """A browser at the shop; nobody has logged in."""
    return Browser(serve.enter_context(listening(create_app(shop.config, shop))))


@pytest.fixture
def browser(visitor: Browser) -> Browser:
    """The florist's browser, logged in."""
    assert visitor.log_in(EMAIL).status_code == 302
    return visitor


@pytest.fixture
def buying(browser: Browser, florist: Florist, gateway: SandboxServer) -> Buying:
    """The florist on the way to the till, with two boxes of a red rose in the cart."""
    line = florist.shelve(name="Roses Freedom 50 cm", variety="Freedom")
    florist.add(line, boxes=2)
    return Buying(browser=browser, florist=florist, gateway=gateway, line=line)


@pytest.fixture
def stranger(visitor: Browser, florist: Florist, shop: Shop) -> Browser:
    """A buyer of another customer, in a browser of their own."""
    with shop.database.write() as session:
        role = session.scalars(select(Role).where(Role.name == "buyer")).one()
        company = session.get_one(Company, florist.company_id)
        customer = factories.make_customer(session, company, name="Stranger Stems")
        other = factories.make_user(session, company, email=STRANGER, password=HASH, roles=[role])
        session.execute(insert(buyer_customer).values(user_id=other.id, customer_id=customer.id))
    another = Browser(visitor.url)
    assert another.log_in(STRANGER).status_code == 302
    return another
