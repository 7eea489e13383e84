"""The whole table of card fees, and their arithmetic for any amount."""

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_shop.domain.card_fees import Fee, fee_on, fee_on_part
from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import Fees, FeeType, Way

CHANNELS = [frozenset(some) for size in range(4) for some in itertools.combinations(Channel, size)]
WAYS = [frozenset(some) for size in range(3) for some in itertools.combinations(Way, size)]
AMOUNTS = st.integers(min_value=1, max_value=9_999_999)
BLOCKED = ("CT", "MA", "PR")
EVERYWHERE = Fees(channels=frozenset(Channel), ways=frozenset(Way), blocked_states=BLOCKED)
FLAT = replace(EVERYWHERE, type=FeeType.CONVENIENCE, flat_cents=250)
RATE = replace(EVERYWHERE, type=FeeType.SURCHARGE, basis_points=300)

TABLE = list(
    itertools.product(
        FeeType,
        CHANNELS,
        WAYS,
        Channel,
        Way,
        (True, False),
        ("CT", "ct", "NY", ""),
        (1_000, 10_000),
    )
)


def fees_of(kind: FeeType, channels: frozenset[Channel], ways: frozenset[Way]) -> Fees:
    return Fees(
        type=kind,
        flat_cents=250,
        basis_points=300,
        channels=channels,
        ways=ways,
        blocked_states=BLOCKED,
    )


def expected(row: tuple) -> Fee:  # type: ignore[type-arg]  # one row of the table
    """The rule in words of its own."""
    kind, channels, ways, channel, way, exempt, state, cents = row
    if exempt or channel not in channels or way not in ways:
        return Fee()
    if kind == "convenience":
        return Fee(cents={1_000: 39, 10_000: 250}[cents])
    if kind == "surcharge" and state in ("NY", ""):
        return Fee(cents={1_000: 30, 10_000: 300}[cents], surcharge_bp=300)
    return Fee()


def test_every_combination_has_its_fee() -> None:
    wrong = []
    for row in TABLE:
        kind, channels, ways, channel, way, exempt, state, cents = row
        found = fee_on(
            cents,
            fees_of(kind, channels, ways),
            channel=channel,
            way=way,
            exempt=exempt,
            billing_state=state,
        )
        if found != expected(row):
            wrong.append((row, found))

    assert len(TABLE) == 3 * 8 * 4 * 3 * 2 * 2 * 4 * 2
    assert wrong == []


def taken(cents: int, fees: Fees) -> Fee:
    return fee_on(
        cents, fees, channel=Channel.ECOMMERCE, way=Way.IN_APP, exempt=False, billing_state="NY"
    )


@given(AMOUNTS, st.integers(0, 10_000_000))
def test_a_convenience_fee_is_flat_until_its_cap(cents: int, flat: int) -> None:
    fee = taken(cents, replace(FLAT, flat_cents=flat))

    cap = Fraction(cents * 399, 10_000)
    assert fee.cents <= cap
    assert fee.cents == flat or fee.cents > cap - 1
    assert fee.named_cents == 0


@given(AMOUNTS, st.integers(0, 400))
def test_a_surcharge_is_rounded_half_up_and_never_above_the_hard_cap(cents: int, rate: int) -> None:
    fee = taken(cents, replace(RATE, basis_points=rate))

    charged = min(rate, 399)
    exact, cap = Fraction(cents * charged, 10_000), cents * 399 // 10_000
    assert fee.cents == fee.named_cents == min(int(exact + Fraction(1, 2)), cap)
    assert fee.surcharge_bp == (charged if fee.cents else 0)


@given(AMOUNTS, st.data(), st.integers(0, 400))
def test_the_fee_on_a_part_of_a_hold_is_never_more_than_it_holds(
    held: int, data: st.DataObject, rate: int
) -> None:
    part = data.draw(st.integers(1, held))
    for fees in (replace(RATE, basis_points=rate), FLAT):
        whole = taken(held, fees)

        fee = fee_on_part(part, held_fee_cents=whole.cents, surcharge_bp=whole.surcharge_bp)

        assert fee.cents <= whole.cents
        assert (
            fee_on_part(held, held_fee_cents=whole.cents, surcharge_bp=whole.surcharge_bp) == whole
        )
        assert fee.cents == taken(part, fees).cents or not whole.cents


@given(AMOUNTS, AMOUNTS, st.integers(0, 400))
def test_more_never_costs_a_smaller_fee(one: int, other: int, rate: int) -> None:
    fees = replace(RATE, basis_points=rate)

    assert taken(min(one, other), fees).cents <= taken(max(one, other), fees).cents


@pytest.mark.parametrize("fees", [FLAT, RATE])
@pytest.mark.parametrize("cents", [0, -1, -10_000])
def test_nothing_is_charged_on_nothing(fees: Fees, cents: int) -> None:
    assert taken(cents, fees).cents == 0


@pytest.mark.parametrize(
    ("cents", "rate", "fee"), [(1_250, 300, 38), (1_249, 300, 37), (150, 300, 5), (12, 400, 0)]
)
def test_half_a_cent_goes_up(cents: int, rate: int, fee: int) -> None:
    assert taken(cents, replace(RATE, basis_points=rate)).cents == fee
