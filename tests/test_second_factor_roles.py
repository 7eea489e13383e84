"""Which roles need a second factor is configured; without a word it is the careful choice."""

import base64

import pytest

from komet_shop.config import Config, ConfigError

NAME = "KOMET_SHOP_SECOND_FACTOR_ROLES"
GOOD = {
    "KOMET_SHOP_DATABASE_URL": "sqlite:///shop.db",
    "KOMET_SHOP_SECRET_KEY": "k" * 40,
    "KOMET_SHOP_MASTER_KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
}
CAREFUL = frozenset({"admin", "setup", "receivables", "cashier"})


@pytest.mark.parametrize(
    ("value", "roles"),
    [
        ("", CAREFUL),
        ("none", frozenset()),
        ("admin", frozenset({"admin"})),
        ("admin, buyer", frozenset({"admin", "buyer"})),
    ],
)
def test_roles_are_listed_with_commas(value: str, roles: frozenset[str]) -> None:
    config = Config.from_environment({**GOOD, NAME: value})

    assert config.second_factor_roles == roles


def test_without_the_variable_it_is_the_careful_choice() -> None:
    assert Config.from_environment(GOOD).second_factor_roles == CAREFUL


@pytest.mark.parametrize("value", ["admins", "admin,none", "admin,,setup", "admin;setup"])
def test_a_role_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=NAME):
        Config.from_environment({**GOOD, NAME: value})
