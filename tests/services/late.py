"""Answers of a gateway that come when nobody waits for them any more."""

from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Verdict
from komet_shop.models import Operation
from komet_shop.services import operations, results
from komet_shop.services.evidence import Evidence
from komet_shop.services.scope import WORKER
from tests.world import World


def answer(world: World, operation_id: int | None, *states: State) -> Operation:
    """The states that an operation is found to be in, one after the other."""
    assert operation_id is not None
    now = world.shop.clock.now()
    with world.shop.database.write() as session:
        operation = session.get_one(Operation, operation_id)
        if operation.state == State.CREATED:
            operations.mark_sending(session, operation, now=now, deadline_seconds=1)
    for state in states:
        verdict = Verdict(state=state, reason="as a test says")
        evidence = Evidence(verdict=verdict, transaction_id=f"late-{operation_id}")
        with world.shop.database.write() as session:
            results.record(session, operation_id, evidence, actor=WORKER, now=now)
    return world.operation(operation_id)


def become_stray(world: World, operation_id: int | None) -> Operation:
    """Given up, and then found to have moved money after all."""
    return answer(world, operation_id, State.FAILED, State.APPROVED)
