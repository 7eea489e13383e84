"""The demo's processes: started in groups of their own, watched, ended together."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from komet_shop.demo import watchdog
from komet_shop.demo.failures import Broken
from komet_shop.demo.groups import end_groups

LAST_LINES = 15
_RUN_MODULE = (sys.executable, "-P", "-m")
"""-P: a file in the current folder must not stand in for a module of ours."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A Python module to run. `is_outside`: it plays the world around the shop and ends last."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    is_outside: bool = False


@dataclass(frozen=True, kw_only=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path


class Children:
    """All processes of one demo. Whoever makes it must `end` it, whatever happens."""

    def __init__(self, *, logs: Path, folder: Path) -> None:
        self._logs = logs
        self._folder = folder
        self._children: list[_Child] = []
        self._watchdog = self._start_watchdog()

    @property
    def pids(self) -> dict[str, int]:
        """Name of each process → its number, in the order of starting."""
        return {child.program.name: child.process.pid for child in self._children}

    def start(self, program: Program, environment: Mapping[str, str]) -> None:
        """Start a program; what it prints goes to `<name>.log`, the run before to `.1.log`."""
        log = self.log_of(program.name)
        if log.exists():
            log.replace(log.with_suffix(".1.log"))
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  # our own modules, no shell
                [*_RUN_MODULE, program.module, *program.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=dict(environment),
                start_new_session=True,
            )
        self._children.append(_Child(program=program, process=process, log=log))
        self._tell_watchdog(str(process.pid))

    def log_of(self, name: str) -> Path:
        """Where the process of this name writes."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """See whether all are still there.

        Raises:
            Broken: one is not; the message says which, how it ended and what it said last.
        """
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise Broken(_obituary(child, code))

    def end(self, is_impatient: Callable[[], bool] = lambda: False) -> None:
        """End the shop first, then the programs around it, so that its last calls find them."""
        for is_outside in (False, True):
            end_groups(
                (child.process.pid for child in self._children_where(is_outside)),
                look=self._collect,
                is_impatient=is_impatient,
            )
        self._tell_watchdog(watchdog.DONE)
        with suppress(OSError):
            self._input.close()
        self._watchdog.wait()

    @property
    def _input(self) -> IO[bytes]:
        assert self._watchdog.stdin is not None
        return self._watchdog.stdin

    def _children_where(self, is_outside: bool) -> Iterable[_Child]:
        return [child for child in self._children if child.program.is_outside == is_outside]

    def _collect(self) -> None:
        for child in self._children:
            child.process.poll()

    def _start_watchdog(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  # our own module, no shell
            [*_RUN_MODULE, watchdog.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,
        )

    def _tell_watchdog(self, line: str) -> None:
        with suppress(OSError):  # without a watchdog the demo only ends less tidily when killed
            self._input.write(f"{line}\n".encode())
            self._input.flush()


def _obituary(child: _Child, code: int) -> str:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    lines = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    said = "\n".join(f"  {line}" for line in lines) or "  (nothing)"
    return f"The process {child.program.name!r} {how}. Last lines of {child.log}:\n{said}"
