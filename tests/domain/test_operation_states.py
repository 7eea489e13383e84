"""The table of ways between states, all pairs of it."""

import itertools

import pytest

from komet_shop.domain.operation_states import (
    HAS_MONEY,
    REFUSED,
    TRANSITIONS,
    UNSETTLED,
    IllegalTransition,
    State,
    require_legal,
)

PAIRS = list(itertools.product(State, State))


@pytest.mark.parametrize(("origin", "target"), sorted(TRANSITIONS))
def test_listed_ways_are_open(origin: State, target: State) -> None:
    assert require_legal(origin, target) is None


@pytest.mark.parametrize(("origin", "target"), [pair for pair in PAIRS if pair not in TRANSITIONS])
def test_every_other_way_is_closed(origin: State, target: State) -> None:
    with pytest.raises(IllegalTransition):
        require_legal(origin, target)


def test_every_state_is_of_one_sort() -> None:
    sorts = [UNSETTLED, REFUSED, HAS_MONEY]

    assert sum(len(sort) for sort in sorts) == len(State)
    assert frozenset().union(*sorts) == frozenset(State)


def test_money_is_never_given_up() -> None:
    assert not any(origin in HAS_MONEY for origin, _ in TRANSITIONS)
