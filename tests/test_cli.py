"""The command line as an operator meets it."""

import base64
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import select

from komet_shop.cli import main
from komet_shop.config import Secret
from komet_shop.models import Customer, GatewayAccount, LocationCardSettings, Product, User
from komet_shop.models.database import Database
from komet_shop.services import outbox, totp_keys
from tests import factories, photographs
from tests.web.browser import PASSWORD, Browser

CHECKOUT = Path(__file__).parents[1]
RUN = [sys.executable, "-c", "from komet_shop.cli import main; main(prog_name='komet-shop')"]
ENTRY_POINTS = "[komet_shop.plugins]\ndummy = komet_dummy.plugin:plugin\n"
SECONDS = 60

Command = Callable[..., Result]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """What an operator sets; the dummy plugin is installed."""
    metadata = tmp_path / "site" / "komet_shop_dummy-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Name: komet-shop-dummy\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    path = (CHECKOUT, CHECKOUT / "tests" / "dummy_plugin", tmp_path / "site")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "KOMET_SHOP_ENV": "test",
        "KOMET_SHOP_PLUGIN": "dummy",
        "KOMET_SHOP_DATABASE_URL": database_url,
        "KOMET_SHOP_DATA_DIR": str(tmp_path / "var"),
        "KOMET_SHOP_SECRET_KEY": "k" * 40,
        "KOMET_SHOP_MASTER_KEY": base64.urlsafe_b64encode(factories.MASTER_KEY).decode(),
    }


