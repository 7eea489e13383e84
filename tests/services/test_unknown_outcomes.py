"""Sales whose answer was lost while searches did not work: how soon the truth is known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from komet_clearent.sandbox.assumptions import Assumptions
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options
from sqlalchemy import func, select

from komet_shop.domain.operation_states import State
from komet_shop.models import Operation, OperationLookup
from komet_shop.services import lookups, reviews
from komet_shop.services.reviews import Queue
from tests.conftest import MovableClock
from tests.services import outages
from tests.services.outages import Settled, Worker
from tests.world import World

SEED = 4711
MINUTE = 60


@pytest.fixture
def gateway(clock: MovableClock) -> Iterator[SandboxServer]:
    """A gateway with the test's clock that takes equal payments for what they are."""
    assumptions = Assumptions(duplicate_rule_default_on=False)
    with SandboxServer(Options(clock_file=clock.path, assumptions=assumptions)) as server:
        yield server


def table(settled: list[Settled]) -> str:
    """Seconds of the clock, by what was true: how many, median, 90 %, 99 %, longest."""
    lines = [f"{'':14}{'sales':>6}{'50 %':>7}{'90 %':>7}{'99 %':>7}{'max':>7}"]
    for truth in outages.LOST.values():
        ours = [one for one in settled if one.truth is truth]
        for name in ("after_first_working_lookup", "after_sending"):
            seconds = sorted(getattr(one, name) for one in ours)
            shown = "".join(f"{percentile(seconds, p):7}" for p in (50, 90, 99, 100))
            lines.append(f"{truth:14}{len(ours):6}{shown}  {name}")
    return "\n".join(lines)


def percentile(values: list[int], percent: int) -> int:
    """The smallest of the values that so many percent do not exceed."""
    return values[max(0, -(-len(values) * percent // 100) - 1)]


@pytest.mark.parametrize(
    ("count", "sales"),
    [pytest.param(4, 6, id="24"), pytest.param(8, 25, id="200", marks=pytest.mark.full)],
)
def test_lost_answers_are_settled_soon_after_the_first_lookup_that_works(
    world: World, clock: MovableClock, count: int, sales: int
) -> None:
    assert world.pay().state == State.APPROVED
    bad_hours = outages.outages(Random(SEED), count=count, sales=sales)

    settled = [one for outage in bad_hours for one in outages.live_through(world, clock, outage)]

    print(table(settled))
    charged = [one for one in settled if one.truth is State.APPROVED]
    uncharged = [one for one in settled if one.truth is State.FAILED]
    assert len(settled) == count * sales
    assert [one for one in settled if one.state is not one.truth] == []
    assert percentile(sorted(one.after_first_working_lookup for one in charged), 99) <= MINUTE
    assert min(one.after_sending for one in uncharged) >= 10 * MINUTE
    assert max(one.after_first_working_lookup for one in uncharged) <= 15 * MINUTE


def lookups_made(world: World) -> int:
    with world.shop.database.read() as session:
        return session.scalar(select(func.count()).select_from(OperationLookup)) or 0


def test_what_no_lookup_settled_for_a_day_waits_in_reviews(
    world: World, clock: MovableClock
) -> None:
    world.pay()
    lost = [outages.lose(world, fault) for fault in ("reset_after_booking", "reset_before_booking")]
    world.arm("lookup_down", times=100_000)
    clock.advance(seconds=23 * 60 * MINUTE)

    Worker(world, clock).work_until_settled(lost, hours=2)

    with world.shop.database.read() as session:
        rows = session.scalars(select(Operation).where(Operation.id.in_(lost))).all()
        counted = reviews.counts(session, replace(world.scope, customer_ids=None))
    assert {row.state for row in rows} == {State.NEEDS_REVIEW}
    assert counted[Queue.DECIDE] == len(lost)


def test_a_silent_gateway_is_asked_once_in_a_round(world: World, clock: MovableClock) -> None:
    lost = [outages.lose(world, "reset_after_booking") for _ in range(3)]
    world.arm("silence_before_booking", times=100_000, match={"path": "search"})
    clock.advance(seconds=6)

    looked_at = lookups.sweep(world.shop, owner="test")
    while_silent = lookups_made(world)
    world.disarm()
    lookups.sweep(world.shop, owner="test")
    lookups.sweep(world.shop, owner="test")

    assert (looked_at, while_silent) == (1, 1)
    assert {world.operation(one).state for one in lost} == {State.APPROVED}


def test_what_was_never_sent_is_given_up_while_the_gateway_is_silent(
    world: World, clock: MovableClock
) -> None:
    lost = outages.lose(world, "reset_after_booking")
    world.take_another_cart(of_another_customer=True)
    never_sent = world.start().operation_id
    assert never_sent is not None
    world.arm("lookup_down", times=100_000)
    clock.advance(seconds=121)

    world.sweep()

    assert world.operation(lost).state == State.UNKNOWN
    assert world.operation(never_sent).state == State.FAILED


@pytest.mark.parametrize("fault", outages.LASTING)
def test_the_first_search_that_works_wakes_what_was_asked_in_vain(
    world: World, clock: MovableClock, fault: str
) -> None:
    world.pay()
    earlier = outages.lose(world, "reset_after_booking")
    world.arm(fault, **outages.LASTING[fault])
    worker = Worker(world, clock)
    worker.work_until(clock.now() + timedelta(minutes=13))
    world.disarm()
    later = outages.lose(world, "reset_after_booking")
    clock.advance(seconds=5)

    world.sweep()
    world.sweep()

    assert world.operation(later).state == State.APPROVED
    assert world.operation(earlier).state == State.APPROVED
