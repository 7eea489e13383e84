"""`komet-shop serve`: the web shop behind granian."""

import ipaddress
import multiprocessing
import os
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

import click
from granian import Granian
from granian.constants import Interfaces

from komet_shop.commands.opening import Stop, configuration
from komet_shop.config import LOOPBACK, Config
from komet_shop.models.database import Database
from komet_shop.services import readiness

TARGET = "komet_shop.app:create_app_from_environment"
GRACE_SECONDS = 20
"""Beyond a gateway call's deadline, before a process that is shutting down is killed."""
DEFAULT_PORT = 8000

OPEN_CONNECTIONS = 1_024
"""Per process. The server counts connections that browsers keep open, not requests."""


@click.command()
@click.option("--host", help="IP address to listen at.", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, help="Port; by default that of a loopback base URL, else 8000.")
@click.option("--processes", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(min=1), default=16, show_default=True)
def serve(host: str, port: int | None, processes: int, threads: int) -> None:
    """Serve the shop until it is told to stop; payments under way are finished first."""
    config = configuration()
    _require_database(config)
    _collect_metrics_in(config.data_dir / "metrics")
    _require_free(_ip(host), port or _own_port(config))
    Granian(
        TARGET,
        address=_ip(host),
        port=port or _own_port(config),
        interface=Interfaces.WSGI,
        factory=True,
        workers=processes,
        blocking_threads=threads,
        backpressure=OPEN_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=int(config.deadlines.total) + GRACE_SECONDS,
        log_access=False,
        websockets=False,
    ).serve()


def _ip(host: str) -> str:
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host == "localhost" else host))
    except ValueError:
        raise Stop(f"--host is {host!r}; use an IP address.") from None


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"Cannot listen at {host} port {port}: {error.strerror}.") from error


def _require_database(config: Config) -> None:
    database = Database(config.database_url)
    problem = readiness.database_problem(database)
    database.close()
    if problem is not None:
        raise Stop(problem)


def _collect_metrics_in(folder: Path) -> None:
    """Several processes count together through files; counts of the last run are dropped.

    The counters choose their kind when they are imported, so the processes start afresh
    instead of as copies of this one.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.resolve())
    multiprocessing.set_start_method("spawn")


def _own_port(config: Config) -> int:
    address = urlsplit(config.base_url)
    return address.port or DEFAULT_PORT if address.hostname in LOOPBACK else DEFAULT_PORT


commands = (serve,)
