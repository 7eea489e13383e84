"""A machine that runs the shop as operators do: `komet-shop serve` and `komet-shop worker`."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import requests

from komet_shop.config import PREFIX
from tests.crash.planned import PLAN, TWIN, Plan
from tests.web.browser import Browser
from tests.worker.processes import ROOT, eventually

PROGRAM = Path(sys.executable).with_name("komet-shop")
STARTUP = Path(__file__).parent / "startup"
PATIENCE = 90
"""Seconds for what takes one or two, on a machine that does other things too."""
QUIET_PORTS = range(20_000, 30_000)
"""No outgoing connection gets one of them, so that a shop finds its port again after a crash."""


class Machine:
    """Both processes in one process group, which a power failure ends as a whole."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.url = environment[f"{PREFIX}BASE_URL"]
        self.web_plan = Plan(folder / "web")
        self.worker_plan = Plan(folder / "worker")
        self._environment = environment
        self._log = folder / "machine.log"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._groups: set[int] = set()

    def start_web(self) -> None:
        """Start the web server with one process, and wait until it answers."""
        self._web = self._start(self.web_plan, "serve", "--processes", "1")
        self.wait_for_web()

    def start_worker(self, *, twin: bool = False) -> subprocess.Popen[bytes]:
        """Start a worker without its timetable: a test must not depend on the time of day."""
        more = {TWIN: "yes"} if twin else {}
        return self._start(self.worker_plan, "worker", "--no-timetable", **more)

    def wait_for_web(self) -> None:
        """Wait until requests are answered."""
        eventually(lambda: self._answers() or self._web.poll() is not None, seconds=PATIENCE)
        assert self._answers(), self.log

    def wait_for_darkness(self) -> None:
        """Wait until both processes are gone, and whatever they had started."""
        for process in self._processes:
            assert process.wait(PATIENCE) == -signal.SIGKILL, self.log
        assert eventually(self._is_dark, seconds=PATIENCE), self.log
        self._processes.clear()

    def end(self) -> None:
        """Cut the power, whatever runs."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        for process in self._processes:
            process.wait(PATIENCE)

    @property
    def log(self) -> str:
        """What all processes said, the latest."""
        return self._log.read_text()[-5_000:]

    def _start(self, plan: Plan, *command: str, **more: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [PROGRAM, *command],
                env={**_bare(), **self._environment, PLAN: str(plan.folder), **more},
                cwd=self._log.parent,
                stdout=log,
                stderr=log,
                process_group=self._group(),
            )
        self._processes.append(process)
        self._groups.add(os.getpgid(process.pid))
        return process

    def _group(self) -> int:
        """The group of what runs already, or 0 for one of its own."""
        alive = (process for process in self._processes if process.poll() is None)
        return next((os.getpgid(process.pid) for process in alive), 0)

    def _answers(self) -> bool:
        try:
            return bool(Browser(self.url).get("/healthz").ok)
        except requests.ConnectionError:
            return False

    def _is_dark(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", urlsplit(self.url).port)) != 0


@contextmanager
def running(environment: Mapping[str, str], folder: Path) -> Iterator[Machine]:
    """A machine whose processes are ended with the test."""
    machine = Machine(environment, folder)
    try:
        yield machine
    finally:
        machine.end()


def free_port() -> int:
    """A port that nobody uses now."""
    while True:
        with suppress(OSError), socket.socket() as found:
            found.bind(("127.0.0.1", random.choice(QUIET_PORTS)))
            return int(found.getsockname()[1])


def _bare() -> dict[str, str]:
    """The environment of this process, with the crash points on Python's path."""
    path = os.pathsep.join((str(STARTUP), str(ROOT)))
    return {"PATH": os.environ["PATH"], "PYTHONPATH": path}
