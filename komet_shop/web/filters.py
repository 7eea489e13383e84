"""How templates write money, prices, counts, days and times."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_name
from flask import Flask
from flask_babel import get_locale

SYMBOLS = {"USD": "$", "CAD": "CA$", "EUR": "€", "GBP": "£", "MXN": "MX$"}
DEFAULT_ZONE = "America/New_York"


def money(cents: int, currency: str = "USD") -> str:
    """ "$1,234.50" from 123450; "-$5.00" when negative.

    The same in English and Spanish: both are written as in the United States.
    """
    sign = "-" if cents < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def unit_price(price_e4: int, currency: str = "USD") -> str:
    """ "$0.455" from 4550: two decimals at least, four at most."""
    sign = "-" if price_e4 < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    fraction = f"{abs(price_e4) % 10_000:04d}"
    shown = fraction[:2] + fraction[2:].rstrip("0")
    return f"{sign}{symbol}{abs(price_e4) // 10_000:,}.{shown}"


def number(value: int) -> str:
    """ "1,250" from 1250: grouped as amounts are, in both languages."""
    return f"{value:,}"


def day(value: date | datetime, zone: str = DEFAULT_ZONE) -> str:
    """ "Wed, Nov 25, 2026"; a time is first taken to the location's zone."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone)).date()
    return format_date(value, format=_pattern(en="EEE, MMM d, y", es="EEE d MMM y"), locale=_tag())


def moment(value: datetime, zone: str = DEFAULT_ZONE, seconds: bool = False) -> str:
    """ "Nov 25, 2026, 10:05 AM EST", in the location's zone; evidence has its seconds too."""
    local = value.astimezone(ZoneInfo(zone))
    time = "h:mm:ss a" if seconds else "h:mm a"
    pattern = _pattern(en=f"MMM d, y, {time}", es=f"d MMM y, {time}")
    written = format_datetime(local, format=pattern, locale=_tag())
    name = get_timezone_name(local, width="short", locale="en_US")  # EST, not "hora estándar"
    return f"{written} {name}"


def register(app: Flask) -> None:
    """Give the filters to all templates."""
    app.jinja_env.filters.update(
        money=money, unit_price=unit_price, number=number, day=day, moment=moment
    )


def _pattern(*, en: str, es: str) -> str:
    return es if _tag().startswith("es") else en


def _tag() -> str:
    return str(get_locale() or "en")
