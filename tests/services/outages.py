"""Lost answers and dead searches: a seeded bad hour at the gateway, lived through by the worker."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select

from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.models import GatewayAccount, Operation, OperationLookup
from komet_shop.services import gateways, lookups
from tests.conftest import MovableClock
from tests.world import World

LOST = {
    "reset_after_booking": State.APPROVED,
    "reset_before_booking": State.FAILED,
    "partial_approval": State.NEEDS_REVIEW,
}
"""Faults after which the shop does not know, and what is true."""
LASTING = {"lookup_down": {"times": 100_000}, "lookup_empty": {"seconds": 600}}
"""Faults of searches, until they are taken away."""
LONGEST = 40 * 60
BREAKER = gateways.OPEN_FOR + timedelta(seconds=1)
A_BEAT = 1
"""The worker looks every second for what is due."""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Sales that nobody answered, and searches that do not work for so many seconds.

    `others_pay`: a sale in between goes well, so that the circuit breaker stays closed.
    """

    fault: str
    seconds: int
    lost: tuple[str, ...]
    pauses: tuple[int, ...]
    others_pay: bool


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How one lost sale ended. Seconds of the clock."""

    truth: State
    state: State
    after_sending: int
    after_first_working_lookup: int


def outages(dice: Random, *, count: int, sales: int) -> Iterator[Outage]:
    """So many outages of so many lost sales each, half of them charged, one in twelve in part."""
    for number, fault in zip(range(count), itertools.cycle(LASTING)):
        charged = ["reset_after_booking"] * (sales // 2)
        partly = ["partial_approval"] * max(1, sales // 12)
        rest = ["reset_before_booking"] * (sales - len(charged) - len(partly))
        lost = [*charged, *partly, *rest]
        dice.shuffle(lost)
        yield Outage(
            fault=fault,
            seconds=dice.randint(0, LONGEST),
            lost=tuple(lost),
            pauses=tuple(dice.randint(0, 40) for _ in lost),
            others_pay=number % 4 < 2,
        )


@dataclass
class Worker:
    """Sweeps as the worker does, and moves the clock to whatever is due next."""

    world: World
    clock: MovableClock

    def work_until(self, moment: datetime) -> None:
        """Let time pass; every second in which something is due has its sweep."""
        while (now := self.clock.now()) < moment:
            due = self._next_due()
            if due is not None and due <= now:
                lookups.sweep(self.world.shop, owner="test")
            target = min(moment, max(due or moment, now + timedelta(seconds=A_BEAT)))
            self.clock.advance(seconds=math.ceil((target - self.clock.now()).total_seconds()))

    def work_until_settled(self, operations: list[int], *, hours: int) -> None:
        """Go on until none of these is unsettled, or so many hours have passed."""
        until = self.clock.now() + timedelta(hours=hours)
        while self._unsettled(operations) and self.clock.now() < until:
            due = self._next_due()
            assert due is not None, "unsettled, and nobody will ever look"
            self.work_until(max(due, self.clock.now()) + timedelta(seconds=A_BEAT))

    def _next_due(self) -> datetime | None:
        with self.world.shop.database.read() as session:
            return session.scalar(select(func.min(Operation.next_check_at)))

    def _unsettled(self, operations: list[int]) -> bool:
        open_states = UNSETTLED - {State.NEEDS_REVIEW}
        statement = select(Operation.id).where(
            Operation.id.in_(operations), Operation.state.in_(open_states)
        )
        with self.world.shop.database.read() as session:
            return session.scalars(statement.limit(1)).first() is not None


def live_through(world: World, clock: MovableClock, outage: Outage) -> list[Settled]:
    """The whole outage, until every sale of it is settled or in Reviews."""
    worker = Worker(world, clock)
    began = clock.now()
    ends = began + timedelta(seconds=outage.seconds)
    world.arm(outage.fault, **LASTING[outage.fault])
    truths: dict[int, State] = {}
    for fault, pause in zip(outage.lost, outage.pauses, strict=True):
        if clock.now() >= ends:
            world.disarm()
        if not is_offered(world):
            worker.work_until(clock.now() + BREAKER)
        truths[lose(world, fault)] = LOST[fault]
        if outage.others_pay:
            world.take_another_cart(of_another_customer=True)
            assert world.pay().state == State.APPROVED
        worker.work_until(clock.now() + timedelta(seconds=pause))
    worker.work_until(ends)
    world.disarm()
    worker.work_until_settled(list(truths), hours=3)
    return ended(world, truths, began)


def lose(world: World, fault: str) -> int:
    """One sale whose answer is lost; returns its operation."""
    world.take_another_cart(of_another_customer=True)
    click = world.click()
    world.arm(fault, match={"path": "sale"})
    operation = world.pay(click)
    assert operation.state == State.UNKNOWN
    return operation.id


def is_offered(world: World) -> bool:
    """False while the circuit breaker refuses new payments."""
    with world.shop.database.read() as session:
        account = session.scalars(select(GatewayAccount)).one()
    return gateways.breaker_is_closed(account, world.shop.clock.now())


def ended(world: World, truths: dict[int, State], began: datetime) -> list[Settled]:
    """What became of them, measured from the first lookup that worked while they waited."""
    with world.shop.database.read() as session:
        rows = session.scalars(select(Operation).where(Operation.id.in_(truths))).all()
        worked = session.scalars(
            select(OperationLookup.at).where(
                OperationLookup.answered, OperationLookup.control_worked, OperationLookup.at > began
            )
        ).all()
        last = {
            one: session.scalar(
                select(func.max(OperationLookup.at)).where(OperationLookup.operation_id == one)
            )
            for one in truths
        }
    return [_settled(row, truths[row.id], row.settled_at or last[row.id], worked) for row in rows]


def _settled(
    row: Operation, truth: State, at: datetime | None, worked: Sequence[datetime]
) -> Settled:
    assert at is not None
    assert row.sent_at is not None
    first = min(worked)
    return Settled(
        truth=truth,
        state=State(row.state),
        after_sending=int((at - row.sent_at).total_seconds()),
        after_first_working_lookup=int((at - max(first, row.sent_at)).total_seconds()),
    )
