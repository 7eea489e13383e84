"""Every way in which gateway and network can fail, in every flow: all books agree afterwards."""

from collections.abc import Callable
from fractions import Fraction

import pytest
import requests
from komet_clearent.sandbox.faults import CATALOGUE

from tests.faults.agreement import (
    require_gateway_agrees,
    require_healthy,
    require_komet_agrees,
    require_standing,
)
from tests.faults.arming import AtTheGateway
from tests.faults.flows import FLOWS, SAVED_CARD, Flow
from tests.faults.matrix import (
    DATABASES,
    FAULTS,
    OTHERWISE,
    SENSELESS,
    Cell,
    cells,
    quick_runs,
)
from tests.faults.trial import HURRIED, PATIENT, Trial

MOST_QUICK = 60
QUICK = quick_runs()
RUNS = [
    pytest.param(
        cell,
        database,
        id=f"{cell.key}, {database}",
        marks=() if (cell.key, database) in QUICK else pytest.mark.full,
    )
    for cell in cells()
    for database in DATABASES
]


@pytest.mark.parametrize(("cell", "database_url"), RUNS, indirect=["database_url"])
def test_all_books_agree_after(trial_of: Callable[[Flow], Trial], cell: Cell) -> None:
    fault, trial = cell.fault, trial_of(cell.flow)
    fault.before(trial)
    trial.prepare()

    at_once = trial.act(fault.arm(trial), HURRIED if fault.silent else PATIENT)
    fault.after(trial)
    trial.settle()

    assert at_once == fault.at_once or fault.at_once is None
    require_standing(trial, fault.end, fault.strays)

    fault.later(trial)
    trial.watch()

    require_standing(trial, fault.last, fault.strays)
    require_gateway_agrees(trial, fault.share)
    require_komet_agrees(trial)
    require_healthy(trial)


def sell_at_the_gateway(trial: Trial) -> None:
    """What a shop that sends twice would do: one more charge under the same reference."""
    sale = {
        "account": trial.world.gateway.accounts[0]["label"],
        "amount_cents": trial.world.total_cents,
        "invoice": trial.operation.gateway_ref,
    }
    url = f"{trial.world.gateway.url}/_control/sale"
    requests.post(url, json=sale, timeout=5).raise_for_status()


def test_all_thirty_faults_are_in_the_matrix() -> None:
    assert sorted({fault.number for fault in FAULTS}) == list(range(31))


def test_every_fault_that_the_gateway_can_play_is_in_the_matrix() -> None:
    at_the_gateway = [fault.arm for fault in FAULTS if isinstance(fault.arm, AtTheGateway)]

    played = {name for arm in at_the_gateway for name in (arm.fault, arm.lookup) if name}

    assert played == set(CATALOGUE)


def test_no_exception_is_made_for_what_is_not_there() -> None:
    keys = {fault.key for fault in FAULTS}
    excepted = {(one.fault, flow.name) for one in OTHERWISE for flow in one.flows}

    assert {fault for fault, _ in excepted | SENSELESS.keys()} <= keys
    assert not excepted & SENSELESS.keys()


def test_the_quick_runs_meet_every_fault_every_flow_and_both_databases() -> None:
    chosen = [(cell, base) for cell in cells() for base in DATABASES if (cell.key, base) in QUICK]

    assert {cell.fault.number for cell, _ in chosen} == set(range(1, 31))
    assert {cell.flow.name for cell, _ in chosen} == {flow.name for flow in FLOWS}
    assert {base for _, base in chosen} == set(DATABASES)
    assert len(chosen) == len(QUICK) <= MOST_QUICK


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_charge_is_noticed(trial_of: Callable[[Flow], Trial]) -> None:
    trial = trial_of(SAVED_CARD)
    trial.prepare()
    trial.act(trial.world.gateway.url, PATIENT)
    trial.settle()
    require_gateway_agrees(trial, Fraction(1))

    sell_at_the_gateway(trial)

    with pytest.raises(AssertionError):
        require_gateway_agrees(trial, Fraction(1))
