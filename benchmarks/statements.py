"""Statements of one task, as the database's own log tells them."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString, NamedTuple

import psycopg

_SENT = re.compile(r"LOG:  (?:statement|execute [^:]+): (.*(?:\n\t.*)*)")
_AROUND = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|;?$")
"""Around the work: transactions, and an empty one that asks whether a connection still lives."""
WARMING = 2
MOMENT_SECONDS = 0.15


class Counted(NamedTuple):
    """Statements that work, and those around them."""

    work: int
    around: int


class StatementLog:
    """Lets the database write down every statement, from `with` to the end of it."""

    def __init__(self, conninfo: str, log: Path) -> None:
        self._conninfo = conninfo
        self._log = log

    def __enter__(self) -> "StatementLog":
        self._set("ALTER SYSTEM SET log_statement = 'all'")
        return self

    def __exit__(self, *_: object) -> None:
        self._set("ALTER SYSTEM RESET log_statement")

    def count(self, task: Callable[[], object]) -> Counted:
        """One run of the task, after two that filled what is kept in memory."""
        for _ in range(WARMING):
            task()
        time.sleep(MOMENT_SECONDS)
        before = self._log.stat().st_size
        task()
        time.sleep(MOMENT_SECONDS)
        with self._log.open(errors="replace") as file:
            file.seek(before)
            sent = _SENT.findall(file.read())
        around = sum(1 for statement in sent if _AROUND.match(statement.strip()))
        return Counted(work=len(sent) - around, around=around)

    def _set(self, command: LiteralString) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(command)
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(MOMENT_SECONDS)
