"""The sandbox's books in SQLite: in memory, or in a file that outlives the program."""

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Invoice and control numbers differ from internal ids, so that code which mixes them up is found.
SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS invoice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER GENERATED ALWAYS AS (id - 430000) STORED UNIQUE,
    customer_id INTEGER NOT NULL, location_id INTEGER NOT NULL, carrier_id INTEGER NOT NULL,
    ship_to_id INTEGER, ship_date TEXT NOT NULL, po_number TEXT NOT NULL,
    reference TEXT NOT NULL, instructions TEXT NOT NULL, notes TEXT NOT NULL,
    status INTEGER NOT NULL, currency TEXT NOT NULL, total_cents INTEGER NOT NULL,
    void_reason TEXT NOT NULL DEFAULT '', seeded INTEGER NOT NULL DEFAULT 0,
    created_on TEXT NOT NULL, updated_on TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS invoice_line (
    id INTEGER PRIMARY KEY AUTOINCREMENT, invoice_id INTEGER NOT NULL REFERENCES invoice,
    stock_line_id INTEGER, product_id INTEGER NOT NULL, box_type TEXT NOT NULL,
    unit_type TEXT NOT NULL, boxes INTEGER NOT NULL, units_per_box INTEGER NOT NULL,
    units INTEGER NOT NULL, price_e4 INTEGER NOT NULL, amount_cents INTEGER NOT NULL,
    notes TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS line_of_invoice ON invoice_line (invoice_id);
CREATE TABLE IF NOT EXISTS payment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    control_number INTEGER GENERATED ALWAYS AS (id - 870000) STORED UNIQUE,
    customer_id INTEGER NOT NULL, location_id INTEGER NOT NULL, method_id INTEGER NOT NULL,
    date TEXT NOT NULL, total_cents INTEGER NOT NULL, reference TEXT NOT NULL,
    notes TEXT NOT NULL, synced INTEGER NOT NULL DEFAULT 0, seeded INTEGER NOT NULL DEFAULT 0,
    created_on TEXT NOT NULL, updated_on TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS application (
    payment_id INTEGER NOT NULL REFERENCES payment, invoice_id INTEGER NOT NULL REFERENCES invoice,
    amount_cents INTEGER NOT NULL, discount_cents INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS application_of_payment ON application (payment_id);
CREATE INDEX IF NOT EXISTS application_of_invoice ON application (invoice_id);
CREATE TABLE IF NOT EXISTS call (
    day TEXT NOT NULL, method TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, method, outcome)
);
CREATE TABLE IF NOT EXISTS customer_change (
    customer_id INTEGER PRIMARY KEY, changes TEXT NOT NULL, updated_on TEXT NOT NULL
);
"""
FIRST_IDS = {"invoice": 500_000, "payment": 900_000}


class Store:
    """One connection under a lock: requests take turns, as they would on a small server."""

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(_database(folder), check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # Surviving a killed process needs no fsync; surviving a power cut is not promised.
        self._db.executescript("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;" + SCHEMA)
        with self.transaction() as db:
            _start_numbers(db)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and nobody else in between."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def fact(self, name: str) -> str:
        """A secret of this installation, made on first use and kept: its token does not change."""
        with self.transaction() as db:
            db.execute("INSERT OR IGNORE INTO fact VALUES (?, ?)", (name, secrets.token_hex(20)))
            row = db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row["value"])

    def clear(self) -> None:
        """Empty the books; numbers start again and secrets stay."""
        with self.transaction() as db:
            for table in ("application", "payment", "invoice_line", "invoice", "call",
                          "customer_change", "sqlite_sequence"):  # fmt: skip
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are ours
            _start_numbers(db)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()


def _database(folder: Path | None) -> str:
    if folder is None:
        return ":memory:"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / "komet-sandbox.sqlite3")


def _start_numbers(db: sqlite3.Connection) -> None:
    known = {row["name"] for row in db.execute("SELECT name FROM sqlite_sequence")}
    missing = [(name, first) for name, first in FIRST_IDS.items() if name not in known]
    db.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", missing)
