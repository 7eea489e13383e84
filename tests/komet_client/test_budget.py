"""The daily limit: pulls stop early, posts go on, and nobody counts twice."""

from collections.abc import Callable

import pytest

from komet_shop.komet_client.budget import Budget
from komet_shop.models.database import Database
from komet_shop.services.erp import ErpUnavailable
from tests.conftest import MovableClock
from tests.komet_client.conftest import Desk

DAY = 24 * 60 * 60


def used_up(budget: Budget, *, posting: bool) -> int:
    """How many calls are left, by making them."""
    for count in range(2000):
        try:
            budget.spend(posting=posting)
        except ErpUnavailable:
            return count
    raise AssertionError("the budget has no end")


def small(database: Database, clock: MovableClock) -> Budget:
    budget = Budget(database=database, clock=clock, users=1)
    budget.for_posting, budget.for_pulling = 20, 14
    return budget


def test_ninety_percent_are_ours_and_thirty_of_that_are_for_posting(
    database: Database, clock: MovableClock
) -> None:
    budget = Budget(database=database, clock=clock, users=3)

    assert (budget.for_posting, budget.for_pulling) == (2700, 1890)


def test_pulls_leave_calls_for_posting(database: Database, clock: MovableClock) -> None:
    budget = small(database, clock)

    pulled = used_up(budget, posting=False)
    posted = used_up(budget, posting=True)

    assert (pulled, posted) == (14, 6)


def test_a_new_day_brings_new_calls(database: Database, clock: MovableClock) -> None:
    budget = small(database, clock)
    used_up(budget, posting=True)

    clock.advance(seconds=DAY)

    assert used_up(budget, posting=True) == 20


def test_nothing_is_sent_when_the_calls_are_used_up(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.caller.budget.for_posting = 0

    with pytest.raises(ErpUnavailable, match="used up"):
        desk.client.check_out("1")

    assert desk.calls("invoice.checkout") == 0
