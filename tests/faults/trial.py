"""One trial: a flow meets a fault, and the worker does its rounds until everybody knows."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.komet_client import open_komet
from komet_shop.models import Operation
from komet_shop.plugin_api import Deadlines
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services import audit_chain, deliveries, lookups, stray_returns
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.faults.flows import Flow
from tests.faults.proxy import Proxy
from tests.faults.receiver import Receiver
from tests.world import World

A_DAY = 24 * 3600
ROUNDS = (6, 60, 120, 300, 180, 60, 60, 60)
"""Seconds between the worker's rounds: a little more than ten minutes in all."""
WATCH_HOURS = (1, 1, 2, 4, 8, 8, 12, 12)
"""Hours between its looks at what was given up: two days in all."""
PATIENCE_SECONDS = 10
PATIENT = Deadlines(connect=5, total=15)
"""For calls that are to be answered: tests are about other things than a busy machine."""
HURRIED = Deadlines(connect=0.3, total=1)
"""For calls that are not."""


@dataclass(kw_only=True)
class Trial:
    """A flow in a world of its own, and what a fault may need to strike it."""

    flow: Flow
    world: World
    komet: KometSandboxServer
    clock: MovableClock
    open_shop_at: Callable[[str, Deadlines], Shop]
    folder: Path
    ending: ExitStack
    operation_id: int = 0
    other_cents: int = 0
    booked_before: int = 0
    proxy: Proxy | None = None
    receiver: Receiver | None = None

    def prepare(self) -> None:
        """Everything up to the intent."""
        self.other_cents = self.world.clearing_cents()
        self.flow.prepare(self.world)
        self.booked_before = len(self.world.booked())

    def act(self, address: str, deadlines: Deadlines) -> State:
        """Write the intent and send it there; returns what the answer alone proved."""
        usual = self.world.shop
        self.world.shop = self.open_shop_at(address, deadlines)
        operation = self.flow.act(self.world)
        self.world.shop = usual
        self.operation_id = operation.id
        return State(operation.state)

    @property
    def operation(self) -> Operation:
        """What was intended, as it stands."""
        return self.world.operation(self.operation_id)

    def settle(self, rounds: tuple[int, ...] = (*ROUNDS, A_DAY)) -> None:
        """The worker's rounds, until the operation is settled or waits for a person."""
        self._round()
        for seconds in rounds:
            if self.operation.state not in UNSETTLED - {State.NEEDS_REVIEW}:
                break
            self.clock.advance(seconds=seconds)
            self._round()
        self._tell_komet()

    def watch(self) -> None:
        """Two more days of the worker, which looks at what was given up: it may happen late."""
        for hours in WATCH_HOURS:
            self.clock.advance(seconds=hours * 3600 + 1)
            if self._is_anything_due():
                self._round()
        self._round()
        self._tell_komet()

    def wait_for_booking(self, more_than: int) -> None:
        """Ask the gateway's ledger until it has more than so many transactions."""
        deadline = monotonic() + PATIENCE_SECONDS
        while len(self.world.booked()) <= more_than:
            assert monotonic() < deadline, "the gateway never booked it"

    def _is_anything_due(self) -> bool:
        with self.world.shop.database.read() as session:
            return bool(lookups.due_operations(session, self.clock.now(), most=1))

    def _round(self) -> None:
        self.world.sweep()
        stray_returns.give_back_what_is_paid_twice(self.world.shop)
        audit_chain.seal(self.world.shop)

    def _tell_komet(self) -> None:
        shop = self.world.shop
        deliveries.deliver_to_erp(shop, open_komet(shop), owner="test")
