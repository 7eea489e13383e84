"""kill -9 at every commit and call of what moves money beside a sale, and while it is mended."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.crash.agreement import require_all_agree
from tests.crash.flows import BESIDE_THE_SALE, NAIVE_REFUND, Flow
from tests.crash.forked import process, started
from tests.crash.mending import FIRST_ROUND
from tests.crash.trial import Trial
from tests.faults.flows import CREDIT_CENTS

TrialOf = Callable[[Flow], Trial]
DATABASES = ("sqlite", "postgresql")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SUMMED = 2
"""The point of the naive refund between its sum and its insert."""


def runs(
    points_of: Callable[[Flow], tuple[str, ...]], *, quick: Callable[[int, Flow], int]
) -> list[Any]:
    """Each flow, killed at each of its points, on each database; one point of a flow is quick."""
    return [
        pytest.param(
            flow,
            at,
            database,
            id=f"{flow.name} at {at}, {database}",
            marks=() if (at, database) == (quick(n, flow), DATABASES[n % 2]) else pytest.mark.full,
        )
        for n, flow in enumerate(BESIDE_THE_SALE)
        for database in DATABASES
        for at in range(1, 1 + len(points_of(flow)))
    ]


def around_the_call(number: int, flow: Flow) -> int:
    """Before the call of one flow, after the call of the next."""
    return flow.before_the_call + number // 2 % 2


def nowhere(_: int, __: Flow) -> int:
    """None of them is quick."""
    return 0


@ON_SQLITE
@pytest.mark.parametrize("flow", BESIDE_THE_SALE, ids=str)
def test_the_points_of_each_flow_are_counted(trial_of: TrialOf, flow: Flow) -> None:
    trial = trial_of(flow)

    passed = process(trial.order)

    assert passed == list(flow.points)
    trial.mend()
    require_all_agree(trial, happened=True)


@pytest.mark.parametrize(
    ("flow", "kill_at", "database_url"),
    runs(lambda flow: flow.points, quick=around_the_call),
    indirect=["database_url"],
)
def test_what_was_killed_has_happened_once_or_never(
    trial_of: TrialOf, flow: Flow, kill_at: int
) -> None:
    trial = trial_of(flow)
    has_happened = kill_at >= flow.after_the_call
    assert process(replace(trial.order, kill_at=kill_at)) is None

    trial.mend()

    require_all_agree(trial, happened=has_happened)

    calls = trial.click_again()

    has_happened = has_happened or kill_at in flow.resumes
    assert bool(calls) == (kill_at in flow.resumes)
    require_all_agree(trial, happened=has_happened)

    if not has_happened:
        trial.click_anew()

    require_all_agree(trial, happened=True)


@pytest.mark.full
@pytest.mark.parametrize("flow", BESIDE_THE_SALE, ids=str)
def test_the_same_click_before_it_is_mended_sends_nothing_more(
    trial_of: TrialOf, flow: Flow
) -> None:
    trial = trial_of(flow)
    process(replace(trial.order, kill_at=flow.after_the_call))

    assert trial.click_again() == 0

    require_all_agree(trial, happened=True)


@pytest.mark.full
@ON_SQLITE
@pytest.mark.parametrize("flow", BESIDE_THE_SALE, ids=str)
def test_the_points_of_mending_each_flow_are_counted(trial_of: TrialOf, flow: Flow) -> None:
    trial = trial_of(flow)
    process(replace(trial.order, kill_at=flow.after_the_call))
    trial.clock.advance(seconds=FIRST_ROUND)

    passed = process(replace(trial.order, job="mend"))

    assert passed == list(flow.mending)


@pytest.mark.parametrize(
    ("flow", "kill_at", "database_url"),
    runs(lambda flow: flow.mending, quick=nowhere),
    indirect=["database_url"],
)
def test_a_second_kill_while_mending_a_flow_changes_nothing(
    trial_of: TrialOf, flow: Flow, kill_at: int
) -> None:
    trial = trial_of(flow)
    process(replace(trial.order, kill_at=flow.after_the_call))
    trial.clock.advance(seconds=FIRST_ROUND)
    assert process(replace(trial.order, job="mend", kill_at=kill_at)) is None

    trial.mend()

    require_all_agree(trial, happened=True)
    assert trial.click_again() == 0
    require_all_agree(trial, happened=True)


@pytest.mark.full
def test_a_naive_refund_alone_agrees(trial_of: TrialOf) -> None:
    trial = trial_of(NAIVE_REFUND)

    process(trial.order)

    require_all_agree(trial, happened=True)


def test_two_naive_refunds_at_once_are_caught(trial_of: TrialOf) -> None:
    trial = trial_of(NAIVE_REFUND)
    order = replace(trial.order, stop_at=SUMMED)

    with started(order) as one, started(order) as other:
        for child in (one, other):
            child.wait_until_stopped()
        for child in (one, other):
            child.wake()
        assert one.passed() == other.passed()

    with pytest.raises(AssertionError, match="booked_before"):
        require_all_agree(trial, happened=True)
    assert trial.world.net_cents() == trial.world.total_cents - 2 * CREDIT_CENTS
