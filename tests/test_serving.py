"""`komet-shop serve` in front of many browsers."""

import base64
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests import factories
from tests.crash.served import free_port
from tests.web.browser import Browser
from tests.worker.processes import ROOT, SCRIPT, eventually

IDLE = 100
THREADS = 4
PATIENCE = 90
NOT_SHUT_OUT = 20
"""Seconds. Somebody for whom there is no place waits thirty, until an idle connection is closed."""


@pytest.fixture
def url(fresh_url: Callable[[str], str], tmp_path: Path) -> Iterator[str]:
    """A shop served by one process with four threads."""
    address = f"http://localhost:{free_port()}"
    told = {
        "ENV": "test",
        "BASE_URL": address,
        "DATABASE_URL": fresh_url("sqlite"),
        "DATA_DIR": str(tmp_path / "var"),
        "SECRET_KEY": "k" * 40,
        "MASTER_KEY": base64.urlsafe_b64encode(factories.MASTER_KEY).decode(),
        "PLUGIN": "clearent",
    }
    serve = ("serve", "--processes", "1", "--threads", str(THREADS))
    environment = os.environ | {f"KOMET_SHOP_{name}": value for name, value in told.items()}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *serve], env=environment, cwd=ROOT
    ) as process:
        try:
            assert eventually(lambda: answers(address), seconds=PATIENCE)
            yield address
        finally:
            process.terminate()


def answers(address: str) -> bool:
    try:
        return bool(Browser(address).get("/healthz").ok)
    except requests.ConnectionError:
        return False


@contextmanager
def kept_open(address: str) -> Iterator[HTTPConnection]:
    """A connection that has had its answer and stays."""
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=NOT_SHUT_OUT)) as connection:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        yield connection


def is_open(connection: HTTPConnection) -> bool:
    """Whether the server has left it alone: the end of a connection can be read."""
    return select.select([connection.sock], [], [], 0)[0] == []


def test_browsers_that_keep_connections_open_shut_nobody_out(url: str) -> None:
    with ExitStack() as opened:
        kept = [opened.enter_context(kept_open(url)) for _ in range(IDLE)]

        login = Browser(url).get("/login")

        assert login.status_code == 200
        assert len([connection for connection in kept if is_open(connection)]) > THREADS
