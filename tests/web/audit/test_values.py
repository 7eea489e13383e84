"""What changed, as people read it and as a file holds it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from komet_shop.web.audit.values import NAMES, Writing, changes, name_text, raw

QUITO = Writing(zone="America/Guayaquil", currency="USD")


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    """Texts have a language in requests only."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("amount_cents", 1_234_50, "$1,234.50"),
        ("amount_cents", -5, "-$0.05"),
        ("fee_bp", 275, "2.75 %"),
        ("price_e4", 4550, "$0.455"),
        ("count", 1250, "1,250"),
        ("active", True, "Yes"),
        ("active", False, "No"),
        ("credit_limit_cents", None, "\N{EN DASH}"),
        ("credit_limit_cents", 0, "$0.00"),
        ("sales_person", "", "\N{EN DASH}"),
        ("roles", ["sales", "cashier"], "sales, cashier"),
        ("roles", [], "\N{EN DASH}"),
        ("rates_agreed_at", "2026-11-02", "Mon, Nov 2, 2026"),
        ("since", "2026-11-02T12:00:00+00:00", "Nov 2, 2026, 7:00 AM -0500"),
        ("name", "2026-11-02T", "2026-11-02T"),
        ("api_key", "sk_1", "•••"),
        ("nested", {"token": "t", "fee_cents": 250}, "token: •••, Convenience fee: $2.50"),
    ],
)
def test_values_are_written_for_people(name: str, value: Any, shown: str) -> None:
    assert QUITO.value(name, value) == shown


def test_names_are_words_and_their_unit_is_gone() -> None:
    assert name_text("credit_limit_cents") == "Credit limit"
    assert name_text("cost_of_something_cents") == "cost of something"
    assert name_text("preauthorization_on_by") == "Allow Card Pre-Authorization, decided by"
    assert all("_" not in name_text(name) for name in NAMES)


def test_what_was_not_there_is_told_apart_from_nothing() -> None:
    assert changes({"state": "a", "code": None}, {"state": "b", "ok": True}, QUITO) == [
        ("State", "a", "b"),
        ("Code", "\N{EN DASH}", ""),
        ("Passed", "", "Yes"),
    ]


def test_a_file_holds_what_is_kept_without_secrets() -> None:
    held = {"amount_cents": 500, "on": True, "limit": None, "roles": ["sales"], "state": "a"}
    secret = {"link": "https://x", "inner": {"token": "t", "a": 1}}

    assert raw(held) == 'amount_cents: 500; on: true; limit: null; roles: ["sales"]; state: a'
    assert raw(secret) == 'link: •••; inner: {"token": "•••", "a": 1}'