@pytest.fixture
def command(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    """Runs `komet-shop …` in this process, from another folder."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str = "", **changes: str) -> Result:
        return CliRunner().invoke(
            main, arguments, input=stdin, env={**environment, **changes}, prog_name="komet-shop"
        )

    yield run
    root.handlers = before
    root.setLevel(level)


def _company(database: Database) -> tuple[str, str]:
    """A company; the codes of a location and of a customer."""
    with database.write() as session:
        company = factories.make_company(session)
        location = factories.make_location(session, company)
        customer = factories.make_customer(session, company)
        return location.code, customer.code


def test_a_wrong_configuration_is_one_line_and_exit_code_2(
    environment: dict[str, str], tmp_path: Path
) -> None:
    wrong = {**environment, "KOMET_SHOP_ENV": "prod"}

    result = subprocess.run(
        [*RUN, "doctor"], env=wrong, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS
    )

    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "KOMET_SHOP_ENV is 'prod'" in result.stderr


def test_wrong_usage_is_exit_code_2(command: Command) -> None:
    result = command("dance")

    assert result.exit_code == 2
    assert "No such command 'dance'" in result.stderr


def test_a_missing_plugin_is_one_line_and_exit_code_2(command: Command) -> None:
    result = command("doctor", KOMET_SHOP_PLUGIN="stripes")

    assert result.exit_code == 2
    assert "KOMET_SHOP_PLUGIN is 'stripes'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_goes_down_and_up_again(command: Command) -> None:
    down = command("db", "downgrade", "base", "--yes")
    missing = command("db", "check")
    up = command("db", "upgrade")
    there = command("db", "check")

    assert [one.exit_code for one in (down, missing, up, there)] == [0, 1, 0, 0]
    assert "db upgrade" in missing.stderr or "migrated" in missing.stderr


def test_an_account_is_added_with_its_rights(command: Command, database: Database) -> None:
    _location, customer = _company(database)

    result = command(
        *("user", "add", "Ana@People.Example", "--name", "Ana", "--role", "buyer"),
        *("--customer", customer, "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )

    with database.read() as session:
        user = session.scalars(select(User)).one()
        roles = [role.name for role in user.roles]
        of_customers = session.scalars(select(Customer.code)).all()
    assert (result.exit_code, result.stderr) == (0, "")
    assert (user.email, roles, of_customers) == ("ana@people.example", ["buyer"], [customer])
    assert str(user.password).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in str(user.password)


@pytest.mark.parametrize(
    ("arguments", "password", "told"),
    [
        (["--role", "sales", "--location", "NOWHERE"], PASSWORD, "Unknown location: NOWHERE"),
        (["--role", "sales"], "password1234", "easy to guess"),
        (["--role", "sales", "--customer", "C1"], PASSWORD, "Only buyers"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    command: Command, database: Database, arguments: list[str], password: str, told: str
) -> None:
    _company(database)

    result = command(
        *("user", "add", "ana@people.example", "--name", "Ana", "--password-stdin", *arguments),
        stdin=f"{password}\n",
    )

    with database.read() as session:
        assert session.scalars(select(User)).all() == []
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.fixture
def keys(gateway: SandboxServer) -> dict[str, str]:
    """What the gateway's portal shows of a terminal."""
    return {name: gateway.accounts[0][name] for name in ("api_key", "public_key")}


@pytest.fixture
def enter(command: Command, database: Database, gateway: SandboxServer) -> Command:
    """Enters keys for the location MIA, at the real plugin's local gateway."""
    with database.write() as session:
        company = factories.make_company(session)
        factories.make_location(session, company, code="MIA")

    def run(keys: dict[str, str], location: str = "MIA") -> Result:
        lines = "".join(f"{name}={value}\n" for name, value in keys.items())
        at = {"KOMET_SHOP_PLUGIN": "clearent", "KOMET_SHOP_GATEWAY_URL": gateway.url}
        return command("account", "enter", location, "--keys-stdin", stdin=lines, **at)

    return run


def test_keys_are_entered_tested_and_never_shown_again(
    enter: Command, command: Command, database: Database, keys: dict[str, str]
) -> None:
    entered = enter(keys)
    listed = command("account", "list", KOMET_SHOP_PLUGIN="clearent")

    with database.read() as session:
        row = session.scalars(select(GatewayAccount)).one()
        settings = session.scalars(select(LocationCardSettings)).one()
    assert entered.exit_code == 0, entered.output
    assert settings.is_active
    assert keys["api_key"] not in row.settings_ciphertext + row.shown_settings + entered.output
    assert keys["api_key"][-4:] in listed.output


def test_keys_that_do_not_work_switch_nothing_on(
    enter: Command, database: Database, keys: dict[str, str]
) -> None:
    entered = enter(keys | {"api_key": "wrong"})

    with database.read() as session:
        assert session.scalars(select(LocationCardSettings)).all() == []
    assert entered.exit_code == 2
    assert "do not work" in entered.output


def test_live_keys_are_refused_outside_production(
    command: Command, enter: Command, keys: dict[str, str]
) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in keys.items())

    refused = command(
        *("account", "enter", "MIA", "--live", "--keys-stdin"),
        stdin=lines,
        KOMET_SHOP_PLUGIN="clearent",
    )

    assert refused.exit_code == 2
    assert "live ones belong to production only" in refused.output


def test_an_operator_lets_a_location_begin_anew(
    command: Command, enter: Command, database: Database, keys: dict[str, str]
) -> None:
    enter(keys)
    early = command("clearent", "reactivate", "MIA", KOMET_SHOP_PLUGIN="clearent")
    with database.write() as session:
        session.scalars(select(LocationCardSettings)).one().status = "disabled_contact_support"

    too_soon = enter(keys)
    unknown = command("clearent", "reactivate", "NYC", KOMET_SHOP_PLUGIN="clearent")
    done = command("clearent", "reactivate", "MIA", KOMET_SHOP_PLUGIN="clearent")

    with database.read() as session:
        status = session.scalars(select(LocationCardSettings.status)).one()
    assert [one.exit_code for one in (early, too_soon, unknown, done)] == [2, 2, 2, 0]
    assert "was not turned off" in early.output
    assert "komet-shop clearent reactivate MIA" in too_soon.output
    assert "Known: MIA" in unknown.output
    assert status == "requested"


