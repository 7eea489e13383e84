"""Random orders through the shop's own arithmetic, and what must hold of each to the cent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from komet_shop.domain import money, prices

Split = Callable[[int, Sequence[int]], list[int]]

TAXES_BP = (0, 0, 600, 625, 701, 825, 888, 1_025)
FEES = ((0, 0), (0, 300), (0, 299), (195, 0), (50, 250), (0, 400))
"""Flat cents and basis points: none, surcharges, a convenience fee, both."""
MOST_FEE_BP = 399
DISCOUNTS_BP = (0, 0, 150, 200, 333, 1_000, 10_000)
MOST_INVOICES = 6
"""How many invoices one payment is spread over."""
MARKUPS_BP = (-1_500, -333, 0, 0, 275, 1_200)


@dataclass(frozen=True, slots=True)
class Line:
    """Boxes of one offer. `exact_e4`: what they cost before anything is rounded."""

    exact_e4: int
    cents: int
    discount: int
    tax: int


@dataclass(frozen=True, slots=True)
class Bill:
    """An order as it is charged: `total` is owed, `fee` comes on top of it."""

    lines: tuple[Line, ...]
    total: int
    fee: int


def bill(dice: Random, split: Split) -> Bill:
    """An order of one to six lines with discount, tax and card fee."""
    level, markup = dice.choice("AB"), dice.choice(MARKUPS_BP)
    priced = [_priced(dice, level, markup) for _ in range(1 + dice.getrandbits(8) % 6)]
    tax_bp, (flat, rate) = dice.choice(TAXES_BP), dice.choice(FEES)
    discounts = _discounts(dice, [cents for _, cents in priced], split)
    lines = tuple(
        Line(exact, cents, off, money.share_cents(cents - off, tax_bp))
        for (exact, cents), off in zip(priced, discounts, strict=True)
    )
    total = sum(line.cents - line.discount + line.tax for line in lines)
    fee = money.card_fee_cents(total, flat_cents=flat, basis_points=rate, most_bp=MOST_FEE_BP)
    return Bill(lines, total, fee)


def require_exact(made: Bill) -> None:
    """Lines are rounded once, and all parts of the bill sum to what is owed."""
    for line in made.lines:
        assert -50 <= line.exact_e4 - 100 * line.cents < 50, line
        assert 0 <= line.discount <= line.cents, line
        assert line.tax >= 0, line
    goods = sum(line.cents for line in made.lines)
    off = sum(line.discount for line in made.lines)
    assert goods - off + sum(line.tax for line in made.lines) == made.total
    assert 0 <= made.fee * 10_000 <= made.total * MOST_FEE_BP
    charged = made.total + made.fee
    assert money.parse_cents(money.format_plain(charged)) == charged


def spread(dice: Random, bills: Sequence[Bill], split: Split) -> None:
    """One payment over all these invoices in proportion: each gets at most what it is owed."""
    owed = [one.total for one in bills]
    whole = sum(owed)
    if not whole:
        return
    paid = 1 + dice.getrandbits(40) % whole
    parts = split(paid, owed)
    assert sum(parts) == paid, (paid, owed, parts)
    lost = [paid * due - part * whole for part, due in zip(parts, owed, strict=True)]
    assert all(0 <= part <= due for part, due in zip(parts, owed, strict=True)), (owed, parts)
    assert all(abs(one) < whole for one in lost), (paid, owed, parts)
    assert max(lost) - min(lost) <= whole, (paid, owed, parts)  # the largest remainders got one


def refund(dice: Random, paid: Bill) -> None:
    """Partial refunds until nothing is left: amount, tax and fee go back whole, never negative."""
    tax = sum(line.tax for line in paid.lines)
    back, tax_back, fee_back = 0, 0, 0
    while back < paid.total:
        step = 1 + dice.getrandbits(40) % (paid.total - back)
        if dice.getrandbits(2) == 0:
            step = paid.total - back
        parts = _portions(tax, back, step, paid.total), _portions(paid.fee, back, step, paid.total)
        assert 0 <= parts[0] <= step, (paid, back, step)
        assert parts[1] >= 0, (paid, back, step)
        back, tax_back, fee_back = back + step, tax_back + parts[0], fee_back + parts[1]
    if paid.total:
        assert (back, tax_back, fee_back) == (paid.total, tax, paid.fee)


def run(dice: Random, orders: int, *, split: Split = money.split_cents) -> int:
    """Make and check so many orders; returns the cents that were charged for them."""
    charged = 0
    kept: list[Bill] = []
    for _ in range(orders):
        made = bill(dice, split)
        require_exact(made)
        refund(dice, made)
        charged += made.total + made.fee
        kept.append(made)
        if len(kept) == MOST_INVOICES:
            spread(dice, kept[: 2 + dice.getrandbits(8) % (MOST_INVOICES - 1)], split)
            kept.clear()
    return charged


def _priced(dice: Random, level: str, markup: int) -> tuple[int, int]:
    listed, boxes, units = dice.getrandbits(17), 1 + dice.getrandbits(5), 1 + dice.getrandbits(9)
    price = prices.customer_price_e4(listed, level=level, markup_bp=markup)
    cents = money.line_cents(boxes=boxes, units_per_box=units, price_e4=price)
    return boxes * units * price, cents


def _discounts(dice: Random, cents: Sequence[int], split: Split) -> Iterable[int]:
    """A rate of each line, or one amount for the whole order that is split over its lines."""
    subtotal = sum(cents)
    if not subtotal or dice.getrandbits(1):
        rate = dice.choice(DISCOUNTS_BP)
        return [money.share_cents(each, rate) for each in cents]
    off = dice.getrandbits(40) % (subtotal + 1)
    parts = split(off, cents)
    assert sum(parts) == off, (off, cents, parts)
    return parts


def _portions(total: int, before: int, now: int, whole: int) -> int:
    return money.portion_cents(total, before=before, now=now, whole=whole)
