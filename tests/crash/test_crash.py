"""kill -9 at every commit and call of one sale, and again while it is being mended."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import select

from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.models import Operation
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.crash import house
from tests.crash.house import Order
from tests.world import World

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.crash.house"])
PATIENCE = 30
ROUNDS = 14
"""Sweeps of two minutes each: enough for three noes after ten minutes."""
POINTS_OF_A_SALE = range(1, 1 + 8)
"""As many as there are: `test_the_points_are_counted` fails when one more comes."""
AFTER_THE_CALL = 6
POINTS_OF_MENDING = range(1, 1 + 48)
"""The same for the worker that finds the charge and tells Komet, and some to spare."""


def process(order: Order) -> list[str] | None:
    """Run a process; the points it passed, or None when it was killed."""
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=house.run, args=(order, theirs), daemon=True)
    child.start()
    theirs.close()
    child.join(PATIENCE)
    assert child.exitcode in (0, -9), f"the process ended with {child.exitcode}"
    return ours.recv() if child.exitcode == 0 else None


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
def order(world: World, shop: Shop, clock: MovableClock, komet: KometSandboxServer) -> Order:
    """A click on the pay button with a saved card: a token that could be charged twice."""
    return Order(
        database_url=str(shop.database.url.render_as_string(hide_password=False)),
        gateway_url=world.gateway.url,
        komet_url=komet.url,
        komet_token=komet.token,
        clock_file=Path(clock.path),
        scope=world.scope,
        click=world.click(saved_card=world.keep_card()),
        job="pay",
    )


def mend(order: Order, world: World, clock: MovableClock) -> None:
    """Let the worker do its rounds until nothing is unsettled."""
    for _ in range(ROUNDS):
        clock.advance(seconds=120)
        process(replace(order, job="mend"))
        if not unsettled(world) and not world.waiting():
            return


def unsettled(world: World) -> list[int]:
    with world.shop.database.read() as session:
        return list(session.scalars(select(Operation.id).where(Operation.state.in_(UNSETTLED))))


def require_agreement(world: World, komet: KometSandboxServer) -> None:
    """One charge or none, and shop, gateway and Komet tell the same."""
    charged = [row["amount_cents"] for row in world.booked()]
    with world.shop.database.read() as session:
        states = [State(state) for state in session.scalars(select(Operation.state))]
    assert len(charged) <= 1
    assert states.count(State.APPROVED) == len(charged)
    assert unsettled(world) == []
    assert world.clearing_cents() == sum(charged)
    expected = "pending_approval" if charged else "draft"
    assert world.order().state == expected
    assert world.order().held_by_payment_id is None
    books = requests.get(f"{komet.base_url}/_control/ledger", timeout=5).json()
    assert [payment["total_cents"] for payment in books["payments"]] == charged
    assert len(books["invoices"]) == len(charged)


def test_the_points_are_counted(order: Order) -> None:
    passed = process(order)

    assert passed is not None
    assert len(passed) == len(POINTS_OF_A_SALE)
    assert passed[AFTER_THE_CALL - 1] == "after charge"


@pytest.mark.parametrize("kill_at", POINTS_OF_A_SALE)
def test_a_killed_sale_is_charged_once_or_never(
    order: Order, world: World, komet: KometSandboxServer, clock: MovableClock, kill_at: int
) -> None:
    assert process(replace(order, kill_at=kill_at)) is None

    mend(order, world, clock)

    require_agreement(world, komet)


def test_the_points_of_mending_are_counted(order: Order, clock: MovableClock) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    clock.advance(seconds=120)

    passed = process(replace(order, job="mend"))

    assert passed is not None
    assert len(passed) <= len(POINTS_OF_MENDING)
    assert {"after find", "after create_order", "after post_payment"} <= set(passed)


@pytest.mark.parametrize(
    "mending_kill_at",
    [pytest.param(at, marks=() if at % 6 == 0 else pytest.mark.full) for at in POINTS_OF_MENDING],
)
def test_a_second_kill_while_mending_changes_nothing(
    order: Order,
    world: World,
    komet: KometSandboxServer,
    clock: MovableClock,
    mending_kill_at: int,
) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))
    clock.advance(seconds=120)
    process(replace(order, job="mend", kill_at=mending_kill_at))

    mend(order, world, clock)

    require_agreement(world, komet)


def test_the_broken_twin_is_caught(order: Order, world: World, komet: KometSandboxServer) -> None:
    process(replace(order, kill_at=AFTER_THE_CALL))

    process(replace(order, job="mend_by_sending_again"))

    with pytest.raises(AssertionError):
        require_agreement(world, komet)
    assert len(world.booked()) > 1
