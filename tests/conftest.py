"""Fixtures for all tests: databases of both kinds, a clock to move, a shop, a gateway."""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import CodeType
from typing import ClassVar

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from komet_clearent.plugin import plugin as clearent
from komet_clearent.sandbox.program import SandboxServer
from werkzeug.routing import Rule

from komet_shop import migrations
from komet_shop.clock import Clock
from komet_shop.config import Config, Secret
from komet_shop.models.database import Database
from komet_shop.plugin_api import Deadlines
from komet_shop.services import sending
from komet_shop.services.bulkhead import Bulkhead
from komet_shop.services.gateways import Gateways
from komet_shop.services.secret_box import SecretBox
from komet_shop.services.shop import Shop
from tests import factories
from tests.postgres import Cluster, cluster, memory
from tests.world import World

FAST = Deadlines(connect=0.5, total=2.0)


class TemplatesOnce(BytecodeCache):
    """Compiled templates of this process: most tests make an application of their own."""

    def __init__(self) -> None:
        self._compiled: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._compiled.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._compiled[bucket.key] = (bucket.checksum, bucket.code)


class RouteOnce(Rule):
    """A route whose code is compiled once per process, not once per application."""

    _builders: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, repr(self._trace), repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


Flask.jinja_options = {"bytecode_cache": TemplatesOnce()}
Flask.url_rule_class = RouteOnce
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that talks to another machine is a broken test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]  # whatever the caller gave

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One private PostgreSQL for the run, with a migrated template database."""
    with cluster() as running:
        template = Database(running.create("template_shop"))
        migrations.upgrade(template.engine)
        template.close()
        yield running


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    template = Database(f"sqlite:///{path}")
    migrations.upgrade(template.engine)
    template.close()
    return path


class Places:
    """Where the databases of this process lie: one address for each kind and number.

    Each test starts with an empty one at the same address, so that what was compiled for it
    need not be compiled again.
    """

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._opened: dict[str, Database] = {}

    def lay(self, kind: str, number: int = 0) -> str:
        """The address of a migrated, empty "sqlite" or "postgresql"; what was there is gone."""
        if kind == "sqlite":
            path = self._folder / f"shop-{number}.db"
            for left in self._folder.glob(f"{path.name}*"):
                left.unlink()
            shutil.copy(self._request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        running: Cluster = self._request.getfixturevalue("postgres")
        running.drop(f"shop_{number}")
        return running.create(f"shop_{number}", template="template_shop")

    def open(self, url: str) -> Database:
        """The database at an address, without connections of an earlier test."""
        if url not in self._opened:
            self._opened[url] = Database(url)
        self._opened[url].close()
        return self._opened[url]

    def close(self) -> None:
        """Give all connections back."""
        for database in self._opened.values():
            database.close()


@pytest.fixture(scope="session")
def places(request: pytest.FixtureRequest) -> Iterator[Places]:
    """Databases of this process."""
    with tempfile.TemporaryDirectory(prefix="ks-places-", dir=memory()) as folder:
        made = Places(request, Path(folder))
        yield made
        made.close()


@pytest.fixture
def fresh_url(places: Places) -> Callable[[str], str]:
    """Makes migrated, empty databases: `fresh_url("sqlite")` or `fresh_url("postgresql")`."""
    numbers = count()
    return lambda kind: places.lay(kind, next(numbers))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, fresh_url: Callable[[str], str]) -> str:
    """The address of a migrated, empty database; every test runs on both kinds."""
    return fresh_url(request.param)


@pytest.fixture
def database(database_url: str, places: Places) -> Iterator[Database]:
    """A migrated, empty database of each kind."""
    opened = places.open(database_url)
    yield opened
    opened.close()


class MovableClock(Clock):
    """A clock that a test moves, through the same file as all processes use."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path
        path.write_text("0")

    def advance(self, *, seconds: int) -> None:
        """Let time pass."""
        self.path.write_text(str(int(self.path.read_text()) + seconds))


@pytest.fixture
def clock(tmp_path: Path) -> MovableClock:
    """The clock of shop and sandboxes."""
    return MovableClock(tmp_path / "clock")


@pytest.fixture
def config(database_url: str, tmp_path: Path, clock: MovableClock) -> Config:
    """A configuration for tests; the gateway's address comes with the gateway."""
    return Config(
        env="test",
        base_url="http://localhost:5000",
        database_url=database_url,
        secret_key=Secret("test-" + "s" * 40),
        master_key=factories.MASTER_KEY,
        data_dir=tmp_path,
        deadlines=FAST,
        clock_file=clock.path,
    )


class TestHost:
    """What the plugin may ask of the shop, in tests of services."""

    __test__ = False
    software = ("Komet Shop", "test")

    def __init__(self, database: Database) -> None:
        self._database = database

    def about_to_call(self) -> float:
        self._database.require_no_open_unit()
        return sending.latest_start()

    def log(self, event: str, **fields: str | int | bool | None) -> None:
        """Services' tests read no log."""


def shop_of(config: Config, clock: Clock, database: Database) -> Shop:
    """The shop's parts, joined as the program joins them."""
    box = SecretBox(factories.MASTER_KEY)
    gateways = Gateways(
        config=config, database=database, box=box, plugin=clearent, host=TestHost(database)
    )
    return Shop(
        config=config,
        clock=clock,
        database=database,
        box=box,
        gateways=gateways,
        bulkhead=Bulkhead(8),
    )


@pytest.fixture
def gateway() -> Iterator[SandboxServer]:
    """A local gateway on a real socket, with a ledger of its own."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def open_shop_at(
    config: Config, clock: MovableClock, database: Database
) -> Iterator[Callable[[str], Shop]]:
    """Joins the shop's parts to a gateway at an address."""
    opened: list[Shop] = []

    def at(gateway_url: str) -> Shop:
        opened.append(shop_of(replace(config, gateway_url=gateway_url), clock, database))
        return opened[-1]

    yield at
    for shop in opened:
        shop.bulkhead.drain()


@pytest.fixture
def shop(open_shop_at: Callable[[str], Shop], gateway: SandboxServer) -> Shop:
    """The shop's parts, joined to the local gateway."""
    return open_shop_at(gateway.url)


@pytest.fixture
def world(shop: Shop, gateway: SandboxServer) -> World:
    """A buyer with a cart of two boxes, a location that takes cards, and the gateway."""
    return World.build(shop, gateway)
