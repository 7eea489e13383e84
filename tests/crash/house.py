"""What runs in the processes that are killed: a web process that pays, a worker that mends."""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from komet_clearent.plugin import plugin as clearent
from sqlalchemy import select

from komet_shop.clock import Clock
from komet_shop.config import Config, Secret
from komet_shop.domain.operation_states import State
from komet_shop.komet_client import open_komet
from komet_shop.models import Operation, SavedCard
from komet_shop.plugin_api import Account, ChargeRequest, Deadlines, Host, Kind, TakesPayments
from komet_shop.services import deliveries, lookups, order_payments, saved_cards, sending
from komet_shop.services.bulkhead import Bulkhead
from komet_shop.services.gateways import Gateways
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import Scope
from komet_shop.services.secret_box import SecretBox
from komet_shop.services.shop import Shop
from tests import factories
from tests.crash.points import CrashPoints, Watched, WatchedDatabase


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a process is told: where everything is, and what to do."""

    database_url: str
    gateway_url: str
    komet_url: str
    komet_token: str
    clock_file: Path
    scope: Scope
    click: PayOrder
    job: str
    kill_at: int | None = None
    stop_at: str | None = None


class _Host:
    software = ("Komet Shop", "crash test")

    def __init__(self, database: WatchedDatabase) -> None:
        self.about_to_call = database.require_no_open_unit

    def log(self, event: str, **fields: str | int | bool | None) -> None:
        """Nobody reads it."""


class _WatchedPlugin:
    """The plugin, its connections watched."""

    def __init__(self, points: CrashPoints) -> None:
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(clearent, name)

    def open(self, account: Account, host: Host, deadlines: Deadlines) -> TakesPayments:
        return Watched(clearent.open(account, host, deadlines), self._points)  # type: ignore[return-value]  # stands in for it


def open_shop(order: Order, points: CrashPoints) -> Shop:
    """The shop's parts, watched."""
    database = WatchedDatabase(order.database_url, points)
    config = Config(
        env="test",
        base_url="http://localhost:5000",
        database_url=order.database_url,
        secret_key=Secret("test-" + "s" * 40),
        master_key=factories.MASTER_KEY,
        data_dir=order.clock_file.parent,
        deadlines=Deadlines(connect=0.5, total=2.0),
        gateway_url=order.gateway_url,
        komet_url=order.komet_url,
        komet_token=Secret(order.komet_token),
        komet_seconds=2,
    )
    box = SecretBox(factories.MASTER_KEY)
    gateways = Gateways(
        config=config,
        database=database,
        box=box,
        plugin=_WatchedPlugin(points),  # type: ignore[arg-type]  # stands in for it
        host=_Host(database),
    )
    return Shop(
        config=config,
        clock=Clock(order.clock_file),
        database=database,
        box=box,
        gateways=gateways,
        bulkhead=Bulkhead(1),
    )


def pay(shop: Shop, points: CrashPoints, order: Order) -> None:
    """What the web process does for a click on the pay button."""
    started = order_payments.pay(shop, order.scope, order.click)
    if started.operation_id is not None and started.call is not None:
        sending.send(shop, started.operation_id, started.call, actor=order.scope.actor)


def mend(shop: Shop, points: CrashPoints, order: Order) -> None:
    """What the worker does: settle what is unclear, and tell Komet."""
    lookups.sweep(shop, owner="worker")
    deliveries.deliver_to_erp(shop, Watched(open_komet(shop), points), owner="worker")  # type: ignore[arg-type]  # stands in for it


def mend_by_sending_again(shop: Shop, points: CrashPoints, order: Order) -> None:
    """The broken twin: what was not answered is sent again, blindly."""
    with shop.database.read() as session:
        unanswered = session.execute(
            select(Operation, SavedCard)
            .join(SavedCard, SavedCard.id == Operation.saved_card_id)
            .where(Operation.state.in_((State.SENDING, State.UNKNOWN)))
        ).all()
    for operation, card in unanswered:
        shop.gateways.connect(operation.account_id).charge(
            ChargeRequest(
                kind=Kind.SALE,
                reference=operation.gateway_ref,
                amount_cents=operation.amount_cents,
                currency=operation.currency,
                card=saved_cards.opened(card, shop.box),
            )
        )


JOBS: dict[str, Callable[[Shop, CrashPoints, Order], None]] = {
    "pay": pay,
    "mend": mend,
    "mend_by_sending_again": mend_by_sending_again,
}


def run(order: Order, report: Connection) -> None:
    """Do the job of an order and report the points passed; a kill reports nothing."""
    points = CrashPoints(order.kill_at, order.stop_at)
    shop = open_shop(order, points)
    JOBS[order.job](shop, points, order)
    shop.bulkhead.drain()
    report.send(points.names)
