"""One running Komet: its company, books, clock, switches and faults, and who may call it."""

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

from komet_shop.sandboxes.clock import Clock
from komet_shop.sandboxes.komet.company import COMPANY_ID, Company
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.faults import FaultBoard
from komet_shop.sandboxes.komet.parameters import Parameters
from komet_shop.sandboxes.komet.store import Store
from komet_shop.sandboxes.komet.switches import Switches

UNCOUNTED = ("refuse", "down")  # calls that never got past Komet's front door
CHANGEABLE = {
    "name", "email", "phone", "terms", "credit_limit_cents", "credit_hold", "price_list",
    "charge_tax", "active",
}  # fmt: skip
_MAY_BE_NULL = {"credit_limit_cents"}
Past = Callable[[sqlite3.Connection, Company, date], None]


class Sandbox:
    """Everything that the methods of the API read and change."""

    def __init__(
        self,
        *,
        folder: Path | None = None,
        clock_file: Path | None = None,
        users: int = 5,
        past: Past | None = None,
    ) -> None:
        self.company = Company()
        self.company_id = COMPANY_ID
        self.clock = Clock(clock_file)
        self.store = Store(folder)
        self.switches = Switches()
        self.faults = FaultBoard()
        self.users = users
        self.stopping = threading.Event()
        self.token = self.store.fact("company_token")
        self.user_token = self.store.fact("user_token")
        self._past = past
        self._begin()

    @property
    def daily_limit(self) -> int:
        """Calls a day: a thousand for each paid user."""
        return self.users * self.switches.requests_per_user

    @property
    def stamp(self) -> str:
        """Now, in the form of Komet's GMT timestamps, which also sorts as text."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")

    def count_call(self, method: str, outcome: str) -> None:
        """Remember that a call came and how it ended; never with what."""
        with self.store.transaction() as db:
            db.execute(
                "INSERT INTO call VALUES (?, ?, ?, 1)"
                " ON CONFLICT (day, method, outcome) DO UPDATE SET count = count + 1",
                (self.clock.today().isoformat(), method, outcome),
            )

    def calls_today(self) -> int:
        """Calls that count against today's limit, today being the GMT day of our clock."""
        with self.store.transaction() as db:
            row = db.execute(
                "SELECT COALESCE(SUM(count), 0) AS used FROM call"
                " WHERE day = ? AND outcome NOT IN (?, ?)",
                (self.clock.today().isoformat(), *UNCOUNTED),
            ).fetchone()
        return int(row["used"])

    def customers(self) -> dict[int, Customer]:
        """All customers, with what was changed since the start."""
        with self.store.transaction() as db:
            rows = db.execute("SELECT * FROM customer_change").fetchall()
        found = dict(self.company.customers)
        for row in rows:
            changes = json.loads(row["changes"])
            updated_on = self.clock.parse(row["updated_on"])
            found[row["customer_id"]] = replace(
                found[row["customer_id"]], **changes, updated_on=updated_on
            )
        return found

    def change_customer(self, code: str, wanted: Mapping[str, object]) -> None:
        """Change a customer as a clerk at the company would, so that the next pull sees it.

        Raises:
            ValueError: no such customer, or a field that cannot be changed to this value.
        """
        found = [row for row in self.customers().values() if row.code == code]
        if not found:
            raise ValueError(f"There is no customer {code!r}.")
        _check_changes(found[0], wanted)
        with self.store.transaction() as db:
            changes = _earlier_changes(db, found[0].id) | dict(wanted)
            db.execute(
                "INSERT OR REPLACE INTO customer_change VALUES (?, ?, ?)",
                (found[0].id, json.dumps(changes), self.stamp),
            )

    def reset(self) -> None:
        """Back to an untouched sandbox; the token stays."""
        self.store.clear()
        self.switches.reset()
        self.faults.clear()
        self.clock.shift_seconds = 0
        self._begin()

    def _begin(self) -> None:
        """Give empty books the past that was asked for."""
        with self.store.transaction() as db:
            if self._past and not db.execute("SELECT 1 FROM invoice LIMIT 1").fetchone():
                self._past(db, self.company, self.clock.today())


@dataclass(frozen=True)
class Call:
    """One authenticated call of one method."""

    sandbox: Sandbox
    method: str
    values: Parameters


def _earlier_changes(db: sqlite3.Connection, customer_id: int) -> dict[str, object]:
    row = db.execute(
        "SELECT changes FROM customer_change WHERE customer_id = ?", (customer_id,)
    ).fetchone()
    return dict(json.loads(row["changes"])) if row else {}


def _check_changes(customer: Customer, wanted: Mapping[str, object]) -> None:
    kinds = {field.name: type(getattr(customer, field.name)) for field in fields(customer)}
    kinds["credit_limit_cents"] = int
    for name, value in wanted.items():
        if name not in CHANGEABLE:
            raise ValueError(f"{name!r} cannot be changed; these can: {sorted(CHANGEABLE)}.")
        if type(value) is not kinds[name] and not (value is None and name in _MAY_BE_NULL):
            raise ValueError(f"{name} is a {kinds[name].__name__}.")
