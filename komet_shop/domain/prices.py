"""Unit prices per customer. All prices are integer ten-thousandths (`*_e4`)."""

FULL_BP = 10_000


def customer_price_e4(price_e4: int, *, level: str, markup_bp: int) -> int:
    """What one unit costs this customer: Price A as it stands, Price B with its markup.

    The markup is in basis points and may be negative; the result is rounded half up to
    the fourth decimal. Rule: docs/ordering.md, "Price levels".
    """
    if level != "B":
        return price_e4
    return (2 * price_e4 * (FULL_BP + markup_bp) + FULL_BP) // (2 * FULL_BP)


def stem_price_e4(price_e4: int, *, unit_type: str, stems_per_bunch: int) -> int:
    """The price of one stem, whichever unit is sold: what makes two offers comparable."""
    return price_e4 if unit_type == "Stem" else price_e4 // max(stems_per_bunch, 1)
