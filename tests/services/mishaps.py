"""Payments that go wrong at a real gateway, brought to where a person must look at them."""

from dataclasses import replace
from typing import Any

import requests
from sqlalchemy import select

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import State
from komet_shop.models import Operation
from komet_shop.plugin_api import Deadlines
from komet_shop.services import audit_chain, invariants, ledger, lookups, review_decisions
from komet_shop.services.gateways import Gateways
from komet_shop.services.review_decisions import Decision, Outcome
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock, TestHost
from tests.world import TIMEOUT, World

MINUTES = 60
HOURS = 60 * MINUTES
REASON = "seen in the portal"


def patient(world: World, seconds: float) -> Shop:
    """The same shop, but it waits so long for the gateway."""
    deadlines = Deadlines(connect=1.0, total=seconds)
    config = replace(world.shop.config, deadlines=deadlines)
    gateways = Gateways(
        config=config,
        database=world.shop.database,
        box=world.shop.box,
        plugin=world.shop.gateways.plugin,
        host=TestHost(world.shop.database),
    )
    return replace(world.shop, config=config, gateways=gateways)


def clerk(world: World, name: str = "carol", **values: Any) -> Scope:
    """Somebody of the staff at the world's location."""
    given = {
        "actor": Actor(label=name),
        "company_id": world.scope.company_id,
        "location_ids": world.scope.location_ids,
    }
    return Scope(**{**given, **values})


def settle(world: World, operation: Operation) -> Operation:
    """Look it up now, whatever its timetable says."""
    lookups.settle(world.shop, operation.id, owner="test")
    return world.operation(operation.id)


def part_approved(world: World) -> Operation:
    """The gateway took half of the amount; it waits for a decision."""
    world.arm("partial_approval", match={"path": "sale"})
    return settle(world, world.pay())


def silent_for_a_day(world: World, clock: MovableClock, *, booked: bool) -> Operation:
    """The gateway said nothing at all, then or since; it waits for a decision."""
    world.arm(f"reset_{'after' if booked else 'before'}_booking", match={"path": "sale"})
    operation = world.pay()
    world.arm("lookup_down", times=50)
    clock.advance(seconds=25 * HOURS)
    waiting = settle(world, operation)
    world.disarm()
    assert waiting.state == State.NEEDS_REVIEW
    return waiting


def given_up(world: World, clock: MovableClock) -> Operation:
    """A sale that the gateway has no record of, ten minutes later."""
    world.arm("reset_before_booking", match={"path": "sale"})
    operation = world.pay()
    for _ in range(4):
        clock.advance(seconds=4 * MINUTES)
        operation = settle(world, operation)
    assert operation.state == State.FAILED
    return operation


def charged_late(world: World, clock: MovableClock) -> Operation:
    """A sale that was given up, and that the watch finds charged after all: stray money."""
    operation = given_up(world, clock)
    sell_outside(world, operation.amount_cents, operation.gateway_ref)
    clock.advance(seconds=1 * HOURS)
    world.sweep()
    stray = world.operation(operation.id)
    assert stray.state == State.STRAY
    return stray


def charged_twice(world: World) -> tuple[Operation, Operation]:
    """One sale with two charges under its reference: the approved one, and the stray."""
    world.arm("reset_after_booking", match={"path": "sale"})
    operation = world.pay()
    world.arm("lookup_twice")
    approved = settle(world, operation)
    return approved, strays(world)[0]


def sell_outside(world: World, cents: int, reference: str = "") -> str:
    """A sale that the gateway knows and the shop does not; returns its transaction."""
    body = {
        "account": world.gateway.accounts[0]["label"],
        "amount_cents": cents,
        "invoice": reference,
    }
    answer = requests.post(f"{world.gateway.url}/_control/sale", json=body, timeout=TIMEOUT)
    answer.raise_for_status()
    return str(answer.json()["id"])


def void_outside(world: World, transaction: str) -> None:
    """Somebody voids a transaction in the gateway's own pages."""
    key = world.gateway.accounts[0]["api_key"]
    requests.post(
        f"{world.gateway.url}/rest/v2/transactions/void",
        json={"type": "VOID", "id": transaction, "software-type": "portal"},
        headers={"api-key": key, "Accept": "application/json"},
        timeout=TIMEOUT,
    ).raise_for_status()


def strays(world: World) -> list[Operation]:
    """Stray money, oldest first."""
    return _operations(world, Operation.state == State.STRAY)


def followers(world: World, operation: Operation) -> list[tuple[str, str]]:
    """Kind and state of what followed an operation, oldest first."""
    found = _operations(world, Operation.parent_id == operation.id)
    return [(one.kind, one.state) for one in found]


def _operations(world: World, condition: Any) -> list[Operation]:
    with world.shop.database.read() as session:
        statement = select(Operation).where(condition).order_by(Operation.id)
        return list(session.scalars(statement))


def decide(world: World, operation: Operation, outcome: Outcome, **values: Any) -> State:
    """A clerk's decision."""
    scope = values.pop("scope", None) or clerk(world)
    given = {
        "operation": operation.public_id,
        "outcome": outcome,
        "reason": REASON,
        "action_key": identifiers.action_key(),
    }
    return review_decisions.decide(world.shop, scope, Decision(**{**given, **values}))


def suspense_cents(world: World) -> int:
    """What lies apart in the books; more than nothing: we hold it for nobody yet."""
    with world.shop.database.read() as session:
        return -ledger.balance_cents(session, ledger.SUSPENSE)


def books_are_right(world: World) -> bool:
    """They agree with the gateway, and with themselves."""
    audit_chain.seal(world.shop)
    broken = invariants.check(world.shop.database, world.shop.clock.now())
    assert broken == [], broken
    return world.clearing_cents() == world.net_cents()
