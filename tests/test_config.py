"""A configuration is taken as a whole or not at all; production refuses what is dangerous."""

import base64
from typing import Any

import pytest

from komet_shop.config import Config, ConfigError, Secret

MASTER = base64.urlsafe_b64encode(bytes(32)).decode()
GOOD = {
    "KOMET_SHOP_DATABASE_URL": "sqlite:///shop.db",
    "KOMET_SHOP_SECRET_KEY": "k" * 40,
    "KOMET_SHOP_MASTER_KEY": MASTER,
}
PRODUCTION = {
    **GOOD,
    "KOMET_SHOP_ENV": "production",
    "KOMET_SHOP_BASE_URL": "https://shop.example",
    "KOMET_SHOP_MAIL_URL": "smtp://mail.example",
}


def _refused(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as refusal:
        Config.from_environment(environ)
    return str(refusal.value)


def test_a_development_shop_needs_three_variables() -> None:
    config = Config.from_environment(GOOD)

    assert (config.env, config.base_url) == ("development", "http://localhost:5000")


def test_production_starts_when_all_is_right() -> None:
    assert Config.from_environment(PRODUCTION).is_production


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEBUG", "1", "DEBUG must not be set"),
        ("CLOCK_FILE", "/tmp/clock", "CLOCK_FILE must not be set"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("SECRET_KEY", "demo-" + "k" * 40, "SECRET_KEY is the demo's"),
        ("BASE_URL", "http://shop.example", "BASE_URL is plain http"),
        ("BASE_URL", "http://localhost:5000", "BASE_URL is plain http"),
        ("GATEWAY_URL", "http://127.0.0.1:7000", "GATEWAY_URL points at a sandbox"),
        ("GATEWAY_URL", "https://gateway-sb.gateway.example", "GATEWAY_URL points at a sandbox"),
        ("KOMET_URL", "http://127.0.0.1:7001", "KOMET_URL points at a sandbox"),
        ("APPLICATIONS_TO", "http://portal.example/new", "APPLICATIONS_TO is plain http"),
        ("APPLICATIONS_TO", "https://127.0.0.1:7000/new", "APPLICATIONS_TO points at a sandbox"),
        ("MAIL_URL", "", "MAIL_URL is needed"),
    ],
)
def test_production_refuses(name: str, value: str, told: str) -> None:
    assert told in _refused({**PRODUCTION, f"KOMET_SHOP_{name}": value})


def test_every_problem_is_named_at_once() -> None:
    told = _refused({"KOMET_SHOP_ENV": "prod", "KOMET_SHOP_PROXY_HOPS": "two"})

    assert [line.split()[0] for line in told.splitlines()] == [
        "KOMET_SHOP_ENV",
        "KOMET_SHOP_DATABASE_URL",
        "KOMET_SHOP_SECRET_KEY",
        "KOMET_SHOP_MASTER_KEY",
        "KOMET_SHOP_PROXY_HOPS",
    ]


@pytest.mark.parametrize("key", ["not base64!", base64.urlsafe_b64encode(bytes(16)).decode()])
def test_a_master_key_of_another_size_is_refused(key: str) -> None:
    assert "32 random bytes" in _refused({**GOOD, "KOMET_SHOP_MASTER_KEY": key})


def test_a_master_key_from_before_only_opens() -> None:
    old = base64.urlsafe_b64encode(bytes(31) + b"o").decode()

    config = Config.from_environment({**GOOD, "KOMET_SHOP_OLD_MASTER_KEY": old})

    assert config.master_keys == (bytes(32), bytes(31) + b"o")
    assert Config.from_environment(GOOD).master_keys == (bytes(32),)
    assert "OLD_MASTER_KEY" in _refused({**GOOD, "KOMET_SHOP_OLD_MASTER_KEY": "short"})


def test_plain_http_is_for_this_machine_only() -> None:
    assert "use https" in _refused({**GOOD, "KOMET_SHOP_BASE_URL": "http://shop.example"})


@pytest.mark.parametrize(
    "address", ["somebody", "ftp://portal.example", "https://", "a b@c.example"]
)
def test_applications_go_to_a_mailbox_or_an_address(address: str) -> None:
    assert "use an email address" in _refused({**GOOD, "KOMET_SHOP_APPLICATIONS_TO": address})


@pytest.mark.parametrize(
    ("address", "posts"),
    [("", False), ("desk@portal.example", False), ("https://portal.example/new", True)],
)
def test_an_address_decides_how_applications_travel(address: str, posts: bool) -> None:
    config = Config.from_environment({**GOOD, "KOMET_SHOP_APPLICATIONS_TO": address})

    assert (config.applications_to, config.posts_applications) == (address, posts)


def test_secrets_do_not_print_themselves() -> None:
    values: dict[str, Any] = {"key": Secret("hunter2"), "config": Config.from_environment(GOOD)}

    assert "hunter2" not in repr(values)
    assert "kkkk" not in repr(values)
