"""Real worker processes, and waiting for what they do."""

import base64
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import factories
from tests.worker.house import House

ROOT = Path(__file__).parents[2]
LOG = "worker.log"
SCRIPT = "from komet_shop.cli import main; main()"


def eventually(condition: Callable[[], bool], *, seconds: float = 15) -> bool:
    """True as soon as the condition holds; False when it does not in time."""
    pause, until = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        pause.wait(0.05)
    return condition()


def environment(house: House, queue_url: str = "") -> dict[str, str]:
    """What a process of this house's shop is told."""
    config = house.shop.config
    told = {
        "ENV": "test",
        "BASE_URL": config.base_url,
        "DATABASE_URL": house.shop.database.url.render_as_string(hide_password=False),
        "SECRET_KEY": config.secret_key.reveal(),
        "MASTER_KEY": base64.urlsafe_b64encode(factories.MASTER_KEY).decode(),
        "DATA_DIR": str(config.data_dir),
        "QUEUE_URL": queue_url,
        "MAIL_URL": config.mail_url,
        "MAIL_FROM": config.mail_from,
        "KOMET_URL": config.komet_url,
        "KOMET_TOKEN": config.komet_token.reveal(),
        "KOMET_SECONDS": "3",
        "CLOCK_FILE": str(config.clock_file),
        "PLUGIN": "clearent",
    }
    return os.environ | {f"KOMET_SHOP_{name}": value for name, value in told.items()}


def log_of(house: House) -> str:
    """What the workers of this house logged."""
    return (house.shop.config.data_dir / LOG).read_text()


@contextmanager
def working(house: House, queue_url: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, killed at the end if it is still there."""
    log = house.shop.config.data_dir / LOG
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, "worker"],
            env=environment(house, queue_url),
            cwd=ROOT,
            stderr=stream,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
