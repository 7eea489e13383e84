"""How money, prices, days and times are written."""

from datetime import UTC, date, datetime

import pytest
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import Babel, force_locale

from komet_shop.web import filters

NOON = datetime(2026, 11, 25, 15, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_an_application() -> object:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("cents", "currency", "written"),
    [
        (0, "USD", "$0.00"),
        (5, "USD", "$0.05"),
        (123450, "USD", "$1,234.50"),
        (-500, "USD", "-$5.00"),
        (100, "CAD", "CA$1.00"),
        (100, "CHF", "CHF 1.00"),
    ],
)
def test_money(cents: int, currency: str, written: str) -> None:
    assert filters.money(cents, currency) == written


@pytest.mark.parametrize(
    ("price_e4", "written"),
    [(4550, "$0.455"), (4500, "$0.45"), (10_000, "$1.00"), (4555, "$0.4555"), (-25, "-$0.0025")],
)
def test_unit_prices_have_two_to_four_decimals(price_e4: int, written: str) -> None:
    assert filters.unit_price(price_e4) == written


@pytest.mark.parametrize(("language", "region"), [("en", "en_US"), ("es", "es_US")])
def test_numbers_are_grouped_as_people_in_the_united_states_do(language: str, region: str) -> None:
    with force_locale(language):
        written = [filters.number(value) for value in (7, 1_250, 1_234_567)]

    assert written == [format_decimal(value, locale=region) for value in (7, 1_250, 1_234_567)]
    assert written[1] == "1,250"


def test_a_moment_is_told_in_the_zone_of_its_location() -> None:
    assert filters.moment(NOON) == "Nov 25, 2026, 10:05 AM EST"
    assert filters.moment(NOON, "America/Los_Angeles") == "Nov 25, 2026, 7:05 AM PST"


def test_a_day_is_the_one_at_the_location() -> None:
    late = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)

    assert filters.day(late) == "Wed, Nov 25, 2026"
    assert filters.day(date(2026, 11, 26)) == "Thu, Nov 26, 2026"


def test_days_are_told_in_spanish_too() -> None:
    with force_locale("es"):
        assert filters.day(date(2026, 11, 25)) == "mié 25 nov 2026"
