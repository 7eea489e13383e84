"""Spotting a card number where none may be, so that it can be refused."""

import re

_RUN = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_HEX_WORD = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{32,}(?![0-9A-Za-z])")
"""A key or a digest. One of some hundred holds digits that pass for a card number."""
_ISSUERS = re.compile(
    r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|6(?:011|4[4-9]|5|2)|30[0-5]|3[689]|35(?:2[89]|[3-8])"
)


def has_card_number(text: str) -> bool:
    """True when a line holds 13 to 19 digits that are Luhn-valid and start like a card.

    Single spaces and dashes inside the run count as part of it; the whole run is judged,
    never a window of it, so that phone lists and order codes pass. So do words of 32 or more
    hexadecimal digits with a letter among them: nobody writes a card like that, and a gateway
    may give a key like that.
    Rule: docs/payments.md, "Card data".
    """
    return any(_is_card(match.group()) for match in _RUN.finditer(_HEX_WORD.sub(" ", text)))


def _is_card(run: str) -> bool:
    digits = run.replace(" ", "").replace("-", "")
    return bool(_ISSUERS.match(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
