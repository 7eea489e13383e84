"""A cart that is paid with a card on file, between a gateway and a Komet that forgive nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from komet_clearent.sandbox.assumptions import Assumptions
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

from komet_shop.config import Config, Secret
from komet_shop.plugin_api import Deadlines
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.crash.flows import Flow
from tests.crash.house import Order
from tests.crash.surroundings import environment
from tests.crash.trial import Trial
from tests.world import World

pytest.register_assert_rewrite("tests.crash.agreement", "tests.crash.buyer", "tests.crash.forked")

PATIENT = Deadlines(connect=5, total=5)
UNFORGIVING = Assumptions(duplicate_rule_default_on=False)


@pytest.fixture
def gateway(clock: MovableClock) -> Iterator[SandboxServer]:
    """A gateway that does not notice duplicates: nothing but the shop prevents them."""
    with SandboxServer(Options(clock_file=clock.path, assumptions=UNFORGIVING)) as server:
        yield server


@pytest.fixture
def komet(clock: MovableClock) -> Iterator[KometSandboxServer]:
    """A Komet that books twice what it is told twice."""
    with KometSandboxServer(clock_file=clock.path) as server:
        yield server


@pytest.fixture
def config(config: Config, komet: KometSandboxServer) -> Config:
    """Told where Komet is, and patient: the machine may be busy."""
    return replace(
        config,
        deadlines=PATIENT,
        komet_url=komet.url,
        komet_token=Secret(komet.token),
        komet_seconds=5,
    )


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


@pytest.fixture
def trial_of(
    world: World, komet: KometSandboxServer, clock: MovableClock
) -> Callable[[Flow], Trial]:
    """Puts a flow on trial, up to its click."""
    told = environment(world.shop, komet)
    return lambda flow: Trial(flow=flow, world=world, komet=komet, clock=clock, environment=told)
