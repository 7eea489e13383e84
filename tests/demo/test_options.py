"""Options that do not go together are named before anything starts."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from komet_clearent.plugin import plugin
from sqlalchemy import select

from komet_shop.config import Secret
from komet_shop.demo import ports
from komet_shop.demo.failures import CannotStart
from komet_shop.demo.options import Options
from komet_shop.demo.own_database import require_demo
from komet_shop.models import User
from komet_shop.models.database import Database
from tests import factories

KEYS: dict[str, Any] = {"gateway_api_key": Secret("k"), "gateway_public_key": "p"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"gateway_url": "https://gateway.clearent.net", **KEYS}, "live gateway"),
        ({"gateway_url": "https://gateway.clearent.net/", **KEYS}, "live gateway"),
        ({"gateway_url": "https://gateway-sb.clearent.net"}, "go together"),
        (KEYS, "go together"),
        ({"komet_url": "https://api.komet.example"}, "go together"),
        ({"komet_token": Secret("t")}, "go together"),
        ({"database_url": "postgresql:///shop", "fresh": True}, "does not empty a database"),
        ({"ready_file": Path("/no/such/folder/ready.json")}, "there is no folder"),
    ],
)
def test_wrong_options_are_refused(given: dict[str, Any], complaint: str) -> None:
    options = Options(**given)

    with pytest.raises(CannotStart, match=complaint):
        options.check(plugin)


def test_the_vendors_sandbox_and_another_komet_are_welcome() -> None:
    options = Options(
        gateway_url="https://gateway-sb.clearent.net",
        komet_url="https://api.komet.example",
        komet_token=Secret("t"),
        **KEYS,
    )

    options.check(plugin)

    assert options.gateway_keys == {"api_key": "k", "public_key": "p"}


@pytest.fixture(params=["127.0.0.1", "::1"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.create_server((request.param, 0), family=family) as server:
        yield server


def test_a_port_on_which_browsers_would_find_somebody_else_is_refused(
    listener: socket.socket,
) -> None:
    port = listener.getsockname()[1]

    with pytest.raises(CannotStart, match=f"Port {port} is in use"):
        ports.choose("127.0.0.1", port)


def test_port_0_gives_a_free_one() -> None:
    port = ports.choose("127.0.0.1", 0)

    socket.create_server(("127.0.0.1", port)).close()
    assert port > 1023


def test_a_database_with_people_of_a_real_shop_is_refused(database: Database) -> None:
    with database.write() as session:
        company = factories.make_company(session)
        factories.make_user(session, company, email="ana@flowers.com")

    with pytest.raises(CannotStart, match="people of its own"):
        require_demo(database)


def test_the_database_of_an_earlier_demo_is_used_again(database: Database) -> None:
    with database.write() as session:
        company = factories.make_company(session)
        factories.make_user(session, company, email="nora@bloom.example")

    require_demo(database)

    with database.read() as session:
        assert len(session.scalars(select(User)).all()) == 1
