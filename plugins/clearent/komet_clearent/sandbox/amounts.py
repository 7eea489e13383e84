"""Money as the gateway writes it: decimal text outside, integer cents inside."""

import re

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)


def cents(value: object) -> int | None:
    """Read "25.00", "25.5" or "25" as cents; None for anything that is not an amount."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    if not _AMOUNT.fullmatch(text):
        return None
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def dollars(amount_cents: int) -> str:
    """Write cents as the gateway does: 2500 becomes "25.00"; a net can be negative."""
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02d}"
