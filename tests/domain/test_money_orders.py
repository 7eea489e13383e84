"""Prices, discounts, taxes, fees, splits and refunds of random orders: exact to the cent."""

from collections.abc import Sequence
from random import Random

import pytest

from komet_shop.domain import money
from tests.domain import money_orders

SEED = 20260214


def halves_rounded_up(total: int, weights: Sequence[int]) -> list[int]:
    """A split that looks right: each part rounded by itself."""
    whole = sum(weights)
    return [(2 * total * weight + whole) // (2 * whole) for weight in weights]


def rest_to_the_last(total: int, weights: Sequence[int]) -> list[int]:
    """Another: the sum is right, but the last part gets all that rounding left over."""
    parts = halves_rounded_up(total, weights)
    return [*parts[:-1], total - sum(parts[:-1])]


@pytest.mark.parametrize(
    "orders", [50_000, pytest.param(1_000_000, marks=pytest.mark.full)], ids=["quick", "full"]
)
def test_the_parts_of_random_orders_sum_to_the_whole(orders: int) -> None:
    charged = money_orders.run(Random(SEED), orders)

    assert charged > orders * 100


@pytest.mark.parametrize("split", [halves_rounded_up, rest_to_the_last])
def test_a_split_that_is_a_cent_off_is_found(split: money_orders.Split) -> None:
    with pytest.raises(AssertionError):
        money_orders.run(Random(SEED), 5_000, split=split)


@pytest.mark.parametrize(
    ("flat", "rate", "fee"), [(0, 0, 0), (0, 300, 300), (195, 0, 195), (500, 0, 399), (0, 401, 399)]
)
def test_a_card_fee_is_flat_or_a_rate_and_never_above_its_cap(
    flat: int, rate: int, fee: int
) -> None:
    assert money.card_fee_cents(10_000, flat_cents=flat, basis_points=rate, most_bp=399) == fee


def test_nothing_costs_no_fee() -> None:
    assert money.card_fee_cents(0, flat_cents=195, basis_points=300, most_bp=399) == 0


def test_a_fee_of_seven_cents_goes_back_in_three_parts_without_a_cent_left() -> None:
    parts = [money.portion_cents(7, before=done, now=100, whole=300) for done in (0, 100, 200)]

    assert parts == [2, 3, 2]
