"""What runs in the processes that are killed: a web process that pays, a worker that mends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

from komet_shop.app import open_shop
from komet_shop.config import Config
from komet_shop.komet_client import open_komet
from komet_shop.services import deliveries, lookups, order_payments, sending
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop
from tests.crash import points
from tests.crash.blind_retry import send_again
from tests.crash.points import CrashPoints


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a process is told: where everything is, and what to do."""

    environment: Mapping[str, str]
    scope: Scope
    click: PayOrder
    job: str
    kill_at: int | None = None


def pay(shop: Shop, order: Order) -> None:
    """What the web process does for a click on the pay button."""
    started = order_payments.pay(shop, order.scope, order.click)
    if started.operation_id is not None and started.call is not None:
        sending.send(shop, started.operation_id, started.call, actor=order.scope.actor)


def mend(shop: Shop, _order: Order) -> None:
    """What the worker does: settle what is unclear, and tell Komet."""
    lookups.sweep(shop, owner="worker")
    deliveries.deliver_to_erp(shop, open_komet(shop), owner="worker")


def mend_by_sending_again(shop: Shop, _order: Order) -> None:
    """What a worker must never do."""
    send_again(shop)


JOBS: dict[str, Callable[[Shop, Order], None]] = {
    "pay": pay,
    "mend": mend,
    "mend_by_sending_again": mend_by_sending_again,
}


def run(order: Order, report: Connection) -> None:
    """Do the job of an order and report the points passed; a kill reports nothing."""
    passed = CrashPoints(order.kill_at)
    points.watch(passed)
    shop = open_shop(Config.from_environment(order.environment))
    JOBS[order.job](shop, order)
    shop.bulkhead.drain()
    report.send(passed.names)
