"""One run: both applications side by side, task after task, in turns."""

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import load, processes, report
from benchmarks.browser import Browser
from benchmarks.load import Sample, Task
from benchmarks.report import Cost, Footprint, Report, Row
from benchmarks.server import Server
from benchmarks.stage import BARE, SHOP, Stage
from benchmarks.statements import Counted, StatementLog
from benchmarks.visitors import BareVisitor, CardForm, ShopVisitor, Visitor

PAYERS = 8
COLD_STARTS = 3
MOST_WARMING_SECONDS = 0.5
LISTING = "/shop"

Costs = dict[tuple[str, str], Cost]
"""By task and application."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How long and how much."""

    seconds: float
    connections: int
    rounds: int
    old_orders: int

    @property
    def buyers(self) -> int:
        """Some who look, some who fill carts, some who pay: carts of one must not slow another."""
        return 2 * self.connections + PAYERS


@dataclass(frozen=True, kw_only=True)
class Work:
    """A task, and which of the visitors do it at the same time."""

    name: str
    task: Task
    who: slice


def works(connections: int) -> list[Work]:
    """Everything that is measured, in this order."""
    looking = slice(0, connections)
    filling = slice(connections, 2 * connections)
    alone = slice(2 * connections, 2 * connections + 1)
    together = slice(2 * connections, 2 * connections + PAYERS)
    return [
        Work(name="listing of 48", task=lambda one: one.listing(), who=looking),
        Work(name="product page", task=lambda one: one.product(), who=looking),
        Work(name="search", task=lambda one: one.search(), who=looking),
        Work(name="orders list", task=lambda one: one.orders(), who=looking),
        Work(name="add to cart", task=lambda one: one.add_to_cart(), who=filling),
        Work(name="order, 1 customer", task=lambda one: one.order(), who=alone),
        Work(name=f"order, {PAYERS} customers", task=lambda one: one.order(), who=together),
    ]


class Run:
    """Measures what is on a stage."""

    def __init__(self, stage: Stage, options: Options, tell: Callable[[str], None]) -> None:
        self._stage = stage
        self._options = options
        self._tell = tell
        self._crowds: dict[str, list[Visitor]] = {}

    def measure(self) -> Report:
        """All figures of both applications."""
        load_before = os.getloadavg()[0]
        with _running(self._stage) as servers:
            self._log_in(servers)
            tasks = works(self._options.connections)
            costs = self._statements(tasks, servers)
            rows = [row for work in tasks for row in self._work(work, servers, costs)]
            memory = {app: processes.memory_mib(server.pid) for app, server in servers.items()}
        footprints = [
            Footprint(
                app=app,
                memory_mib=round(memory[app], 1),
                cold_start_seconds=round(min(self._cold_starts(app)), 3),
            )
            for app in servers
        ]
        return Report(machine=self._machine(load_before), rows=rows, footprints=footprints)

    def _log_in(self, servers: Mapping[str, Server]) -> None:
        for app, server in servers.items():
            self._tell(f"{app}: first page and logins")
            server.wait_for("/login" if app == SHOP else LISTING, self._browser(app))
            self._crowds[app] = [
                self._visitor(app, number) for number in range(self._options.buyers)
            ]

    def _statements(self, tasks: list[Work], apps: Iterable[str]) -> Costs:
        self._tell("counting statements")
        with StatementLog(self._stage.conninfo, self._stage.database_log) as log:
            return {
                (work.name, app): Cost(statements=self._count(log, work, self._crowd(work, app)[0]))
                for work in tasks
                for app in apps
            }

    def _count(self, log: StatementLog, work: Work, visitor: Visitor) -> Counted:
        counted = log.count(lambda: work.task(visitor))
        visitor.browser.leave()
        return counted

    def _work(self, work: Work, servers: Mapping[str, Server], costs: Costs) -> list[Row]:
        samples = {app: Sample() for app in servers}
        for app in servers:
            self._tell(f"{work.name}: warming up {app}")
            seconds = min(self._options.seconds, MOST_WARMING_SECONDS)
            load.measure(self._crowd(work, app), work.task, seconds)
        for number in range(self._options.rounds):
            for app, server in servers.items():
                self._tell(f"{work.name}: {app}, round {number + 1}")
                samples[app].add(self._round(work, app, server, costs[work.name, app]))
        return [
            report.row(
                work.name, app, len(self._crowd(work, app)), samples[app], costs[work.name, app]
            )
            for app in servers
        ]

    def _round(self, work: Work, app: str, server: Server, cost: Cost) -> Sample:
        roots = (server.pid, self._stage.database_pid)
        before = processes.cpu_when_idle(*roots)
        sample = load.measure(self._crowd(work, app), work.task, self._options.seconds)
        after = processes.cpu_when_idle(*roots)
        cost.server += after[0] - before[0]
        cost.database += after[1] - before[1]
        return sample

    def _crowd(self, work: Work, app: str) -> list[Visitor]:
        return self._crowds[app][work.who]

    def _cold_starts(self, app: str) -> Iterator[float]:
        """Seconds from starting the process to the first listing, a signed-in one in the shop."""
        browser = self._crowds[app][0].browser
        for number in range(COLD_STARTS):
            self._tell(f"cold start {number + 1} of {app}")
            began = time.perf_counter()
            server = Server(self._stage.recipes[app])
            try:
                server.wait_for(LISTING, browser)
                yield time.perf_counter() - began
                processes.cpu_when_idle(server.pid)  # a process that still starts ends badly
            finally:
                browser.leave()
                server.end()

    def _visitor(self, app: str, number: int) -> Visitor:
        browser, buyer = self._browser(app), self._stage.buyers[number]
        card = CardForm(self._stage.gateway_url, self._stage.public_keys[app])
        if app == BARE:
            return BareVisitor(browser, buyer, self._stage.goods, card, number)
        visitor = ShopVisitor(browser, buyer, self._stage.goods, card, number)
        visitor.log_in()
        browser.leave()
        return visitor

    def _browser(self, app: str) -> Browser:
        return Browser(self._stage.recipes[app].port)

    def _machine(self, load_before: float) -> dict[str, Any]:
        options = vars(self._options)
        return {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load_before": round(load_before, 2),
            "load_after": round(os.getloadavg()[0], 2),
            **options,
        }


@contextmanager
def _running(stage: Stage) -> Iterator[dict[str, Server]]:
    servers: dict[str, Server] = {}
    try:
        for app in (BARE, SHOP):
            servers[app] = Server(stage.recipes[app])
        yield servers
    finally:
        for server in servers.values():
            server.end()
