"""A world whose gateway forgives nothing, a Komet beside it, and the matrix at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from komet_clearent.sandbox.assumptions import Assumptions
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

from komet_shop.config import Config, Secret
from komet_shop.models.database import Database
from komet_shop.plugin_api import Deadlines
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock, shop_of
from tests.faults import printed
from tests.faults.flows import Flow
from tests.faults.trial import PATIENT, Trial
from tests.world import World

pytest.register_assert_rewrite("tests.faults.agreement")

OpenShop = Callable[[str, Deadlines], Shop]
UNFORGIVING = Assumptions(duplicate_rule_default_on=False, jwt_seconds=10**6)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Name the cell in the reports."""
    printed.note(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the matrix, if any of it ran."""
    printed.print_matrix(terminalreporter)


@pytest.fixture
def gateway(clock: MovableClock) -> Iterator[SandboxServer]:
    """A gateway that prevents nothing: no duplicate is noticed, no one-time token grows old."""
    with SandboxServer(Options(clock_file=clock.path, assumptions=UNFORGIVING)) as server:
        yield server


@pytest.fixture
def komet(clock: MovableClock) -> Iterator[KometSandboxServer]:
    """A Komet that books twice what it is told twice."""
    with KometSandboxServer(clock_file=clock.path) as server:
        yield server


@pytest.fixture
def open_shop(
    config: Config, clock: MovableClock, database: Database, komet: KometSandboxServer
) -> Iterator[OpenShop]:
    """Joins the shop's parts to a gateway at an address, with deadlines for it."""
    told = replace(config, komet_url=komet.url, komet_token=Secret(komet.token), komet_seconds=15)
    with ExitStack() as ending:

        def at(gateway_url: str, deadlines: Deadlines) -> Shop:
            joined = replace(told, gateway_url=gateway_url, deadlines=deadlines)
            shop = shop_of(joined, clock, database)
            ending.callback(shop.bulkhead.drain)
            return shop

        yield at


@pytest.fixture
def world(open_shop: OpenShop, gateway: SandboxServer, komet: KometSandboxServer) -> World:
    """A buyer with a cart that Komet knows, at a shop that waits patiently for its gateway."""
    return World.build(open_shop(gateway.url, PATIENT), gateway, komet)


@pytest.fixture
def trial_of(
    world: World,
    komet: KometSandboxServer,
    clock: MovableClock,
    open_shop: OpenShop,
    tmp_path: Path,
) -> Iterator[Callable[[Flow], Trial]]:
    """Begins a trial of a flow in the world."""
    with ExitStack() as ending:
        yield lambda flow: Trial(
            flow=flow,
            world=world,
            komet=komet,
            clock=clock,
            open_shop_at=open_shop,
            folder=tmp_path,
            ending=ending,
        )
