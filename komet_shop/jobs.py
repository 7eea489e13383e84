"""The queue between the shop's processes. It only wakes workers: losing it loses nothing.

What must not be lost is a row of the database, committed with its cause. Jobs carry no
arguments but ids, are signed with the shop's secret, and are enqueued after the commit.
Rule: docs/operations.md, "Queue".
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError
from huey.serializer import SignedSerializer

from komet_shop.config import Config, ConfigError
from komet_shop.models.database import WAL_IS_SAFE_FROM

ERP, MAIL, APPLICATIONS, LOOKUPS, SEAL, CARTS, PULL, CLEAN, CHECK = JOBS = (
    "erp",
    "mail",
    "applications",
    "lookups",
    "seal",
    "carts",
    "pull",
    "clean",
    "check",
)
NAME = "komet-shop"
SECONDS = 2
"""How long connecting to the queue may take."""

Enqueue = Callable[[], object]


def open_queue(config: Config) -> Huey:
    """The queue by KOMET_SHOP_QUEUE_URL: sqlite, postgresql, redis or valkey.

    Without one it is `queue.db` in the data folder.

    Raises:
        ConfigError: an address of another kind, or a driver that is not installed.
    """
    scheme = urlsplit(config.queue_url).scheme.partition("+")[0]
    opener = _OPENERS.get(scheme)
    if opener is None:
        raise ConfigError(
            f"KOMET_SHOP_QUEUE_URL starts with {scheme!r}; use sqlite, postgresql, redis or valkey."
        )
    serializer = SignedSerializer(secret=config.secret_key.reveal())
    try:
        return opener(config, {"name": NAME, "serializer": serializer, "results": False})
    except (ConfigurationError, OSError, psycopg.Error) as error:
        raise ConfigError(f"KOMET_SHOP_QUEUE_URL: {error}".strip()) from error


def tasks(queue: Huey, work: Mapping[str, Callable[[], None]]) -> dict[str, Enqueue]:
    """Make each job known to the queue; calling what comes back enqueues the job."""
    return {name: queue.task(name=name)(_task(work[name])) for name in work}


def _task(run: Callable[[], None]) -> Callable[[], None]:
    """A function of this module: the queue names jobs by where they were defined."""

    def job() -> None:
        run()

    return job


def _sqlite(config: Config, common: dict[str, Any]) -> Huey:
    path = Path(urlsplit(config.queue_url).path.removeprefix("/") or config.data_dir / "queue.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    journal = "wal" if sqlite3.sqlite_version_info >= WAL_IS_SAFE_FROM else "truncate"
    return SqliteHuey(filename=str(path), journal_mode=journal, timeout=SECONDS, **common)


def _postgresql(config: Config, common: dict[str, Any]) -> Huey:
    address = config.queue_url.replace("+psycopg", "", 1)
    dsn = _with(address, connect_timeout=SECONDS)
    try:
        return PostgresHuey(dsn=dsn, **common)
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable):
        return PostgresHuey(dsn=dsn, **common)  # another process made the tables just now


def _redis(config: Config, common: dict[str, Any]) -> Huey:
    address = config.queue_url.replace("valkey", "redis", 1)
    return RedisHuey(url=_with(address, socket_connect_timeout=SECONDS), **common)


def _with(address: str, **defaults: int) -> str:
    """The address with a query value that it does not give itself."""
    parts = urlsplit(address)
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return parts._replace(query=urlencode({**defaults, **given})).geturl()


_OPENERS: dict[str, Callable[[Config, dict[str, Any]], Huey]] = {
    "": _sqlite,
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "postgres": _postgresql,
    "redis": _redis,
    "rediss": _redis,
    "valkey": _redis,
    "valkeys": _redis,
}
