"""The worker's rounds after a crash."""

from dataclasses import replace

from sqlalchemy import select

from komet_shop.domain.operation_states import UNSETTLED
from komet_shop.models import Operation
from tests.conftest import MovableClock
from tests.crash import house
from tests.crash.house import Order
from tests.world import World

FIRST_ROUND = 130
"""Seconds after which the worker gives up what was not sent, and asks about what was."""
ROUNDS = (FIRST_ROUND, 500, *[90] * 8)
"""Seconds between rounds: three noes after ten minutes, and leases of a killed worker."""


def unsettled(world: World) -> list[int]:
    """Operations of which nobody knows yet what became of them."""
    with world.shop.database.read() as session:
        return list(session.scalars(select(Operation.id).where(Operation.state.in_(UNSETTLED))))


def mend(order: Order, world: World, clock: MovableClock) -> None:
    """Let the worker do its rounds until nothing is unsettled."""
    for seconds in ROUNDS:
        clock.advance(seconds=seconds)
        house.do(world.shop, replace(order, job="mend"))
        if not unsettled(world) and not world.waiting():
            return
