"""kill -9 at every commit and call of one sale, and again while it is being mended."""

from dataclasses import replace

import pytest

from komet_shop.sandboxes.komet import KometSandboxServer
from tests.conftest import MovableClock
from tests.crash.agreement import require_agreement
from tests.crash.forked import process
from tests.crash.house import Order
from tests.crash.mending import FIRST_ROUND, mend
from tests.crash.points import AFTER_THE_CALL, MENDING, SALE
from tests.world import World


def test_the_points_are_counted(order: Order) -> None:
    passed = process(order)

    assert passed == list(SALE)


@pytest.mark.parametrize("kill_at", range(1, 1 + len(SALE)))
def test_a_killed_sale_is_charged_once_or_never(
    order: Order, world: World, komet: KometSandboxServer, clock: MovableClock, kill_at: int
) -> None:
    assert process(replace(order, kill_at=kill_at)) is None

    mend(order, world, clock)

    require_agreement(world, komet)


def test_the_points_of_mending_are_counted(order: Order, clock: MovableClock) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    clock.advance(seconds=FIRST_ROUND)

    passed = process(replace(order, job="mend"))

    assert passed == list(MENDING)


@pytest.mark.parametrize(
    "mending_kill_at",
    [
        pytest.param(at, marks=() if at % 6 == 0 else pytest.mark.full)
        for at in range(1, 1 + len(MENDING))
    ],
)
def test_a_second_kill_while_mending_changes_nothing(
    order: Order,
    world: World,
    komet: KometSandboxServer,
    clock: MovableClock,
    mending_kill_at: int,
) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    clock.advance(seconds=FIRST_ROUND)
    assert process(replace(order, job="mend", kill_at=mending_kill_at)) is None

    mend(order, world, clock)

    require_agreement(world, komet)


def test_the_broken_twin_is_caught(order: Order, world: World, komet: KometSandboxServer) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))

    process(replace(order, job="mend_by_sending_again"))

    with pytest.raises(AssertionError, match="<= 1"):
        require_agreement(world, komet)
    assert len(world.booked()) > 1
