"""A buyer who pays again after a payment was given up, and then the first one comes through."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from komet_shop.domain.operation_states import Resolution, State
from tests.faults import meanwhile
from tests.faults.agreement import (
    require_gateway_agrees,
    require_healthy,
    require_komet_agrees,
    require_standing,
)
from tests.faults.arming import OnTheWire
from tests.faults.flows import AUTHORIZE, SAVED_CARD, Flow
from tests.faults.proxy import Script, Way
from tests.faults.trial import HURRIED, PATIENT, Trial


@pytest.mark.parametrize("flow", [SAVED_CARD, AUTHORIZE], ids=lambda flow: flow.name)
def test_what_was_paid_twice_in_the_end_goes_back(
    trial_of: Callable[[Flow], Trial], flow: Flow
) -> None:
    trial = trial_of(flow)
    trial.prepare()
    trial.act(OnTheWire(Script(request=Way(held=True)))(trial), HURRIED)
    trial.settle()
    given_up = trial.operation.state

    trial.act(trial.world.gateway.url, PATIENT)
    meanwhile.very_late_booking(trial)
    trial.watch()

    assert given_up == State.FAILED
    require_standing(trial, State.APPROVED, strays=(Resolution.RETURNED,))
    require_gateway_agrees(trial, Fraction(1))
    require_komet_agrees(trial)
    require_healthy(trial)
