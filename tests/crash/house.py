"""What runs in the processes that are killed: a click that moves money, a worker that mends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

from komet_shop.app import open_shop
from komet_shop.config import Config
from komet_shop.komet_client import open_komet
from komet_shop.services import (
    captures,
    credit_refunds,
    deliveries,
    follow_ups,
    lookups,
    order_payments,
    refunds,
    sending,
    stray_returns,
    voids,
)
from komet_shop.services.follow_ups import Asked
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop
from tests.crash import naive_refund, points
from tests.crash.blind_retry import send_again
from tests.crash.points import CrashPoints

AN_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Follow:
    """A click of staff on a payment, or on stray money; what goes back may be of a credit."""

    asked: Asked
    cents: int = 0
    credit: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a process is told: where everything is, and what to do."""

    environment: Mapping[str, str]
    scope: Scope
    click: PayOrder | Follow
    job: str
    kill_at: int | None = None
    stop_at: int | None = None


def pay(shop: Shop, order: Order) -> None:
    """What the web process does for a click on the pay button."""
    assert isinstance(order.click, PayOrder)
    started = order_payments.pay(shop, order.scope, order.click)
    if started.operation_id is not None and started.call is not None:
        sending.send(shop, started.operation_id, started.call, actor=order.scope.actor)


def pay_however_late(shop: Shop, order: Order) -> None:
    """What a web process must never do: send although it has slept."""
    sending.SEND_WITHIN_SECONDS = AN_HOUR
    pay(shop, order)


def capture(shop: Shop, order: Order) -> None:
    """Take what is held."""
    click = _follow(order)
    _send(shop, order, captures.capture(shop, order.scope, click.asked, amount_cents=click.cents))


def void(shop: Shop, order: Order) -> None:
    """Undo a payment."""
    _send(shop, order, voids.void(shop, order.scope, _follow(order).asked))


def refund(shop: Shop, order: Order) -> None:
    """Send a payment back."""
    _send(shop, order, refunds.refund(shop, order.scope, _follow(order).asked))


def refund_credit(shop: Shop, order: Order) -> None:
    """Send a part of a credit back to the card it came from."""
    click = _follow(order)
    started = credit_refunds.refund_credit(
        shop, order.scope, click.asked, credit=click.credit, amount_cents=click.cents
    )
    _send(shop, order, started)


def refund_credit_naively(shop: Shop, order: Order) -> None:
    """What a web process must never do: sum what went back, then insert one more."""
    click = _follow(order)
    _send(shop, order, naive_refund.start(shop, click.credit, click.cents))


def give_back(shop: Shop, order: Order) -> None:
    """Give stray money back, in whichever way is left."""
    stray_returns.give_back(shop, order.scope, _follow(order).asked)


def mend(shop: Shop, _order: Order) -> None:
    """What the worker does: settle what is unclear, and tell Komet."""
    lookups.sweep(shop, owner="worker")
    deliveries.deliver_to_erp(shop, open_komet(shop), owner="worker")


def mend_by_sending_again(shop: Shop, _order: Order) -> None:
    """What a worker must never do."""
    send_again(shop)


JOBS: dict[str, Callable[[Shop, Order], None]] = {
    job.__name__: job
    for job in (
        pay,
        pay_however_late,
        capture,
        void,
        refund,
        refund_credit,
        refund_credit_naively,
        give_back,
        mend,
        mend_by_sending_again,
    )
}


def run(order: Order, report: Connection) -> None:
    """Do the job of an order and report the points passed; a kill reports nothing."""
    passed = CrashPoints(order.kill_at, order.stop_at)
    points.watch(passed)
    shop = open_shop(Config.from_environment(order.environment))
    do(shop, order)
    shop.bulkhead.drain()
    report.send(passed.names)


def do(shop: Shop, order: Order) -> None:
    """Do the job of an order, in whatever process this is."""
    JOBS[order.job](shop, order)


def _follow(order: Order) -> Follow:
    assert isinstance(order.click, Follow)
    return order.click


def _send(shop: Shop, order: Order, started: follow_ups.Started) -> None:
    if started.call is not None:
        sending.send(shop, started.operation_id, started.call, actor=order.scope.actor)
