"""What is looked up at an account whose keys are gone: the watch goes on, and says so."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from komet_shop.domain.operation_states import State
from komet_shop.models import GatewayAccount, Location, Operation, OperationLookup
from komet_shop.services import review_decisions, turning_off
from komet_shop.services.gateway_accounts import seal
from komet_shop.services.review_decisions import NoAnswer, NoProof, Outcome
from tests.conftest import MovableClock
from tests.services.mishaps import (
    HOURS,
    MINUTES,
    clerk,
    decide,
    given_up,
    sell_outside,
    silent_for_a_day,
    strays,
)
from tests.world import World

NO_KEYS = "nobody could be asked: the account has no keys"


def turn_off(world: World) -> None:
    with world.shop.database.read() as session:
        code = session.get_one(Location, world.location_id).code
    turning_off.turn_off(world.shop, clerk(world), code, typed="CONFIRM")


def set_up_again(world: World) -> None:
    keys = {name: world.gateway.accounts[0][name] for name in ("api_key", "public_key")}
    with world.shop.database.write() as session:
        account = session.scalars(select(GatewayAccount)).one()
        seal(world.shop.box, account, keys)
        account.retired_at = None
        account.revision += 1


def findings(world: World, operation: Operation) -> list[str]:
    own = OperationLookup.operation_id == operation.id
    with world.shop.database.read() as session:
        return list(session.scalars(select(OperationLookup.finding).where(own)))


def due_in(operation: Operation, since: datetime) -> timedelta:
    assert operation.next_check_at is not None
    return operation.next_check_at - since


def test_a_failed_payment_at_an_account_without_keys_is_watched_at_its_pace(
    world: World, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = given_up(world, clock)
    turn_off(world)
    clock.advance(seconds=HOURS)

    world.sweep()
    world.sweep()

    watched = world.operation(operation.id)
    assert watched.state == State.FAILED
    assert watched.sent_at is not None
    assert due_in(watched, watched.sent_at) == timedelta(hours=2)
    assert watched.lease_until is None
    assert findings(world, operation).count(NO_KEYS) == 1
    assert "lookup_failed" not in "".join(capsys.readouterr())


def test_after_two_days_it_is_looked_at_once_an_hour(world: World, clock: MovableClock) -> None:
    operation = given_up(world, clock)
    turn_off(world)
    clock.advance(seconds=49 * HOURS)

    world.sweep()

    pace = due_in(world.operation(operation.id), clock.now())
    assert abs(pace - timedelta(hours=1)) < timedelta(minutes=1)


def test_the_watch_goes_on_when_the_account_has_keys_again(
    world: World, clock: MovableClock
) -> None:
    operation = given_up(world, clock)
    sell_outside(world, operation.amount_cents, operation.gateway_ref)
    turn_off(world)
    clock.advance(seconds=49 * HOURS)
    world.sweep()
    while_off = world.operation(operation.id).state
    set_up_again(world)
    clock.advance(seconds=HOURS + MINUTES)

    world.sweep()

    assert (while_off, world.operation(operation.id).state) == (State.FAILED, State.STRAY)


def test_an_unclear_payment_without_keys_waits_for_a_person_after_a_day(
    world: World, clock: MovableClock
) -> None:
    world.arm("reset_before_booking", match={"path": "sale"})
    operation = world.pay()
    with world.shop.database.write() as session:
        session.execute(update(GatewayAccount).values(settings_ciphertext=""))
    clock.advance(seconds=MINUTES)
    world.sweep()
    soon = world.operation(operation.id)

    clock.advance(seconds=24 * HOURS)
    world.sweep()

    assert soon.state == State.UNKNOWN
    assert due_in(soon, clock.now() - timedelta(hours=24)) > timedelta(0)
    assert world.operation(operation.id).state == State.NEEDS_REVIEW
    assert set(findings(world, operation)) == {NO_KEYS}


def test_staff_who_ask_are_told_that_there_are_no_keys(world: World, clock: MovableClock) -> None:
    failed = given_up(world, clock)
    sell_outside(world, failed.amount_cents, failed.gateway_ref)
    clock.advance(seconds=HOURS)
    world.sweep()
    stray = strays(world)[0]
    turn_off(world)

    found = review_decisions.ask(world.shop, clerk(world), stray.public_id)

    assert found is not None
    assert not found.had_keys
    assert findings(world, stray)[-1] == NO_KEYS


def test_nothing_is_decided_on_a_number_that_nobody_can_check(
    world: World, clock: MovableClock
) -> None:
    operation = silent_for_a_day(world, clock, booked=True)
    with world.shop.database.write() as session:
        session.execute(update(GatewayAccount).values(settings_ciphertext=""))

    with pytest.raises(NoProof):
        decide(world, operation, Outcome.CHARGED, transaction_id="12345")
    with pytest.raises(NoAnswer):
        decide(world, operation, Outcome.NOT_CHARGED, transaction_id="12345")

    assert world.operation(operation.id).state == State.NEEDS_REVIEW
