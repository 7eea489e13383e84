"""Everything around the two applications: database, Komet, gateway, data, and how to start them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from benchmarks import bare, bare_server, goods
from benchmarks.goods import Buyer, Goods
from benchmarks.server import Recipe
from komet_shop import migrations
from komet_shop.app import open_shop
from komet_shop.config import Config
from komet_shop.demo import command_line, ports, surroundings
from komet_shop.demo.answers import Patience
from komet_shop.demo.card_payments import CardPayments
from komet_shop.demo.children import Children, Program
from komet_shop.demo.folder import DemoFolder, open_folder
from komet_shop.demo.keys import load_or_make
from komet_shop.demo.options import Options
from komet_shop.demo.outside import Gateway, Komet, Mail, Outside
from komet_shop.komet_client import open_komet
from komet_shop.models.database import Database
from komet_shop.plugins import active_plugin
from komet_shop.services import pulls
from komet_shop.services.shop import Shop
from tests.postgres import Cluster, cluster

ROOT = Path(__file__).parents[1]
BARE, SHOP = "bare", "shop"
DATABASE = "benchmark"
ADDRESS = "127.0.0.1"
NO_MAIL = Mail(smtp_url="", page_url="")
ANSWER_SECONDS = 60.0
TIMEOUT = 5


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much there is: people who log in, orders of earlier years."""

    buyers: int
    old_orders: int


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the measurements work with."""

    recipes: Mapping[str, Recipe]
    goods: Goods
    buyers: list[Buyer]
    gateway_url: str
    public_keys: Mapping[str, str]
    database_pid: int
    database_log: Path
    conninfo: str


@contextmanager
def stage(folder: Path, size: Size) -> Iterator[Stage]:
    """Set it all up in an empty folder; at the end every process of it has ended."""
    with cluster() as database:
        opened = open_folder(folder, fresh=False)
        outside = Children(logs=opened.logs, folder=opened.root)
        try:
            yield _Builder(database, opened, outside).build(size)
        finally:
            outside.end()
            opened.close()


class _Builder:
    def __init__(self, database: Cluster, folder: DemoFolder, children: Children) -> None:
        self._cluster = database
        self._folder = folder
        self._children = children
        self._plugin = active_plugin("")
        self._outside = Outside(folder, Options(), self._plugin)
        self._patience = Patience(children, seconds=ANSWER_SECONDS)
        self._port = ports.choose(ADDRESS, 0)
        self._keys = load_or_make(folder.secrets, ())
        self._url = database.create(DATABASE)

    def build(self, size: Size) -> Stage:
        komet = self._start_komet()
        _migrate(self._url)
        environment = self._environment(komet)
        shop = open_shop(Config.from_environment(environment), self._plugin)
        try:
            self._pull(shop)
            gateway = self._start_gateway(shop, environment)
            found, buyers = self._data(shop, size)
        finally:
            shop.bulkhead.drain()
            shop.database.close()
        recipes = {
            BARE: self._bare(found, gateway),
            SHOP: self._shop(surroundings.with_gateway(environment, gateway)),
        }
        return self._stage(recipes, found, buyers, gateway)

    def _stage(
        self, recipes: Mapping[str, Recipe], found: Goods, buyers: list[Buyer], gateway: Gateway
    ) -> Stage:
        pid_file = self._cluster.socket_folder / "data" / "postmaster.pid"
        return Stage(
            recipes=recipes,
            goods=found,
            buyers=buyers,
            gateway_url=gateway.url,
            public_keys={
                BARE: gateway.accounts[BARE]["public_key"],
                SHOP: gateway.accounts[found.place_code]["public_key"],
            },
            database_pid=int(pid_file.read_text().splitlines()[0]),
            database_log=self._cluster.socket_folder / "log",
            conninfo=self._conninfo,
        )

    @property
    def _conninfo(self) -> str:
        return f"host={self._cluster.socket_folder} user={self._cluster.user} dbname={DATABASE}"

    def _environment(self, komet: Komet) -> dict[str, str]:
        return surroundings.of_the_shop(
            folder=self._folder,
            keys=self._keys,
            base_url=f"http://localhost:{self._port}",
            database_url=self._url,
            komet=komet,
            mail=NO_MAIL,
        )

    def _start_komet(self) -> Komet:
        self._children.start(self._outside.first_programs()[0], surroundings.of_everybody())
        return self._outside.komet(self._patience)

    def _pull(self, shop: Shop) -> None:
        erp = open_komet(shop)
        assert erp is not None
        pulls.pull_everything(shop, erp)

    def _start_gateway(self, shop: Shop, environment: Mapping[str, str]) -> Gateway:
        """The shop's accounts send their news to it, as they do in the field; the bare one none."""
        payments = CardPayments(shop, everywhere=True)
        accounts = payments.accounts()
        news = f"{shop.config.base_url}/plugins/{self._plugin.name}/notifications"
        program = self._outside.gateway_program(
            accounts, {code: f"{news}/{number}" for code, number in accounts.items()}
        )
        assert program is not None
        program = replace(program, arguments=(*program.arguments, "--account", BARE))
        self._children.start(program, surroundings.of_everybody())
        gateway = self._outside.gateway(accounts, self._patience)
        _forget_duplicate_rule(gateway.url)
        at = surroundings.with_gateway(environment, gateway)
        at_gateway = open_shop(Config.from_environment(at), self._plugin)
        try:
            payments.switch_on(at_gateway, gateway.accounts)
        finally:
            at_gateway.bulkhead.drain()
            at_gateway.database.close()
        return gateway

    def _data(self, shop: Shop, size: Size) -> tuple[Goods, list[Buyer]]:
        now = shop.clock.now()
        buyers = goods.add_buyers(shop.database, size.buyers, now)
        with shop.database.read() as session:
            found = goods.goods(session, now)
        goods.fill(self._conninfo, found, buyers, size.old_orders)
        return found, buyers

    def _bare(self, found: Goods, gateway: Gateway) -> Recipe:
        port = ports.choose(ADDRESS, 0)
        settings = {
            "DATABASE": self._conninfo,
            "PLACE": str(found.place_id),
            "DAY": found.ship_date.isoformat(),
            "GATEWAY": gateway.url,
            "GATEWAY_KEY": gateway.accounts[BARE]["api_key"],
        }
        environment = surroundings.of_everybody() | {"PYTHONPATH": str(ROOT)}
        environment |= {f"{bare.PREFIX}{name}": value for name, value in settings.items()}
        program = Program(name=BARE, module=bare_server.__name__, arguments=(str(port),))
        return self._recipe(program, environment, port)

    def _shop(self, environment: Mapping[str, str]) -> Recipe:
        processes, threads = str(bare_server.PROCESSES), str(bare_server.THREADS)
        size = ("--processes", processes, "--threads", threads)
        arguments = ("serve", "--port", str(self._port), *size)
        program = Program(name=SHOP, module=command_line.__name__, arguments=arguments)
        return self._recipe(program, environment, self._port)

    def _recipe(self, program: Program, environment: Mapping[str, str], port: int) -> Recipe:
        return Recipe(program=program, environment=environment, port=port, folder=self._folder.logs)


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        migrations.upgrade(database.engine)
    finally:
        database.close()


def _forget_duplicate_rule(gateway_url: str) -> None:
    """The same card pays the same amount again and again, which a gateway rightly refuses."""
    answer = requests.post(
        f"{gateway_url}/_control/assumptions",
        json={"duplicate_rule_default_on": False},
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
