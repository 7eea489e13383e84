"""What a card number and an expiry date say about themselves."""

import re
from dataclasses import dataclass
from datetime import datetime

_EXPIRY = re.compile(r"(0[1-9]|1[0-2])\d\d", re.ASCII)
_DIGITS = re.compile(r"\d{12,19}", re.ASCII)
_BRANDS = (
    ("VISA", re.compile("4")),
    ("MASTERCARD", re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720")),
    ("AMERICAN EXPRESS", re.compile("3[47]")),
    ("DINERS CLUB", re.compile("30[0-5]|36|38")),
    ("JCB", re.compile("352[89]|35[3-8]")),
    ("DISCOVER", re.compile("6011|64[4-9]|65")),
)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A presented card without its number: the sandbox needs no more, so it keeps no more.

    `expiry` is MMYY; `security_code` is empty when none was given; `token` is the vault's id
    when a stored card was charged; `unusable` is the code with which every charge of it fails.
    """

    last4: str
    brand: str
    expiry: str
    security_code: str = ""
    token: str = ""
    unusable: str = ""


def passes_luhn(number: str) -> bool:
    """The check digit that every card number ends in."""
    if not _DIGITS.fullmatch(number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + doubled) % 10 == 0


def brand_of(number: str) -> str:
    """The brand in the vendor's spelling, from the leading digits; empty when none is known."""
    return next((brand for brand, pattern in _BRANDS if pattern.match(number)), "")


def is_expiry(text: str) -> bool:
    """Four digits, month first."""
    return _EXPIRY.fullmatch(text) is not None


def has_expired(expiry: str, now: datetime) -> bool:
    """A card is good through the last day of its month."""
    return (2000 + int(expiry[2:]), int(expiry[:2])) < (now.year, now.month)


def masked(last4: str) -> str:
    """The form in which answers show a card."""
    return "X" * 12 + last4 if last4 else ""
