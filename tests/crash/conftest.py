"""A cart that is paid with a card on file, between a gateway and a Komet that forgive nothing."""

from collections.abc import Iterator

import pytest
import requests
from komet_clearent.sandbox.program import SandboxServer

from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.crash.house import Order
from tests.crash.surroundings import environment
from tests.world import World

pytest.register_assert_rewrite("tests.crash.agreement", "tests.crash.buyer")


@pytest.fixture
def gateway() -> Iterator[SandboxServer]:
    """A gateway that does not notice duplicates: nothing but the shop prevents them."""
    with SandboxServer() as server:
        requests.post(
            f"{server.url}/_control/assumptions",
            json={"duplicate_rule_default_on": False},
            timeout=5,
        ).raise_for_status()
        yield server


@pytest.fixture
def komet(clock: MovableClock) -> Iterator[KometSandboxServer]:
    """A Komet that books twice what it is told twice."""
    with KometSandboxServer(clock_file=clock.path) as server:
        yield server


@pytest.fixture
def world(shop: Shop, gateway: SandboxServer, komet: KometSandboxServer) -> World:
    """A cart whose order and payment Komet can book."""
    return World.build(shop, gateway, komet)


@pytest.fixture
def order(world: World, komet: KometSandboxServer) -> Order:
    """A click on the pay button with a saved card: a token that could be charged twice."""
    return Order(
        environment=environment(world.shop, komet),
        scope=world.scope,
        click=world.click(saved_card=world.keep_card()),
        job="pay",
    )
