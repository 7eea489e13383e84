"""One flow on trial: everything up to its click, clicks, the worker's rounds, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import requests

from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services.order_payments import PayOrder
from tests.conftest import MovableClock
from tests.crash import house
from tests.crash.flows import Flow
from tests.crash.house import Follow, Order
from tests.crash.mending import mend
from tests.world import TIMEOUT, World

MOVES_MONEY = frozenset({"sale", "auth", "capture", "void", "refund"})


@dataclass(kw_only=True)
class Trial:
    """A flow in a world of its own. `order` is its click, for a process."""

    flow: Flow
    world: World
    komet: KometSandboxServer
    clock: MovableClock
    environment: Mapping[str, str]
    order: Order = field(init=False)
    booked_before: int = field(init=False)

    def __post_init__(self) -> None:
        """Everything up to the click, of which Komet has heard."""
        self.flow.prepare(self.world)
        self.order = self._order(self.flow.click(self.world))
        house.do(self.world.shop, replace(self.order, job="mend"))
        self.booked_before = len(self.world.booked())

    def mend(self) -> None:
        """The worker does its rounds."""
        mend(self.order, self.world, self.clock)

    def click_again(self) -> int:
        """The same click once more; returns how many calls it made."""
        return self._click(self.order)

    def click_anew(self) -> int:
        """Another click for the same; returns how many calls it made."""
        return self._click(self._order(self.flow.click(self.world)))

    def _order(self, click: PayOrder | Follow) -> Order:
        return Order(
            environment=self.environment, scope=self.world.scope, click=click, job=self.flow.job
        )

    def _click(self, order: Order) -> int:
        before = self._calls()
        house.do(self.world.shop, order)
        made = self._calls() - before
        mend(order, self.world, self.clock)
        return made

    def _calls(self) -> int:
        """How often the gateway was asked to move money."""
        url = f"{self.world.gateway.url}/_control/requests"
        seen = requests.get(url, timeout=TIMEOUT).json()["requests"]
        return sum(one["kind"] in MOVES_MONEY for one in seen)