def test_a_missing_key_or_an_unknown_location_is_one_line(
    enter: Command, keys: dict[str, str]
) -> None:
    missing = enter({"public_key": keys["public_key"]})
    unknown = enter(keys, "NYC")

    assert (missing.exit_code, unknown.exit_code) == (2, 2)
    assert "API key is missing" in missing.output
    assert "Known: MIA" in unknown.output


@pytest.fixture
def rose(database: Database) -> Product:
    """A product that is drawn."""
    with database.write() as session:
        return factories.make_product(session, factories.make_company(session))


def test_a_photo_is_set_and_removed(
    command: Command, database: Database, rose: Product, tmp_path: Path
) -> None:
    (tmp_path / "rose.jpg").write_bytes(photographs.picture())

    put = command("photo", "set", rose.name, "rose.jpg")
    kept = sorted(path.name for path in (tmp_path / "var" / "photos").iterdir())
    with database.read() as session:
        name = session.scalars(select(Product.picture)).one()
    removed = command("photo", "remove", rose.public_id)

    with database.read() as session:
        assert session.scalars(select(Product.picture)).one() is None
    assert (put.exit_code, removed.exit_code) == (0, 0), put.output + removed.output
    assert kept == [f"{name}-480.webp", f"{name}-960.webp"]
    assert put.output == f"{rose.name} is shown with its photo now.\n"


@pytest.mark.parametrize(
    ("product", "file", "told"),
    [
        ("Tulips", "rose.jpg", "There is no product Tulips."),
        ("Roses Freedom 50 cm", "text.jpg", "text.jpg: The file is no JPEG, PNG or WebP"),
        ("Roses Freedom 50 cm", "bomb.png", "bomb.png: The picture has more than 50 megapixels."),
        ("Roses Freedom 50 cm", "huge.jpg", "huge.jpg: The file is larger than 20 MB."),
        ("Roses Freedom 50 cm", "missing.jpg", "missing.jpg cannot be read: No such file"),
        ("Roses Freedom 50 cm", "var", "var cannot be read: Is a directory"),
    ],
)
def test_a_photo_that_makes_no_sense_is_one_line_and_exit_code_2(
    command: Command, rose: Product, tmp_path: Path, product: str, file: str, told: str
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "rose.jpg").write_bytes(photographs.picture())
    (tmp_path / "text.jpg").write_text("Dear shop, here is my photo.")
    (tmp_path / "bomb.png").write_bytes(photographs.bomb(8_000, 8_000))
    (tmp_path / "huge.jpg").write_bytes(bytes(20_000_001))

    result = command("photo", "set", product, file)

    assert result.exit_code == 2
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_doctor_sees_that_all_is_well(command: Command, database: Database) -> None:
    _company(database)

    result = command("doctor")

    assert result.exit_code == 0
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}


def test_the_doctor_names_each_rule_that_is_broken(command: Command, database: Database) -> None:
    with database.write() as session:
        company = factories.make_company(session)
        location = factories.make_location(session, company)
        customer = factories.make_customer(session, company)
        buyer = factories.make_user(session, company)
        long_ago = factories.NOW - timedelta(days=1)
        order = factories.make_order(session, customer, location, buyer, checked_out_at=long_ago)
        message = outbox.Message(kind="mail", aggregate="a", dedupe_key="a", payload={})
        outbox.put(session, message, long_ago)

    result = command("doctor")

    assert result.exit_code == 1
    assert re.search(
        rf'FAIL +everything_told +Not so: "Each payment.+Found 1: {order.public_id}', result.stdout
    )
    assert re.search(r"warn +outbox +1 wait, the oldest for 14\d\d minutes", result.stdout)
    assert re.search(r"ok +charged_once +No payment was charged twice", result.stdout)


def test_the_doctor_reads_all_texts_when_asked(command: Command, database: Database) -> None:
    with database.write() as session:
        company = factories.make_company(session)
        location = factories.make_location(session, company)
        customer = factories.make_customer(session, company)
        buyer = factories.make_user(session, company)
        factories.make_order(session, customer, location, buyer, customer_po="4111111111111111")

    hasty, thorough = command("doctor"), command("doctor", "--texts")

    assert (hasty.exit_code, thorough.exit_code) == (0, 1)
    assert re.search(r"FAIL +no_card_numbers .*Found 1: order 1", thorough.stdout)
    assert "4111" not in thorough.stdout


