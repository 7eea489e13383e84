"""Opening the database, and units of work: one transaction, of one kind, at a time."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

T = TypeVar("T")

WAL_IS_SAFE_FROM = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode."""
MOST_RETRIES = 5
POSTGRES_LIMITS = (
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
)


class TransactionStillOpen(RuntimeError):
    """A second unit of work, or a call out of the house, while one is open on this thread."""


class Database:
    """The database of the shop: SQLite or PostgreSQL, chosen by its URL.

    A unit of work is `with database.read() as session` or `with database.write() as
    session`; it is one transaction and never changes kind. At most one is open per thread.
    Rule: docs/payments.md, "Transactions".
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _open(self.url)
        self._open_units = threading.local()
        _count_units(self.engine, self._open_units)
        writes = self.engine.execution_options(writes=True)
        self._reading = sessionmaker(self.engine, expire_on_commit=False)
        self.writing = sessionmaker(writes, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A unit that only reads."""
        with self._reading() as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A unit that may write; committed at its end, rolled back on an exception."""
        with self.writing() as session, session.begin():
            yield session

    def run(self, unit: Callable[[Session], T]) -> T:
        """Run a writing unit, again from its start when the database was busy.

        Raises whatever `unit` raises; a conflict of five tries in a row comes through too.
        """
        for attempt in range(MOST_RETRIES):
            try:
                with self.write() as session:
                    return unit(session)
            except DBAPIError as error:
                if attempt == MOST_RETRIES - 1 or not _is_conflict(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
        raise AssertionError("unreachable")

    def require_no_open_unit(self) -> None:
        """Let calls out of the house pass only while nothing is locked.

        Raises:
            TransactionStillOpen: a unit of work is open on this thread.
        """
        if getattr(self._open_units, "count", 0):
            raise TransactionStillOpen("a transaction is open; it would wait for the network")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _open(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            connect_args={"check_same_thread": False},
            pool_size=20,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = create_engine(
            url,
            connect_args={"options": POSTGRES_LIMITS},
            pool_pre_ping=True,
            pool_size=20,
            hide_parameters=True,
        )
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in (
        "foreign_keys=ON",
        "busy_timeout=10000",
        "synchronous=FULL",
        f"journal_mode={_journal_mode(connection)}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _journal_mode(connection: Any) -> str:
    text = connection.execute("SELECT sqlite_version()").fetchone()[0]
    version = tuple(int(part) for part in text.split("."))
    return "WAL" if version >= WAL_IS_SAFE_FROM else "DELETE"


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _count_units(engine: Engine, units: threading.local) -> None:
    def opened(_connection: Connection) -> None:
        if getattr(units, "count", 0):
            raise TransactionStillOpen("a second transaction on this thread")
        units.count = 1

    def closed(_connection: Connection) -> None:
        units.count = 0

    event.listen(engine, "begin", opened, insert=True)
    event.listen(engine, "commit", closed)
    event.listen(engine, "rollback", closed)


def _is_conflict(error: DBAPIError) -> bool:
    """Busy (SQLite), serialization failure or deadlock (PostgreSQL)."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01") or "database is locked" in str(error.orig)
