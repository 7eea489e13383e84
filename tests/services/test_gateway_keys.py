"""Keys of the gateway: proved before they are kept, and one working set at every moment."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from ecdsa import BRAINPOOLP384t1, SigningKey
from komet_clearent.connection import ClearentConnection
from komet_clearent.plugin import ClearentPlugin
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options
from sqlalchemy import MetaData, event, select, update

from komet_shop.domain.activation import Status
from komet_shop.models import Audit, Company, GatewayAccount, Location, Outbox, SavedCard
from komet_shop.models.database import Database
from komet_shop.plugin_api import Account, Deadlines, Health, Host, ProvesHealth
from komet_shop.services import activation, gateway_keys, key_checks, sending
from komet_shop.services.activation import OutOfTurn
from komet_shop.services.bulkhead import Bulkhead
from komet_shop.services.gateway_keys import ChangedMeanwhile, PaymentsUnderWay
from komet_shop.services.gateways import Gateways
from komet_shop.services.key_checks import (
    Crowded,
    Given,
    KeyMissing,
    KeysDoNotWork,
    KeyTaken,
    Unanswered,
    WrongEnvironment,
)
from komet_shop.services.secret_box import SealBroken
from komet_shop.services.shop import Shop
from tests import factories
from tests.conftest import TestHost
from tests.services.branch import Branch
from tests.world import TIMEOUT, World


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def gateway() -> Iterator[SandboxServer]:
    """A gateway with two terminals."""
    with SandboxServer(Options(labels=("MIA", "LAX"))) as server:
        yield server


@pytest.fixture
def branch(shop: Shop, gateway: SandboxServer) -> Branch:
    """A location whose rates are agreed."""
    built = Branch.build(shop, gateway)
    built.go_to(Status.KEYS_PENDING)
    return built


def opened(branch: Branch) -> dict[str, str]:
    """The keys that the account's row holds."""
    account = branch.shop.gateways.account_of(branch.account, branch.code)
    return dict(account.settings)


def works(branch: Branch) -> bool:
    connection = branch.shop.gateways.connect(branch.account.id)
    assert isinstance(connection, ProvesHealth)
    return connection.check().ok


