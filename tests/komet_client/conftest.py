"""A local Komet, and a client of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from komet_shop.komet_client import KometClient
from komet_shop.komet_client.budget import Budget
from komet_shop.komet_client.calls import Caller
from komet_shop.komet_client.wire import Entrance
from komet_shop.models.database import Database
from komet_shop.plugin_api import Deadlines
from komet_shop.sandboxes.komet import KometSandboxServer
from tests.conftest import MovableClock

PATIENT = Deadlines(connect=5.0, total=10.0, max_answer_bytes=64_000_000)


class Desk:
    """The client, and the sandbox's other side."""

    def __init__(self, komet: KometSandboxServer, caller: Caller) -> None:
        self.komet = komet
        self.caller = caller
        self.client = KometClient(caller)

    def arm(self, fault: str, **more: Any) -> None:
        """Let Komet misbehave."""
        self._control("faults", {"fault": fault, **more})

    def switch(self, **switches: Any) -> None:
        """Turn one of the sandbox's assumptions over."""
        self._control("switches", switches)

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        """What Komet has booked: "invoices" or "payments"."""
        answer = requests.get(f"{self.komet.base_url}/_control/ledger", timeout=5).json()
        rows: list[dict[str, Any]] = answer[kind]
        return rows

    def calls(self, method: str) -> int:
        """How often a method was called."""
        answer = requests.get(f"{self.komet.base_url}/_control/requests", timeout=5).json()
        rows = [row for day in answer["days"].values() for row in day]
        return sum(row["count"] for row in rows if row["method"] == method)

    def _control(self, what: str, command: dict[str, Any]) -> None:
        answer = requests.post(f"{self.komet.base_url}/_control/{what}", json=command, timeout=5)
        answer.raise_for_status()


@pytest.fixture
def open_desk(
    fresh_url: Callable[[str], str], clock: MovableClock
) -> Iterator[Callable[..., Desk]]:
    """Makes a desk with other settings of the client.

    Its database only counts calls; that this works on both kinds is tested in test_budget.
    """
    database = Database(fresh_url("sqlite"))
    with KometSandboxServer(clock_file=clock.path) as komet:

        def open_one(users: int = 5, deadlines: Deadlines = PATIENT, **entrance: str) -> Desk:
            given = {"url": komet.url, "token": komet.token, "account": komet.company_id}
            caller = Caller(
                entrance=Entrance(**{**given, **entrance}),
                database=database,
                budget=Budget(database=database, clock=clock, users=users),
                deadlines=deadlines,
                waits=(0.01, 0.01),
            )
            return Desk(komet, caller)

        yield open_one
    database.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """The usual one."""
    return open_desk()


def in_a_hurry(desk: Desk) -> Desk:
    """The same desk, reading once only."""
    return Desk(desk.komet, replace(desk.caller, waits=()))
