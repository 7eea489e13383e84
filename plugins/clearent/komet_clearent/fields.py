"""Single values of Clearent's JSON: written strictly, read leniently.

The gateway writes numbers and booleans as text in one call and bare in the next
(docs/clearent.md, "Traps"), and an answer may echo what must not be kept. So every reader
names the shape it accepts and gives nothing for the rest.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
_MOMENTS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ")
SHORT = 12
"""Letters of a code or batch number: too few for a card number to hide in."""

_LARGEST = Decimal("1e9")


def amount(cents: int) -> str:
    """Cents as the gateway writes dollars: 2500 is "25.00".

    Raises:
        ValueError: the amount is negative; no call takes that.
    """
    if cents < 0:
        raise ValueError("an amount cannot be negative")
    return f"{cents // 100}.{cents % 100:02d}"


def cents(value: object) -> int | None:
    """Dollars as the gateway wrote them, in cents; None when that is not a whole number."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        dollars = Decimal(value)
    except InvalidOperation:
        return None
    if not dollars.is_finite() or abs(dollars) > _LARGEST:
        return None
    scaled = dollars * 100
    return int(scaled) if scaled == scaled.to_integral_value() else None


def count(value: object) -> int | None:
    """A number of things."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return int(value) if str(value).isascii() and str(value).isdigit() else None


def flag(value: object) -> bool | None:
    """True and False in all the gateway's spellings; None for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())


def word(value: object, longest: int = 120) -> str:
    """An id, code or letter; empty when it has another shape or is not there."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if len(text) <= longest and _WORD.fullmatch(text) else ""


def digits(value: object, length: int) -> str:
    """Exactly so many digits; otherwise empty."""
    text = str(value)
    return text if len(text) == length and text.isascii() and text.isdigit() else ""


def moment(value: object) -> datetime | None:
    """A time of the gateway, which writes UTC without saying so."""
    for shape in _MOMENTS:
        try:
            return datetime.strptime(str(value), shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def minute(time: datetime, *, later: int = 0) -> str:
    """A limit of a search: UTC, to the minute, in the long form."""
    return (time.astimezone(UTC) + timedelta(minutes=later)).strftime("%Y-%m-%d %H:%M")


def section(of: Mapping[str, object], *names: str) -> dict[str, object]:
    """The first of these members that is an object; empty when none is."""
    for name in names:
        inner = of.get(name)
        if isinstance(inner, dict):
            return inner
    return {}


def rows(of: Mapping[str, object], name: str) -> list[dict[str, object]] | None:
    """A member that is a list of objects, or one object; None when it is neither."""
    inner = of.get(name)
    if isinstance(inner, dict):
        return [inner]
    if isinstance(inner, list) and all(isinstance(row, dict) for row in inner):
        return inner
    return None
