"""Days that nobody would think of: random steps against the real services and a real gateway."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options
from sqlalchemy.engine import make_url

from komet_shop.config import Config
from tests.conftest import MovableClock, Places, shop_of
from tests.stateful.payments import Payments
from tests.world import World


def days(number: int, steps: int, *, derandomize: bool = False) -> settings:
    """So many examples with so many steps each; a failing one is printed as a program."""
    return settings(
        derandomize=derandomize,
        max_examples=number,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )


QUICK = {"sqlite": days(92, 30, derandomize=True), "postgresql": days(8, 30, derandomize=True)}
FULL = {"sqlite": days(180, 50), "postgresql": days(20, 50)}
EVERY_STEP, EVERY_FIFTH = 1, 5
"""A breach of the books stays: asking less often finds it a little later, and takes less time."""
PARTS = 10
"""Of the full run, so that several processes share it: 2,000 days on both databases."""


def test_whatever_happens_no_money_is_lost_or_doubled(
    places: Places, config: Config, clock: MovableClock
) -> None:
    live(QUICK, places, config, clock, check_every=EVERY_STEP)


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
def test_through_two_thousand_days_no_money_is_lost_or_doubled(
    places: Places, config: Config, clock: MovableClock, part: int
) -> None:
    live(FULL, places, config, clock, check_every=EVERY_FIFTH)


def live(
    days_on: Mapping[str, settings],
    places: Places,
    config: Config,
    clock: MovableClock,
    *,
    check_every: int,
) -> None:
    """Each day has an empty database and an empty gateway of its own."""
    kind = make_url(config.database_url).get_backend_name()
    with SandboxServer(Options(clock_file=clock.path)) as gateway:

        def open_world() -> tuple[World, MovableClock]:
            clock.path.write_text("0")
            gateway.sandbox.reset()
            database = places.open(places.lay(kind))
            configured = replace(config, gateway_url=gateway.url)
            return World.build(shop_of(configured, clock, database), gateway), clock

        run_state_machine_as_test(
            lambda: Payments(open_world, check_every=check_every), settings=days_on[kind]
        )