def test_the_doctor_sees_a_database_of_another_version(
    command: Command, database: Database
) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    result = command("doctor")

    assert result.exit_code == 1
    assert re.search(r"FAIL +database +.*db upgrade", result.stdout)


def test_new_keys_make_a_good_configuration(command: Command) -> None:
    printed = command("keys", "generate").stdout
    keys = dict(line.split("=", 1) for line in printed.splitlines())

    assert set(keys) == {"KOMET_SHOP_SECRET_KEY", "KOMET_SHOP_MASTER_KEY"}
    assert command("doctor", **keys).exit_code == 0


def test_a_new_master_key_takes_over(command: Command, database: Database) -> None:
    key = Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    sealed = totp_keys.seal(key, factories.MASTER_KEY)
    with database.write() as session:
        company = factories.make_company(session)
        given = {"tf_primary_method": "authenticator", "tf_totp_secret": sealed}
        person = factories.make_user(session, company, **given)
    new = {
        "KOMET_SHOP_MASTER_KEY": base64.urlsafe_b64encode(bytes(31) + b"n").decode(),
        "KOMET_SHOP_OLD_MASTER_KEY": base64.urlsafe_b64encode(factories.MASTER_KEY).decode(),
    }

    without = command("keys", "rotate")
    done = command("keys", "rotate", **new)

    assert (without.exit_code, done.exit_code) == (2, 0)
    assert "KOMET_SHOP_OLD_MASTER_KEY" in without.output
    assert "authenticator apps: 1 sealed anew" in done.output
    with database.read() as session:
        kept = session.get_one(User, person.id).tf_totp_secret or ""
    opened = totp_keys.factory(totp_keys.wallet(bytes(31) + b"n")).from_source(kept)
    assert opened.base32_key == key.reveal()


def test_the_shop_is_served_until_it_is_told_to_stop(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    port = _free_port()
    served = {**environment, "KOMET_SHOP_BASE_URL": f"http://localhost:{port}"}
    command = [*RUN, "serve", "--host", "localhost", "--processes", "2", "--threads", "4"]
    with subprocess.Popen(command, env=served, cwd=tmp_path, stderr=subprocess.PIPE) as process:
        url = f"http://localhost:{port}"
        _wait_for(url, process)

        ready = requests.get(f"{url}/readyz", timeout=SECONDS)
        login = Browser(url).get("/login")
        metrics = requests.get(f"{url}/metrics", timeout=SECONDS)
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=SECONDS)

    assert (ready.status_code, login.status_code, code) == (200, 200, 0)
    assert 'route="/login",status="200"' in metrics.text


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    retries = requests.adapters.HTTPAdapter(
        max_retries=requests.adapters.Retry(connect=12, backoff_factor=0.1)
    )
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", retries)
        assert session.get(f"{url}/healthz", timeout=SECONDS).status_code == 200
    assert process.poll() is None


def test_an_operator_takes_a_lost_second_factor_away(command: Command, database: Database) -> None:
    with database.write() as session:
        company = factories.make_company(session)
        given = {"tf_primary_method": "authenticator", "tf_totp_secret": "sealed"}
        admin = factories.make_user(session, company, email="ana@people.example", **given)

    first = command("user", "reset-second-factor", "Ana@people.example")
    again = command("user", "reset-second-factor", "ana@people.example")
    nobody = command("user", "reset-second-factor", "no@people.example")

    assert "The second factor is gone" in first.output
    assert "There was no second factor" in again.output
    assert "Nobody logs in with no@people.example" in nobody.output
    assert [one.exit_code for one in (first, again, nobody)] == [0, 0, 2]
    with database.read() as session:
        assert session.get_one(User, admin.id).tf_totp_secret is None
