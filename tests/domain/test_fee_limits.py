"""Which fees may be decided."""

import itertools
from dataclasses import replace

import pytest

from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import SURCHARGE_BLOCKED, Fees, FeeType, Way
from komet_shop.domain.fee_limits import Problem, needs_confirmation, problems, unknown_states
from komet_shop.domain.us_states import CODES

SOMEWHERE = Fees(channels=frozenset({Channel.ECOMMERCE}), ways=frozenset({Way.IN_APP}))
FLAT = replace(SOMEWHERE, type=FeeType.CONVENIENCE, flat_cents=250)
RATE = replace(SOMEWHERE, type=FeeType.SURCHARGE, basis_points=300, blocked_states=("CT",))


@pytest.mark.parametrize(
    ("rate", "confirmed", "found"),
    [
        (-1, True, {Problem.RATE_OUT_OF_RANGE}),
        (0, False, set()),
        (300, False, set()),
        (301, False, {Problem.RATE_UNCONFIRMED}),
        (301, True, set()),
        (400, False, {Problem.RATE_UNCONFIRMED}),
        (400, True, set()),
        (401, True, {Problem.RATE_OUT_OF_RANGE}),
        (401, False, {Problem.RATE_OUT_OF_RANGE}),
    ],
)
def test_a_surcharge_has_a_usual_and_a_hard_most(
    rate: int, confirmed: bool, found: set[Problem]
) -> None:
    assert problems(replace(RATE, basis_points=rate), confirmed=confirmed) == found


@pytest.mark.parametrize(
    ("flat", "fine"), [(-1, False), (0, True), (9_999_999, True), (10**7, False)]
)
def test_a_convenience_fee_is_zero_or_more(flat: int, fine: bool) -> None:
    found = problems(replace(FLAT, flat_cents=flat), confirmed=False)

    assert found == (set() if fine else {Problem.FLAT_OUT_OF_RANGE})


@pytest.mark.parametrize(
    ("states", "unknown"), [(("CT", "ZZ", "New York"), ["ZZ", "New York"]), (("PR",), []), ((), [])]
)
def test_only_states_of_the_usa_are_blocked(states: tuple[str, ...], unknown: list[str]) -> None:
    fees = replace(RATE, blocked_states=states)

    assert unknown_states(fees) == unknown
    assert problems(fees, confirmed=False) == ({Problem.UNKNOWN_STATE} if unknown else set())


@pytest.mark.parametrize(
    ("fees", "has_channel", "has_way"),
    list(itertools.product((FLAT, RATE), (True, False), (True, False))),
)
def test_a_fee_that_is_taken_nowhere_is_a_mistake(
    fees: Fees, has_channel: bool, has_way: bool
) -> None:
    channels = fees.channels if has_channel else frozenset()
    ways = fees.ways if has_way else frozenset()

    found = problems(replace(fees, channels=channels, ways=ways), confirmed=False)

    missing = {Problem.NO_CHANNEL: has_channel, Problem.NO_WAY: has_way}
    assert found == {problem for problem, is_there in missing.items() if not is_there}


def test_no_fee_has_no_problem() -> None:
    assert problems(Fees(), confirmed=False) == set()
    assert not needs_confirmation(replace(FLAT, basis_points=400))


def test_the_states_are_those_that_people_know() -> None:
    assert len(CODES) == 56
    assert set(SURCHARGE_BLOCKED) <= CODES
    assert all(len(code) == 2 and code.isupper() for code in CODES)
