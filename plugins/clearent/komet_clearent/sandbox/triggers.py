"""Amounts that provoke an answer: the vendor's table of test amounts."""

from .assumptions import Assumptions

_BELOW_ONE_DOLLAR = 100
_APPROVED = frozenset({49, 80, 81, 82})
_CODES = {
    "003": (29,),
    "004": (5,),
    "006": (40,),
    "007": (1, 2),
    "008": (11, 32),
    "009": (14,),
    "010": (36, 37, 38),
    "011": (31, 35, 39),
    "012": (21,),
    "014": (23,),
    "015": (43, 44),
    "016": (22, 25, 71),
    "018": (12, 13, 47),
    "021": (48,),
    "022": (16,),
    "023": (9, 15, 17),
    "024": (10,),
    "027": (34,),
    "030": (46,),
    "031": (3,),
    "032": (54,),
}
_BY_AMOUNT = {amount: code for code, amounts in _CODES.items() for amount in amounts}


def code_for(amount_cents: int, assumptions: Assumptions, *, mobile: bool) -> str:
    """Result code of a charge of this amount: 000 from 1.00 on, the table's below.

    Amounts below 1.00 that the table does not name are declined with 023; 0.00 checks a card
    and is approved.
    """
    if amount_cents >= _BELOW_ONE_DOLLAR or amount_cents == 0:
        return "000"
    if amount_cents in _APPROVED:
        return "023" if mobile and assumptions.mobile_small_amounts_decline else "000"
    if amount_cents == 4:
        return assumptions.four_cents_code
    return _BY_AMOUNT.get(amount_cents, "023")
