"""Money as integer cents. Prices per unit are ten-thousandths (`*_e4`), rates basis points."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MOST_CENTS = 9_999_999
"""Largest single card charge: 99,999.99, the least of the limits we know of."""

_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,2})?")


class NotAnAmount(ValueError):
    """The text is not an amount of money with at most two decimals."""


def parse_cents(text: str) -> int:
    """Cents from text such as "1,234.50".

    Raises:
        NotAnAmount: anything else, three decimals and exponents included.
    """
    plain = text.strip().removeprefix("$").replace(",", "")
    if not _AMOUNT.fullmatch(plain):
        raise NotAnAmount(text)
    return int(Decimal(plain) * 100)


def parse_typed_cents(text: str) -> int:
    """The same as people type it into a field: ".30" and "2.75 %" are meant, too.

    Raises:
        NotAnAmount
    """
    plain = text.strip().removesuffix("%").strip().removeprefix("$").strip()
    return parse_cents(f"0{plain}" if plain.startswith(".") else plain)


def format_plain(cents: int) -> str:
    """ "19.99" from 1999, as gateways and ERPs want it."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def line_cents(*, boxes: int, units_per_box: int, price_e4: int) -> int:
    """Price of an order line, rounded half up once. Rule: docs/payments.md, "Rounding"."""
    return _half_up(boxes * units_per_box * price_e4, 100)


def share_cents(cents: int, basis_points: int) -> int:
    """A rate of an amount, rounded half up: tax, discount or surcharge of one line."""
    return _half_up(cents * basis_points, 10_000)


def card_fee_cents(cents: int, *, flat_cents: int, basis_points: int, most_bp: int) -> int:
    """What a card pays on top of `cents`: a flat amount and a rate of it, rounded half up once.

    At most `most_bp` of the amount, rounded down, since card brands and gateway cap fees.
    Nothing is charged on nothing. Rule: docs/payments.md, "Rounding".
    """
    asked = flat_cents + share_cents(cents, basis_points)
    return max(0, min(asked, cents * most_bp // 10_000))


def portion_cents(total: int, *, before: int, now: int, whole: int) -> int:
    """The part of `total` that goes with `now` of `whole`, after `before` of it went earlier.

    What has gone so far is rounded half up each time, so that the parts of all steps sum to
    the whole however they are cut: tax and fee of partial refunds.
    """
    return _half_up(total * (before + now), whole) - _half_up(total * before, whole)


def split_cents(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` in proportion to `weights`, by largest remainder.

    The parts always sum to the whole. Equal remainders go to the earlier part.
    Weights are not negative and not all zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more, and not all zero")
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def price_e4(text: str) -> int:
    """Ten-thousandths from an ERP's price text such as "0.455", half up."""
    exact = Decimal(text).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
    return int(exact * 10_000)


def _half_up(numerator: int, denominator: int) -> int:
    if numerator < 0:
        return -_half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)
