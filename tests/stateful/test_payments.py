"""Days that nobody would think of: random steps against the real services and a real gateway."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options
from sqlalchemy import Connection, event

from komet_shop.config import Config
from komet_shop.models.database import Database
from tests.conftest import MovableClock, shop_of
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


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(days(50, 30, derandomize=True), id="quick"),
        pytest.param(days(1_000, 50), id="full", marks=pytest.mark.full),
    ],
)
def test_whatever_happens_no_money_is_lost_or_doubled(
    fresh_url: Callable[[str], str],
    config: Config,
    clock: MovableClock,
    day: settings,
) -> None:
    statements: dict[Any, Any] = {}

    def share_statements(connection: Connection) -> None:
        """A new database for each day need not compile the same statements again."""
        connection.execution_options(compiled_cache=statements)

    with SandboxServer(Options(clock_file=clock.path)) as gateway:

        def open_world() -> tuple[World, MovableClock]:
            clock.path.write_text("0")
            gateway.sandbox.reset()
            database = Database(fresh_url(config.database_url.partition("+")[0].partition(":")[0]))
            event.listen(database.engine, "engine_connect", share_statements)
            configured = replace(config, gateway_url=gateway.url)
            return World.build(shop_of(configured, clock, database), gateway), clock

        run_state_machine_as_test(lambda: Payments(open_world), settings=day)
