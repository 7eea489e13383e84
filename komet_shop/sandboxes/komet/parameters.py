"""Reads a call's parameters the way Komet describes them, and words what is wrong with them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation


class Refused(Exception):
    """Komet says no: status 0 with this text, over HTTP 200."""


class Parameters:
    """The values of one call. Absent and empty mean the same, as they do in Komet."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        """Whether the caller gave a value."""
        return self._values.get(name) not in (None, "")

    def require_one(self, *names: str) -> None:
        """Refuse a call that gives none of these."""
        if not any(self.has(name) for name in names):
            raise Refused(f"You must send at least one of these parameters: {', '.join(names)}.")

    def text(self, name: str, limit: int = 200, *, required: bool = False) -> str:
        """A text of at most `limit` characters, or an empty one."""
        self._check_presence(name, required=required)
        value = str(self._values[name]) if self.has(name) else ""
        if len(value) > limit:
            raise Refused(f"{name} is too long: at most {limit} characters.")
        return value

    def integer(self, name: str, *, required: bool = False) -> int | None:
        """A whole number, given as a number or as text."""
        self._check_presence(name, required=required)
        if not self.has(name):
            return None
        text = str(self._values[name])
        if not re.fullmatch(r"-?\d{1,18}", text) or isinstance(self._values[name], bool):
            raise Refused(f"{name} must be an integer.")
        return int(text)

    def needed_integer(self, name: str) -> int:
        """A whole number that the call cannot do without."""
        return self.integer(name, required=True) or 0

    def invoice_number(self, name: str) -> int:
        """An invoice number without the W or T that Komet's screens put in front of it."""
        text = self.text(name, 20, required=True)
        if not text.isdecimal():
            raise Refused(
                f"{name} {text!r} is not valid: send the number only, without the W or T prefix."
            )
        return int(text)

    def flag(self, name: str) -> bool | None:
        """1, 0, true or false in any capitals; None when it was not given."""
        if not self.has(name):
            return None
        known = {"1": True, "true": True, "0": False, "false": False}
        answer = known.get(str(self._values[name]).lower())
        if answer is None:
            raise Refused(f"{name} must be 1 or 0.")
        return answer

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A date as YYYY-MM-DD."""
        text = self.text(name, 30, required=required)
        return _day(name, text) if text else None

    def needed_day(self, name: str) -> date:
        """A date that the call cannot do without."""
        return _day(name, self.text(name, 30, required=True))

    def moment(self, name: str) -> datetime | None:
        """A GMT time as YYYY-MM-DD'T'hh:mm:ss; a blank instead of the T, or a bare day, will do."""
        text = self.text(name, 30)
        if not text:
            return None
        for form in ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                continue
        raise Refused(f"{name} must have the format YYYY-MM-DD'T'hh:mm:ss, in GMT.")

    def window(self, first: str, last: str, *, days: int) -> tuple[date, date]:
        """Two dates, in order, at most so many days apart."""
        start, end = self.needed_day(first), self.needed_day(last)
        if end < start:
            raise Refused(f"{last} must not be before {first}.")
        if end - start > timedelta(days=days):
            raise Refused(f"The range between {first} and {last} cannot exceed {days} days.")
        return start, end

    def cents(self, name: str, *, required: bool = False) -> int | None:
        """An amount of money with at most two decimals, in cents."""
        value = self._decimal(name, required=required)
        if value is None:
            return None
        cents = value * 100
        if cents != cents.to_integral_value():
            raise Refused(f"{name} must have at most 2 decimals.")
        return int(cents)

    def price_e4(self, name: str, *, decimals: int) -> int:
        """A unit price in ten-thousandths, rounded half up to what this Komet keeps."""
        value = self._decimal(name, required=True) or Decimal(0)
        if value < 0:
            raise Refused(f"{name} must not be negative.")
        kept = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        return int(kept.scaleb(4))

    def objects(self, name: str) -> list["Parameters"]:
        """An array of objects; absent means empty."""
        if not self.has(name):
            return []
        rows = self._values[name]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Refused(f"{name} must be an array.")
        return [Parameters(row) for row in rows]

    def _decimal(self, name: str, *, required: bool) -> Decimal | None:
        text = self.text(name, 20, required=required)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise Refused(f"{name} must be a decimal number.") from None
        if not value.is_finite() or abs(value) >= Decimal(10) ** 8:
            raise Refused(f"{name} is out of range.")
        return value

    def _check_presence(self, name: str, *, required: bool) -> None:
        if required and not self.has(name):
            raise Refused(f"{name} is required.")


def _day(name: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Refused(f"{name} must have the format YYYY-MM-DD.") from None
