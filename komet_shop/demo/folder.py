"""The demo's folder: what is kept between runs, and one demo at a time in it."""

import fcntl
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from komet_shop.demo.failures import CannotStart

MARK = "komet-shop-demo.lock"
"""Made first, never removed: what a marked folder holds under our names is ours."""
FILES = ("secrets.json", "shop.db", "queue.db", "clock")
FOLDERS = ("logs", "ready", "sandboxes", "shop")
SQLITE_LEFTOVERS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, kw_only=True)
class DemoFolder:
    """Where one demo keeps its state; see `open_folder`."""

    root: Path
    _lock: IO[str] = field(repr=False)

    @property
    def secrets(self) -> Path:
        """Keys and passwords, readable by the owner only."""
        return self.root / "secrets.json"

    @property
    def database_url(self) -> str:
        """The embedded database."""
        return f"sqlite:///{self.root / 'shop.db'}"

    @property
    def queue_url(self) -> str:
        """The embedded queue."""
        return f"sqlite:///{self.root / 'queue.db'}"

    @property
    def clock(self) -> Path:
        """Seconds that all processes add to the time."""
        return self.root / "clock"

    @property
    def logs(self) -> Path:
        """A log for each process."""
        return self.root / "logs"

    @property
    def shop(self) -> Path:
        """Files of the shop itself."""
        return self.root / "shop"

    def sandbox(self, name: str) -> Path:
        """What one of the programs around the shop keeps."""
        return self.root / "sandboxes" / name

    def ready_path(self, name: str) -> Path:
        """Where a program says that it is ready."""
        return self.root / "ready" / f"{name}.json"

    def fresh_ready_path(self, name: str) -> Path:
        """The same, with nothing there yet."""
        path = self.ready_path(name)
        path.unlink(missing_ok=True)
        return path

    def close(self) -> None:
        """Let the next demo in."""
        self._lock.close()


def default_root() -> Path:
    """The user's own folder for data of programs, or a new temporary one without a home."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  # Path.home() fails without a home
    if not (home.is_dir() and os.access(home, os.W_OK)):
        return Path(tempfile.mkdtemp(prefix="komet-shop-demo-"))
    usual = home / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")
    return Path(os.environ.get("XDG_DATA_HOME") or usual) / "komet-shop" / "demo"


def open_folder(root: Path, *, fresh: bool) -> DemoFolder:
    """Make or reuse the folder, empty of any earlier demo if `fresh`.

    Raises:
        CannotStart: another demo uses it, or it holds something else.
    """
    root = root.expanduser().absolute()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        _require_ours(root)
        lock = (root / MARK).open("a")
        _take(lock, root)
        if fresh:
            _empty(root)
        for name in FOLDERS:
            (root / name).mkdir(exist_ok=True)
    except OSError as error:
        raise CannotStart(f"{root} cannot be used: {error.strerror}.") from error
    folder = DemoFolder(root=root, _lock=lock)
    if not folder.clock.exists():
        folder.clock.write_text("0\n")
    return folder


def _require_ours(root: Path) -> None:
    if (root / MARK).exists():
        return
    strangers = [name for name in (*FILES, *FOLDERS) if (root / name).exists()]
    if strangers:
        raise CannotStart(
            f"{root} holds {', '.join(strangers)}, which no demo made. "
            "Choose an empty or new folder with --data."
        )


def _take(lock: IO[str], root: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise CannotStart(
            f"A demo already runs with the data in {root}. "
            "End that one, or choose another folder with --data."
        ) from error


def _empty(root: Path) -> None:
    """Remove what a demo made, by name, and nothing else."""
    for name in FOLDERS:
        shutil.rmtree(root / name, ignore_errors=True)
    for name in FILES:
        for ending in SQLITE_LEFTOVERS:
            (root / f"{name}{ending}").unlink(missing_ok=True)
