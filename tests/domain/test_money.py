"""Cents, lines and splits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_shop.domain import money

AMOUNTS = st.integers(min_value=-(10**9), max_value=10**9)


@pytest.mark.parametrize(
    ("text", "cents"),
    [("19.99", 1999), ("1.15", 115), ("1,234.5", 123_450), ("$0.07", 7), ("-3", -300), ("0", 0)],
)
def test_amounts_are_read_exactly(text: str, cents: int) -> None:
    assert money.parse_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "cents"), [(".30", 30), ("$ .5", 50), ("2.75 %", 275), (" 1,250 ", 125_000)]
)
def test_amounts_are_read_as_people_type_them(text: str, cents: int) -> None:
    assert money.parse_typed_cents(text) == cents


@pytest.mark.parametrize("text", ["", ".", "%", "x.30", "-", "1.234"])
def test_what_people_type_must_still_be_an_amount(text: str) -> None:
    with pytest.raises(money.NotAnAmount):
        money.parse_typed_cents(text)


@pytest.mark.parametrize("text", ["", "1.234", "1e3", "NaN", "12a", "--1", ".5", "1.", "∞"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(money.NotAnAmount):
        money.parse_cents(text)


@given(AMOUNTS)
def test_what_is_written_is_read_back(cents: int) -> None:
    assert money.parse_cents(money.format_plain(cents)) == cents


@pytest.mark.parametrize(
    ("boxes", "units", "price_e4", "cents"),
    [
        (1, 250, 4_550, 11_375),
        (3, 1, 50, 2),
        (1, 1, 49, 0),
        (1, 1, 50, 1),
        (2, 125, 12_345, 30_863),
    ],
)
def test_a_line_is_rounded_half_up_once(boxes: int, units: int, price_e4: int, cents: int) -> None:
    assert money.line_cents(boxes=boxes, units_per_box=units, price_e4=price_e4) == cents


@given(st.integers(min_value=-(10**7), max_value=10**7), st.integers(0, 10_000))
def test_a_share_of_a_refund_is_minus_the_share_of_the_sale(cents: int, rate: int) -> None:
    assert money.share_cents(-cents, rate) == -money.share_cents(cents, rate)


@given(
    st.integers(min_value=0, max_value=10**9),
    st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=20).filter(any),
)
def test_the_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    parts = money.split_cents(total, weights)

    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


def test_nothing_cannot_be_split_by_nothing() -> None:
    with pytest.raises(ValueError, match="weights"):
        money.split_cents(100, [0, 0])


@pytest.mark.parametrize(("text", "price"), [("0.455", 4550), ("1.23456", 12346), ("0.00005", 1)])
def test_prices_keep_four_decimals_half_up(text: str, price: int) -> None:
    assert money.price_e4(text) == price
