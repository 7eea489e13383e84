"""kill -9 of `komet-shop serve` and `komet-shop worker`, at every commit and call of one sale."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import or_, select

from komet_shop.domain.operation_states import UNSETTLED
from komet_shop.models import Operation, Outbox
from komet_shop.sandboxes.komet import KometSandboxServer
from tests.conftest import MovableClock
from tests.crash import served
from tests.crash.agreement import require_agreement
from tests.crash.buyer import Buyer, let_log_in
from tests.crash.forked import process
from tests.crash.house import Order
from tests.crash.mending import unsettled
from tests.crash.points import AFTER_THE_CALL, MENDING, SALE
from tests.crash.served import PATIENCE, Machine
from tests.crash.surroundings import environment
from tests.worker.processes import eventually
from tests.world import World

STEP_SECONDS = 200
"""Longer than every lease and deadline; three of them are the ten minutes until a no counts."""
STEPS = 8
BOOKED = 1 + MENDING.index("after payment.receive")
"""Komet has the payment, and the shop has not written that down."""


def each_of(points: tuple[str, ...], *, quick: int = 0) -> pytest.MarkDecorator:
    """A test for each point to be killed at; at most one of them is quick."""
    values = [
        pytest.param(at, marks=() if at == quick else pytest.mark.full)
        for at in range(1, 1 + len(points))
    ]
    return pytest.mark.parametrize("kill_at", values)


@pytest.fixture
def machine(world: World, komet: KometSandboxServer, tmp_path: Path) -> Iterator[Machine]:
    """A machine that is switched on, with nothing running yet."""
    url = f"http://localhost:{served.free_port()}"
    with served.running(environment(world.shop, komet, BASE_URL=url), tmp_path) as opened:
        yield opened


@pytest.fixture
def buyer(world: World, machine: Machine) -> Buyer:
    """A buyer with a card on file, which could be charged twice."""
    world.keep_card()
    return Buyer(machine.url, let_log_in(world))


def let_time_pass(world: World, clock: MovableClock, machine: Machine) -> None:
    """Until the worker has settled the sale and told Komet."""
    for _ in range(STEPS):
        clock.advance(seconds=STEP_SECONDS)
        assert eventually(lambda: is_at_rest(world), seconds=PATIENCE), machine.log
        if not unsettled(world) and not world.waiting():
            return


def is_at_rest(world: World) -> bool:
    """Nothing can be done, and nothing is being done, before more time has passed."""
    now = world.shop.clock.now()
    lookups = select(Operation.id).where(
        Operation.state.in_(UNSETTLED), Operation.next_check_at <= now
    )
    messages = select(Outbox.id).where(
        Outbox.kind != "mail",
        Outbox.state == "ready",
        or_(Outbox.next_at <= now, Outbox.lease_until >= now),
    )
    with world.shop.database.read() as session:
        return not session.scalars(lookups).all() and not session.scalars(messages).all()


def test_the_points_of_a_served_sale_are_counted(machine: Machine, buyer: Buyer) -> None:
    machine.start_web()
    buyer.go_to_the_till()
    machine.web_plan.arm()

    buyer.pay()

    assert eventually(lambda: len(machine.web_plan.passed) >= len(SALE), seconds=PATIENCE)
    assert buyer.is_told_paid
    assert machine.web_plan.passed == list(SALE)


@each_of(SALE, quick=AFTER_THE_CALL)
def test_a_killed_web_process_has_charged_once_or_never(
    machine: Machine,
    buyer: Buyer,
    world: World,
    komet: KometSandboxServer,
    clock: MovableClock,
    kill_at: int,
) -> None:
    machine.start_web()
    machine.start_worker()
    buyer.go_to_the_till()
    machine.web_plan.arm(kill_at)
    buyer.pay_in_vain()
    machine.wait_for_web()

    buyer.pay()
    let_time_pass(world, clock, machine)

    assert machine.web_plan.passed == list(SALE[:kill_at])
    require_agreement(world, komet)
    assert buyer.is_told_paid == bool(world.booked())


@each_of(SALE)
def test_a_machine_without_power_has_charged_once_or_never(
    machine: Machine,
    buyer: Buyer,
    world: World,
    komet: KometSandboxServer,
    clock: MovableClock,
    kill_at: int,
) -> None:
    machine.start_worker()
    machine.start_web()
    buyer.go_to_the_till()
    machine.web_plan.arm(kill_at, machine=True)
    buyer.pay_in_vain()
    machine.wait_for_darkness()

    machine.start_worker()
    machine.start_web()
    let_time_pass(world, clock, machine)

    assert machine.web_plan.passed == list(SALE[:kill_at])
    require_agreement(world, komet)
    assert bool(world.booked()) == (kill_at >= AFTER_THE_CALL)
    assert buyer.has_a_cart == (not world.booked())


def test_the_points_of_a_mending_worker_are_counted(
    order: Order, machine: Machine, world: World, clock: MovableClock
) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    machine.worker_plan.arm()

    worker = machine.start_worker()
    let_time_pass(world, clock, machine)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(PATIENCE) == 0
    assert machine.worker_plan.passed == list(MENDING)


@each_of(MENDING, quick=BOOKED)
def test_a_worker_killed_while_mending_changes_nothing(
    order: Order,
    machine: Machine,
    world: World,
    komet: KometSandboxServer,
    clock: MovableClock,
    kill_at: int,
) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    clock.advance(seconds=STEP_SECONDS)
    machine.worker_plan.arm(kill_at)
    assert machine.start_worker().wait(PATIENCE) == -signal.SIGKILL

    machine.start_worker()
    let_time_pass(world, clock, machine)

    assert machine.worker_plan.passed == list(MENDING[:kill_at])
    require_agreement(world, komet)


def test_the_broken_worker_is_caught(
    order: Order, machine: Machine, world: World, komet: KometSandboxServer, clock: MovableClock
) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    clock.advance(seconds=STEP_SECONDS)

    machine.start_worker(twin=True)

    assert eventually(lambda: len(world.booked()) > 1, seconds=PATIENCE), machine.log
    machine.end()
    with pytest.raises(AssertionError, match="<= 1"):
        require_agreement(world, komet)