def dump_of(database: Database) -> str:
    """Every value of every table, and of SQLite every byte of its files."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.read() as session:
        rows = [
            str([tuple(row) for row in session.execute(select(table))])
            for table in tables.sorted_tables
        ]
    if database.is_sqlite:
        folder = Path(str(database.url.database)).parent
        rows += [path.read_bytes().decode("latin-1") for path in folder.glob("shop.db*")]
    return "\n".join(rows)


def test_keys_that_work_are_kept_and_count_as_tested(branch: Branch) -> None:
    branch.enter()

    account = branch.account
    assert opened(branch) == branch.keys()
    assert account.tested_at is not None
    assert json.loads(account.shown_settings) == {
        name: value[-4:] for name, value in branch.keys().items()
    }
    assert branch.told()[-1] == "keys_entered"


def test_keys_that_do_not_work_leave_nothing(branch: Branch) -> None:
    with pytest.raises(KeysDoNotWork, match="refused the API key"):
        branch.enter(api_key="sandbox-0000")

    assert branch.account.settings_ciphertext == ""
    assert branch.account.tested_at is None
    assert "gateway_keys_set" not in branch.audited()


def test_an_incomplete_set_is_named_by_its_label(branch: Branch) -> None:
    with pytest.raises(KeyMissing, match="Public key"):
        branch.enter(public_key=" ")


def test_a_public_key_cut_short_is_not_kept(branch: Branch) -> None:
    whole = branch.keys()["public_key"]

    for cut in (whole[:-20], whole[20:], whole[:-1], whole[:-2] + "00"):
        with pytest.raises(KeysDoNotWork, match="not whole"):
            branch.enter(public_key=cut)

    assert branch.account.settings_ciphertext == ""


def test_a_public_key_that_the_gateway_does_not_know_is_not_kept(branch: Branch) -> None:
    stranger = SigningKey.generate(curve=BRAINPOOLP384t1).verifying_key.to_der().hex()

    with pytest.raises(KeysDoNotWork, match="does not know the public key"):
        branch.enter(public_key=stranger)

    assert branch.account.settings_ciphertext == ""


@pytest.mark.parametrize("name", ["api_key", "public_key"])
def test_a_key_of_another_location_is_refused_by_name(branch: Branch, name: str) -> None:
    branch.enter(1)
    other = second_location(branch)

    with pytest.raises(KeyTaken) as refused:
        other.enter(**{name: branch.keys(1)[name]})

    assert refused.value.place == "Miami"
    assert other.account.settings_ciphertext == ""
    other.enter(0)
    assert opened(other) == branch.keys(0)


def test_spaces_and_line_breaks_within_a_pasted_key_are_dropped(branch: Branch) -> None:
    keys = branch.keys()
    broken = {name: f" {key[:9]}\r\n{key[9:15]} \t{key[15:]}\n" for name, key in keys.items()}

    branch.enter(**broken)

    assert opened(branch) == keys


def test_an_account_may_be_given_its_own_keys_again(branch: Branch) -> None:
    branch.enter()
    branch.enter()

    assert opened(branch) == branch.keys()


def test_a_payment_refused_for_its_keys_is_told_once_until_they_are_tested(world: World) -> None:
    shop, clicks = world.shop, [world.click() for _ in range(3)]
    known = dict(world.gateway.sandbox.accounts)
    world.gateway.sandbox.accounts.clear()

    failed = [world.pay(click).state for click in clicks[:2]]
    account = world.only(GatewayAccount)
    world.gateway.sandbox.accounts.update(known)
    gateway_keys.test(shop, account.id, actor=world.scope.actor)
    tested = world.only(GatewayAccount)
    world.gateway.sandbox.accounts.clear()
    world.pay(clicks[2])

    assert failed == ["failed", "failed"]
    assert account.last_failure == sending.KEYS_REFUSED
    assert account.last_failure_at is not None
    assert account.failures_in_row == 0
    assert tested.last_success_at > account.last_failure_at
    with shop.database.read() as session:
        written = session.scalars(select(Outbox).where(Outbox.kind == "mail")).all()
    assert [one.payload["step"] for one in written] == ["keys_refused", "keys_refused"]


def test_a_page_can_see_that_a_payment_is_open(world: World) -> None:
    def is_open() -> bool:
        with world.shop.database.read() as session:
            return gateway_keys.is_anything_under_way(session, world.location_id)

    before = is_open()
    started = world.start()
    during = is_open()
    world.send(started)

    assert [before, during, is_open()] == [False, True, False]


def second_location(branch: Branch) -> Branch:
    """Another location of the same company, whose rates are agreed."""
    with branch.shop.database.write() as session:
        company = session.get_one(Company, branch.scope.company_id)
        place: Location = factories.make_location(session, company, code="LAX", name="Los Angeles")
        scope = replace(branch.scope, location_ids=frozenset({place.id}))
        other = replace(branch, scope=scope, location_id=place.id, code=place.code)
    other.go_to(Status.KEYS_PENDING)
    return other


def test_live_keys_are_refused_outside_production(branch: Branch) -> None:
    with pytest.raises(WrongEnvironment):
        branch.enter(environment="live")

    assert branch.account.settings_ciphertext == ""


def test_production_takes_keys_of_both_kinds(branch: Branch) -> None:
    config = replace(branch.shop.config, env="production")

    assert key_checks.environments(config) == ("live", "test")
    assert key_checks.environments(branch.shop.config) == ("test",)


def test_a_new_key_takes_the_place_of_the_old_one_at_once(branch: Branch) -> None:
    branch.enter()
    before = branch.shop.gateways.connect(branch.account.id)

    branch.enter(1)

    assert opened(branch) == branch.keys(1)
    assert branch.shop.gateways.connect(branch.account.id) is not before
    assert works(branch)
    assert branch.told()[-1] == "keys_replaced"


def test_the_audit_log_has_last_fours_and_no_key(branch: Branch) -> None:
    branch.enter()
    branch.enter(1)

    with branch.shop.database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "gateway_keys_set")).all()
    old, new = branch.keys(0)["api_key"], branch.keys(1)["api_key"]
    assert rows[-1].before["last_four"]["api_key"] == old[-4:]
    assert rows[-1].after["last_four"]["api_key"] == new[-4:]
    assert old not in str([row.before for row in rows])


class DyingPlugin(ClearentPlugin):
    """The real one, in a process that is killed while the gateway is asked."""

    def open(self, account: Account, host: Host, deadlines: Deadlines) -> ClearentConnection:
        return DyingConnection(account, host, deadlines)


class DyingConnection(ClearentConnection):
    def check(self) -> Health:
        raise Killed


def dying_shop(shop: Shop) -> Shop:
    gateways = Gateways(
        config=shop.config,
        database=shop.database,
        box=shop.box,
        plugin=DyingPlugin(),
        host=TestHost(shop.database),
    )
    return replace(shop, gateways=gateways)


@contextmanager
def dying_at(database: Database, moment: str, only: str = "") -> Iterator[None]:
    """The process ends when the engine comes to this moment, of a statement that begins so."""

    def die(*seen: object) -> None:
        if not only or str(seen[2]).startswith(only):
            raise Killed

    event.listen(database.engine, moment, die)
    try:
        yield
    finally:
        event.remove(database.engine, moment, die)


def die_in_the_check(branch: Branch) -> None:
    replace(branch, shop=dying_shop(branch.shop)).enter(1)


def die_before_the_update(branch: Branch) -> None:
    gateway_keys.prove(branch.shop, branch.account.id, branch.given(1))
    raise Killed


def die_at_the_update(branch: Branch) -> None:
    proved = gateway_keys.prove(branch.shop, branch.account.id, branch.given(1))
    with dying_at(branch.shop.database, "before_cursor_execute", "UPDATE gateway_account"):
        gateway_keys.keep(branch.shop, proved, actor=branch.scope.actor)


def die_at_the_commit(branch: Branch) -> None:
    proved = gateway_keys.prove(branch.shop, branch.account.id, branch.given(1))
    with dying_at(branch.shop.database, "commit"):
        gateway_keys.keep(branch.shop, proved, actor=branch.scope.actor)


@pytest.mark.parametrize(
    "die", [die_in_the_check, die_before_the_update, die_at_the_update, die_at_the_commit]
)
def test_a_rotation_that_is_killed_leaves_one_working_key(
    branch: Branch, die: Callable[[Branch], None]
) -> None:
    branch.enter()

    with pytest.raises(Killed):
        die(branch)

    assert opened(branch) == branch.keys(0)
    assert works(branch)
    assert "keys_replaced" not in branch.told()
    branch.enter(1)
    assert opened(branch) == branch.keys(1)
    assert works(branch)


def test_of_two_who_enter_keys_at_once_the_second_is_told(branch: Branch) -> None:
    branch.enter()
    account_id, actor = branch.account.id, branch.scope.actor
    first = gateway_keys.prove(branch.shop, account_id, branch.given(1))
    second = gateway_keys.prove(branch.shop, account_id, branch.given(0))

    gateway_keys.keep(branch.shop, first, actor=actor)
    with pytest.raises(ChangedMeanwhile):
        gateway_keys.keep(branch.shop, second, actor=actor)

    assert opened(branch) == branch.keys(1)


def test_a_ciphertext_that_is_copied_to_another_location_cannot_be_opened(branch: Branch) -> None:
    branch.enter()
    with branch.shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        elsewhere: Location = factories.make_location(session, company)
        copy = factories.make_account(session, elsewhere, {})
        copy.settings_ciphertext = branch.account_in(session).settings_ciphertext
        copied_id = copy.id

    with pytest.raises(SealBroken):
        branch.shop.gateways.connect(copied_id)


def test_keys_of_one_environment_are_not_those_of_the_other(branch: Branch) -> None:
    branch.enter()
    with branch.shop.database.write() as session:
        session.execute(update(GatewayAccount).values(environment="live", revision=99))

    with pytest.raises(SealBroken):
        branch.shop.gateways.connect(branch.account.id)


def test_a_dump_of_the_database_holds_no_key(branch: Branch, database: Database) -> None:
    branch.enter()
    branch.enter(1)

    dump = dump_of(database)

    found = [name for n in (0, 1) for name, key in branch.keys(n).items() if key in dump]
    assert branch.account.settings_ciphertext in dump
    assert found == []


def test_a_test_that_fails_says_why_and_unproves_the_keys(branch: Branch) -> None:
    branch.enter()
    branch.gateway.sandbox.accounts["MIA"] = replace(
        branch.gateway.sandbox.accounts["MIA"], api_key="revoked"
    )

    health = activation.test_keys(branch.shop, branch.scope, branch.code)

    account = branch.account
    assert not health.ok
    assert account.tested_at is None
    assert account.last_failure == health.message
    assert account.last_failure_at is not None


def hurried(branch: Branch) -> Branch:
    """The same branch in a shop whose pages wait for the gateway for a moment only."""
    deadlines = Deadlines(connect=1.0, total=0.2)
    return replace(
        branch, shop=replace(branch.shop, config=replace(branch.shop.config, deadlines=deadlines))
    )


def hang(branch: Branch) -> None:
    requests.post(
        f"{branch.gateway.url}/_control/faults",
        json={"fault": "silence_before_booking", "times": 100},
        timeout=TIMEOUT,
    ).raise_for_status()


def test_a_gateway_that_hangs_holds_nobody_and_changes_nothing(branch: Branch) -> None:
    branch.enter()
    waiting = hurried(branch)
    before = branch.account
    hang(branch)

    with pytest.raises(Unanswered, match=r"0\.2"):
        waiting.enter(1)
    with pytest.raises(Unanswered):
        activation.test_keys(waiting.shop, branch.scope, branch.code)

    after = branch.account
    assert opened(branch) == branch.keys(0)
    assert (after.tested_at, after.last_failure) == (before.tested_at, before.last_failure)
    assert branch.audited()[-1] == "gateway_keys_set"


def test_a_crew_with_no_place_left_asks_nothing(branch: Branch) -> None:
    branch.enter()
    crowded = replace(branch, shop=replace(branch.shop, bulkhead=Bulkhead(1)))
    places = [crowded.shop.bulkhead.reserve() for _ in range(2)]

    with pytest.raises(Crowded):
        crowded.enter(1)

    places[0].give_back()
    crowded.enter(1)
    assert opened(branch) == branch.keys(1)


def test_keys_before_their_turn_are_refused_without_a_call(
    shop: Shop, gateway: SandboxServer
) -> None:
    branch = Branch.build(shop, gateway)
    branch.go_to(Status.RATES_PENDING)

    with pytest.raises(OutOfTurn):
        branch.enter()

    assert branch.account.settings_ciphertext == ""


def test_the_environment_stays_while_a_payment_is_under_way(world: World) -> None:
    world.start()
    account = world.only(GatewayAccount)
    production = replace(world.shop, config=replace(world.shop.config, env="production"))
    keys = {name: world.gateway.accounts[0][name] for name in ("api_key", "public_key")}
    given = Given(environment="live", keys=keys)

    with pytest.raises(PaymentsUnderWay):
        gateway_keys.enter(production, account.id, given, actor=world.scope.actor)

    assert world.only(GatewayAccount).environment == "test"


def test_cards_of_the_other_environment_become_unusable(world: World) -> None:
    world.keep_card()
    account = world.only(GatewayAccount)
    production = replace(world.shop, config=replace(world.shop.config, env="production"))
    keys = {name: world.gateway.accounts[0][name] for name in ("api_key", "public_key")}

    gateway_keys.enter(
        production, account.id, Given(environment="live", keys=keys), actor=world.scope.actor
    )

    assert world.only(SavedCard).state == "unusable"
    assert world.only(GatewayAccount).environment == "live"
