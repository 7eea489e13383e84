"""SIGSTOP between the claim and the call: who has slept too long sends nothing any more."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

import pytest

from komet_shop.services.sending import SEND_WITHIN_SECONDS
from tests.crash.agreement import require_all_agree
from tests.crash.flows import ALL, SALE, Flow
from tests.crash.forked import PATIENCE, Child, started
from tests.crash.trial import Trial
from tests.worker.processes import eventually

TrialOf = Callable[[Flow], Trial]
A_MOMENT = 1
DATABASES = ("sqlite", "postgresql")


def flows(*quick: tuple[Flow, str]) -> pytest.MarkDecorator:
    """A test for each flow on each database; the named ones are quick."""
    runs = [
        pytest.param(
            flow,
            database,
            id=f"{flow.name}, {database}",
            marks=() if (flow, database) in quick else pytest.mark.full,
        )
        for flow in ALL
        for database in DATABASES
    ]
    return pytest.mark.parametrize(("flow", "database_url"), runs, indirect=["database_url"])


def fall_asleep(child: Child, *, seconds: float) -> float:
    """Wait until it sleeps; returns when it will have slept so long."""
    child.wait_until_stopped()
    return monotonic() + seconds


def sleep_on(until: float) -> None:
    """Let it sleep until then."""
    assert eventually(lambda: monotonic() > until, seconds=PATIENCE)


@flows((SALE, "sqlite"))
def test_who_slept_too_long_sends_nothing(trial_of: TrialOf, flow: Flow) -> None:
    trial = trial_of(flow)

    with started(replace(trial.order, stop_at=flow.before_the_call)) as sleeper:
        until = fall_asleep(sleeper, seconds=SEND_WITHIN_SECONDS)
        trial.mend()
        require_all_agree(trial, happened=False)
        trial.click_anew()
        sleep_on(until)
        sleeper.wake()

        assert sleeper.passed() == list(flow.points)

    trial.mend()
    require_all_agree(trial, happened=True)


@flows((SALE, "sqlite"), (SALE, "postgresql"))
def test_who_slept_for_a_moment_goes_on(trial_of: TrialOf, flow: Flow) -> None:
    trial = trial_of(flow)

    with started(replace(trial.order, stop_at=flow.before_the_call)) as sleeper:
        sleep_on(fall_asleep(sleeper, seconds=A_MOMENT))
        sleeper.wake()

        assert sleeper.passed() == list(flow.points)

    trial.mend()
    require_all_agree(trial, happened=True)


@pytest.mark.full
def test_who_sends_however_late_is_caught(trial_of: TrialOf) -> None:
    trial = trial_of(SALE)
    late = replace(trial.order, job="pay_however_late", stop_at=SALE.before_the_call)

    with started(late) as sleeper:
        sleeper.wait_until_stopped()
        trial.mend()
        trial.click_anew()
        sleeper.wake()
        sleeper.passed()

    with pytest.raises(AssertionError, match="booked_before"):
        require_all_agree(trial, happened=True)
