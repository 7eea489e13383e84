"""Unit prices per customer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_shop.domain.prices import customer_price_e4, stem_price_e4


@pytest.mark.parametrize(
    ("price", "level", "markup", "expected"),
    [
        (4_550, "A", 800, 4_550),
        (4_550, "B", 0, 4_550),
        (4_550, "B", 800, 4_914),
        (4_550, "B", -1_000, 4_095),
        (1, "B", 4_999, 1),
        (1, "B", 5_000, 2),
    ],
)
def test_price_b_adds_the_markup_rounded_half_up(
    price: int, level: str, markup: int, expected: int
) -> None:
    assert customer_price_e4(price, level=level, markup_bp=markup) == expected


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(-9_999, 20_000))
def test_a_markup_never_changes_which_of_two_is_dearer(one: int, two: int, markup: int) -> None:
    low, high = sorted((one, two))

    marked = [customer_price_e4(each, level="B", markup_bp=markup) for each in (low, high)]

    assert marked == sorted(marked)


@pytest.mark.parametrize(
    ("price", "unit", "stems", "expected"),
    [(4_550, "Stem", 25, 4_550), (30_000, "Bunch", 10, 3_000), (30_000, "Bunch", 0, 30_000)],
)
def test_a_stem_costs_its_part_of_a_bunch(price: int, unit: str, stems: int, expected: int) -> None:
    assert stem_price_e4(price, unit_type=unit, stems_per_bunch=stems) == expected
