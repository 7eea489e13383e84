"""A private PostgreSQL cluster for the tests: socket only, in memory where there is some."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

MEMORY = "/dev/shm"
ENOUGH_BYTES = 2 * 1024**3
OWNERS = ("postgres", "nobody")
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


class Cluster:
    """A running cluster; gives fresh databases."""

    def __init__(self, socket_folder: Path, user: str) -> None:
        self.socket_folder = socket_folder
        self.user = user

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.socket_folder}"

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, copied from `template`; returns its URL."""
        self._command(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    def drop(self, database: str) -> None:
        self._command(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _command(self, sql: str) -> None:
        with psycopg.connect(
            host=str(self.socket_folder), user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster and end it again; as another user than root."""
    folder = Path(tempfile.mkdtemp(prefix="ks-pg-", dir=memory()))
    owner = _owner()
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if owner:
        shutil.chown(data, owner)
        shutil.chown(folder, owner)
    binaries = _binaries()
    _run([binaries / "initdb", "-D", data, "-U", "shop", "--auth=trust", "-E", "UTF8"], owner)
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items() if value)
    options += f" -c listen_addresses= -c unix_socket_directories={folder}"
    start = [binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"]
    _run(start, owner)
    try:
        yield Cluster(folder, "shop")
    finally:
        _run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], owner)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str | Path], owner: str | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        user=owner,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )


def _binaries() -> Path:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = shutil.which("initdb")
    if candidates:
        return candidates[0].parent
    if found:
        return Path(found).resolve().parent
    raise RuntimeError("PostgreSQL is not installed; `make test` installs it on Debian and Ubuntu.")


def _owner() -> str | None:
    """Root may not run PostgreSQL: use the system's user for it."""
    if os.geteuid() != 0:
        return None
    known = Path("/etc/passwd").read_text()
    return next(name for name in OWNERS if f"\n{name}:" in f"\n{known}")


def memory() -> str | None:
    """A folder in memory where one is large enough: a disk would be most of the time."""
    there = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    return MEMORY if there else None
