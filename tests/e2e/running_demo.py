"""A demo as a person starts it: the command, what it says, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

LAST_LINE = "End the demo with Ctrl-C"
GONE_SECONDS = 30
COMMAND = (sys.executable, "-P", "-m", "komet_shop.demo.command_line", "demo")


class RunningDemo:
    """The demo with its data in `folder / "data"`, from `with` to the end of it."""

    def __init__(self, folder: Path, *options: str, command: tuple[str, ...] = COMMAND) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.ready_file = folder / "ready.json"
        self._command = [
            *command, "--port", "0", "--workers", "1",
            "--data", str(self.data), "--ready-file", str(self.ready_file), *options,
        ]  # fmt: skip
        self.said: list[str] = []

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if LAST_LINE in line:
                break
        else:
            raise AssertionError("the demo did not start:\n" + "".join(self.said))
        self.ready: dict[str, Any] = json.loads(self.ready_file.read_text())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.end()

    @property
    def logins(self) -> dict[str, dict[str, str]]:
        """E-mail and password by who it is."""
        logins: dict[str, dict[str, str]] = self.ready["logins"]
        return logins

    @property
    def pids(self) -> dict[str, int]:
        """Numbers of the processes by name."""
        pids: dict[str, int] = self.ready["pids"]
        return pids

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal; the exit code and what was said after it."""
        self.process.send_signal(number)
        return self.last_words()

    def last_words(self) -> tuple[int, str]:
        """Wait for the end."""
        said = self.process.communicate(timeout=GONE_SECONDS)[0]
        return self.process.returncode, said

    def alive(self) -> list[str]:
        """Processes that are still there."""
        return [name for name, pid in self.pids.items() if _is_there(pid)]


def run_for_a_line(*options: str, folder: Path) -> tuple[int, str]:
    """A start that is refused: exit code, and all it said."""
    done = subprocess.run(
        [*COMMAND, *options], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
