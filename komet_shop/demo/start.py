"""Starting the demo: each part in the order in which the others need it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from komet_shop import migrations
from komet_shop.app import open_shop
from komet_shop.config import Config, ConfigError, Secret
from komet_shop.demo import command_line, second_factor, surroundings
from komet_shop.demo.answers import Patience
from komet_shop.demo.card_payments import CardPayments
from komet_shop.demo.children import Children, Program
from komet_shop.demo.failures import Broken, CannotStart
from komet_shop.demo.folder import DemoFolder
from komet_shop.demo.interruption import Interruption
from komet_shop.demo.keys import DemoKeys
from komet_shop.demo.options import Options
from komet_shop.demo.outside import Gateway, Komet, Mail, Outside
from komet_shop.demo.own_database import require_demo
from komet_shop.demo.people import PEOPLE, seed_people
from komet_shop.demo.report import Ready
from komet_shop.demo.steps import Steps
from komet_shop.demo.unclear_payment import Mishap
from komet_shop.komet_client import open_komet
from komet_shop.models.database import Database
from komet_shop.plugin_api import Plugin
from komet_shop.services import pulls
from komet_shop.services.erp import ErpRefused, ErpUnavailable
from komet_shop.services.pull_tables import Tally
from komet_shop.services.shop import Shop

COMPANY = "Rosa Alta Flowers"
WEB, WORKER = "web", "worker"
ANSWER_SECONDS = 60.0
_SQLITE = "sqlite:///"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a demo stands on: chosen and checked before anything was started."""

    options: Options
    plugin: Plugin
    folder: DemoFolder
    keys: DemoKeys
    port: int

    @property
    def base_url(self) -> str:
        """The shop's address. By name, because sandboxes get their cookies by number."""
        return f"http://localhost:{self.port}"

    @property
    def database_url(self) -> str:
        """The given database, or the one in the folder; the same wherever a process runs."""
        given = self.options.database_url
        if not given.startswith(_SQLITE):
            return given or self.folder.database_url
        return _SQLITE + str(Path(given.removeprefix(_SQLITE)).absolute())


class Start:
    """One start, from nothing to a shop that answers."""

    def __init__(
        self, ground: Ground, *, children: Children, interruption: Interruption, steps: Steps
    ) -> None:
        self._ground = ground
        self._children = children
        self._interruption = interruption
        self._step = steps.step
        self._patience = Patience(children, seconds=ANSWER_SECONDS)
        self._outside = Outside(ground.folder, ground.options, ground.plugin)

    def run(self) -> Ready:
        """Start everything; returns once all of it answers.

        Raises:
            CannotStart, Broken
        """
        komet, mail = self._first_programs()
        environment = surroundings.of_the_shop(
            folder=self._ground.folder,
            keys=self._ground.keys,
            base_url=self._ground.base_url,
            database_url=self._ground.database_url,
            komet=komet,
            mail=mail,
        )
        with self._opened(environment) as shop:
            self._pull(shop)
            gateway = self._gateway(shop)
            environment = surroundings.with_gateway(environment, gateway)
            with self._opened(environment) as at_gateway:
                CardPayments(shop).switch_on(at_gateway, gateway.accounts)
        self._rehearse(environment, gateway)
        self._shop(environment)
        return self._ready(komet, mail, gateway)

    def _first_programs(self) -> tuple[Komet, Mail]:
        with self._step("Starting Komet and the mail catcher"):
            for program in self._outside.first_programs():
                self._launch(program, surroundings.of_everybody())
            self._migrate()
            return self._outside.komet(self._patience), self._outside.mail(self._patience)

    def _migrate(self) -> None:
        """Meanwhile: the database needs nobody else."""
        database = Database(self._ground.database_url)
        try:
            require_demo(database)
            migrations.upgrade(database.engine)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise CannotStart(f"The database cannot be used: {cause}") from error
        finally:
            database.close()

    def _pull(self, shop: Shop) -> None:
        erp = open_komet(shop)
        assert erp is not None
        with self._step("Getting customers, flowers and stock from Komet") as tell:

            def report(part: str, tally: Tally | None) -> None:
                if tally is None:
                    tell(part)

            try:
                pulls.pull_everything(shop, erp, company_name=COMPANY, report=report)
            except (ErpUnavailable, ErpRefused) as error:
                raise Broken(f"Komet gave no data: {error}") from error

    def _gateway(self, shop: Shop) -> Gateway:
        with self._step(f"Starting {self._ground.plugin.title}, adding people"):
            payments = CardPayments(shop)
            accounts = payments.accounts()
            addresses = self._notification_addresses(payments.notified())
            program = self._outside.gateway_program(accounts, addresses)
            if program is not None:
                self._launch(program, surroundings.of_everybody())
            shop.database.run(self._seed_people(shop))
            return self._outside.gateway(accounts, self._patience)

    @contextmanager
    def _opened(self, environment: Mapping[str, str]) -> Iterator[Shop]:
        """The shop's parts in this process, for a while."""
        shop = open_shop(_config(environment), self._ground.plugin)
        try:
            yield shop
        finally:
            shop.bulkhead.drain()
            shop.database.close()

    def _notification_addresses(self, accounts: Mapping[str, int]) -> dict[str, str]:
        start = f"{self._ground.base_url}/plugins/{self._ground.plugin.name}/notifications"
        return {code: f"{start}/{number}" for code, number in accounts.items()}

    def _seed_people(self, shop: Shop) -> Callable[[Session], None]:
        keys, now = self._ground.keys, shop.clock.now()

        def unit(session: Session) -> None:
            seed_people(session, keys.passwords, now)
            second_factor.give(session, PEOPLE[-1].email, keys.totp_key, shop.config.master_key)

        return unit

    def _rehearse(self, environment: Mapping[str, str], gateway: Gateway) -> None:
        program = self._ground.plugin.sandbox()
        if self._ground.options.gateway_url or program is None or program.rehearsal is None:
            return
        with (
            self._step("Making a payment that needs a person"),
            self._opened(environment) as shop,
        ):
            Mishap(shop=shop, gateway=gateway, rehearsal=program.rehearsal).happen()

    def _shop(self, environment: Mapping[str, str]) -> None:
        with self._step("Starting the shop and its worker"):
            options, port = self._ground.options, str(self._ground.port)
            serve = ("serve", "--host", options.host, "--port", port)
            processes = ("--processes", str(options.workers))
            self._launch(_command(WEB, *serve, *processes), environment)
            self._launch(_command(WORKER, "worker"), environment)
            self._patience.for_answer(f"{self._ground.base_url}/readyz", name=WEB)

    def _launch(self, program: Program, environment: Mapping[str, str]) -> None:
        with self._interruption.held():
            self._children.start(program, environment)

    def _ready(self, komet: Komet, mail: Mail, gateway: Gateway) -> Ready:
        ground = self._ground
        return Ready(
            shop_url=ground.base_url,
            plugin_name=ground.plugin.name,
            plugin_title=ground.plugin.title,
            gateway_url=gateway.url,
            komet_url=komet.page_url,
            mail_url=mail.page_url,
            database_url=Secret(ground.database_url),
            pids=self._children.pids,
            passwords=ground.keys.passwords,
            totp_key=ground.keys.totp_key,
            folder=ground.folder.root,
        )


def _config(environment: Mapping[str, str]) -> Config:
    try:
        return Config.from_environment(environment)
    except ConfigError as error:
        raise CannotStart(" ".join(str(error).splitlines())) from error


def _command(name: str, *arguments: str) -> Program:
    return Program(name=name, module=command_line.__name__, arguments=arguments)
