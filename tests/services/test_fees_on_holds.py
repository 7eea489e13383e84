"""A card fee on money that is held first: held with it, and worked out again when it is taken."""

from collections.abc import Mapping
from typing import Any

import pytest
import requests
from sqlalchemy import update

from komet_shop.domain import money
from komet_shop.domain.operation_states import State
from komet_shop.models import Invoice, LocationCardSettings, Operation, Payment
from komet_shop.services import captures, follow_ups, lookups, refunds, stray_uses, voids
from komet_shop.services.follow_ups import Asked
from tests.conftest import MovableClock
from tests.services.fees import (
    ENDS,
    FLAT,
    FLAT_FEE,
    NEW,
    RATE,
    SPARED,
    SURCHARGE,
    click_by,
    fees_earned,
    require_sound,
    staff,
)
from tests.world import TIMEOUT, World

PART = 10_001


def hold(world: World, *, debit: bool = False, fees: Mapping[str, Any] | None = None) -> Operation:
    """An order whose money is held with the fee on it."""
    with world.shop.database.write() as session:
        values = {**(fees or SURCHARGE), "preauthorization_on": True}
        session.execute(update(LocationCardSettings).values(**values))
    return world.pay(click_by(world, SPARED if debit else NEW))


def take(world: World, cents: int, **asked: Any) -> Operation:
    """Capture so much of what is owed."""
    wanted = world.asked(**asked)
    return world.follow(captures.capture(world.shop, world.scope, wanted, amount_cents=cents))


def require_taken(world: World, cents: int, fee: int) -> None:
    """So much of the order was taken, and this fee: at the gateway and in all books."""
    payment, invoice = world.only(Payment), world.only(Invoice)
    assert payment.captured_cents == payment.capture_reserved_cents == cents + fee
    assert payment.fee_cents == fee
    assert invoice.open_cents == world.total_cents - cents
    assert invoice.pay_reserved_cents == 0
    assert world.clearing_cents() == world.net_cents() == cents + fee
    assert fees_earned(world) == fee
    require_sound(world)


@pytest.mark.parametrize("fees", [SURCHARGE, FLAT], ids=["surcharge", "convenience"])
def test_the_bank_holds_the_order_and_its_fee(world: World, fees: dict[str, Any]) -> None:
    operation = hold(world, fees=fees)

    fee = FLAT_FEE if fees is FLAT else money.share_cents(world.total_cents, RATE)
    assert operation.state == State.APPROVED
    assert (operation.fee_cents, operation.service_fee_cents) == (fee, 0)
    assert world.only(Payment).authorised_cents == world.total_cents + fee
    assert [row["amount_cents"] for row in world.booked()] == [world.total_cents + fee]
    assert world.clearing_cents() == fees_earned(world) == 0
    require_sound(world)


@ENDS
@pytest.mark.parametrize("part", [False, True], ids=["whole", "part"])
def test_the_surcharge_is_that_on_what_is_taken(world: World, debit: bool, part: bool) -> None:
    hold(world, debit=debit)
    cents = PART if part else world.total_cents

    taken = take(world, cents)

    fee = money.share_cents(cents, RATE)
    assert (taken.state, taken.service_fee_cents) == (State.APPROVED, fee)
    require_taken(world, cents, 0 if debit else fee)


@pytest.mark.parametrize(("cents", "fee"), [(PART, FLAT_FEE), (1_000, 39)])
def test_a_convenience_fee_is_taken_with_the_capture(world: World, cents: int, fee: int) -> None:
    hold(world, fees=FLAT)

    taken = take(world, cents)

    assert taken.service_fee_cents == 0
    require_taken(world, cents, fee)


@ENDS
def test_a_lost_capture_is_found_with_its_fee_or_without(world: World, debit: bool) -> None:
    hold(world, debit=debit)
    world.arm("reset_after_booking", match={"path": "capture"})
    taken = take(world, PART)
    assert taken.state == State.UNKNOWN
    assert world.only(Invoice).pay_reserved_cents == PART

    lookups.settle(world.shop, taken.id, owner="test")

    assert world.operation(taken.id).state == State.APPROVED
    require_taken(world, PART, 0 if debit else money.share_cents(PART, RATE))


def test_a_refused_capture_frees_all_and_another_takes_the_fee_anew(world: World) -> None:
    hold(world)
    world.arm("decline_402", match={"path": "capture"})

    refused = take(world, PART, action_key="k1")

    assert refused.state == State.DECLINED
    assert world.only(Payment).capture_reserved_cents == 0
    assert world.only(Invoice).pay_reserved_cents == 0
    require_sound(world)
    take(world, world.total_cents, action_key="k2")
    require_taken(world, world.total_cents, money.share_cents(world.total_cents, RATE))


def test_the_rate_is_the_one_that_was_announced(world: World) -> None:
    hold(world)
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(fee_bp=100))

    take(world, PART)

    require_taken(world, PART, money.share_cents(PART, RATE))


def test_no_more_is_taken_than_is_owed(world: World) -> None:
    hold(world)

    with pytest.raises(follow_ups.NothingLeft):
        take(world, world.total_cents + 1)

    require_sound(world)


def test_the_same_click_takes_nothing_more(world: World) -> None:
    hold(world)
    first = take(world, PART, action_key="k1")

    again = captures.capture(
        world.shop, world.scope, world.asked(action_key="k1"), amount_cents=PART
    )

    assert (again.operation_id, again.call) == (first.id, None)


def test_a_hold_is_cancelled_with_its_fee(world: World) -> None:
    hold(world)

    back = world.follow(voids.void(world.shop, world.scope, world.asked()))

    assert back.state == State.APPROVED
    assert back.amount_cents == world.only(Payment).authorised_cents
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    require_sound(world)


@ENDS
def test_what_was_captured_goes_back_with_its_fee(world: World, debit: bool) -> None:
    hold(world, debit=debit)
    take(world, PART)
    world.close_batch()

    back = world.follow(refunds.refund(world.shop, world.scope, world.asked()))

    assert back.state == State.APPROVED
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    assert world.only(Invoice).open_cents == world.total_cents
    require_sound(world)


def capture_late(world: World, operation: Operation) -> None:
    """The gateway gets the request after it was given up."""
    body = {
        "type": "CAPTURE",
        "id": world.booked()[0]["id"],
        "amount": money.format_plain(operation.named_cents),
        "service-fee": money.format_plain(operation.service_fee_cents),
        "invoice": operation.gateway_ref,
    }
    url = f"{world.gateway.url}/rest/v2/transactions/capture"
    headers = {"api-key": world.gateway.accounts[0]["api_key"], "Accept": "application/json"}
    requests.post(url, json=body, headers=headers, timeout=TIMEOUT).raise_for_status()


@ENDS
def test_a_late_capture_pays_with_the_fee_that_was_charged(
    world: World, clock: MovableClock, debit: bool
) -> None:
    hold(world, debit=debit)
    world.arm("reset_before_booking", match={"path": "capture"})
    taken = take(world, PART)
    for seconds in (6, 660, 61, 61, 61):
        clock.advance(seconds=seconds)
        world.sweep()
    capture_late(world, taken)
    lookups.settle(world.shop, taken.id, owner="test")
    stray = world.operation(taken.id)
    assert stray.state == State.STRAY

    asked = Asked(payment=stray.public_id, action_key="k9", reason="a test")
    stray_uses.apply(world.shop, staff(world), asked)

    require_taken(world, PART, 0 if debit else money.share_cents(PART, RATE))
