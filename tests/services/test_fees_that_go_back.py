"""What goes back of a card fee with a part of a payment: never more than it was, in the end all."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from komet_shop.domain import money
from komet_shop.domain.card_fees import fee_that_goes_back
from komet_shop.domain.operation_states import State
from komet_shop.models import ClerkTask, LocationCardSettings, Operation, Payment
from komet_shop.services import credit_refunds, follow_ups, lookups, refunds
from tests.at_once import at_once
from tests.services.fees import (
    ENDS,
    FLAT,
    FLAT_FEE,
    RATE,
    decide,
    fees_earned,
    pay,
    require_sound,
)
from tests.world import World

PARTS = (7_001, 1, 5_555)
CENTS = st.integers(1, 9_999_999)


def give_back(world: World, credit: str, cents: int, **asked: Any) -> Operation:
    """Send so much of a credit to the card."""
    started = credit_refunds.refund_credit(
        world.shop, world.scope, world.asked(**asked), credit=credit, amount_cents=cents
    )
    return world.follow(started)


@ENDS
def test_parts_take_their_share_and_the_last_one_the_rest(world: World, debit: bool) -> None:
    fee = 0 if debit else decide(world)
    decide(world)
    pay(world, debit=debit)
    credit = world.credit_from_payment(world.total_cents)
    parts = (*PARTS, world.total_cents - sum(PARTS))

    back = [give_back(world, credit, cents) for cents in parts]

    assert [one.state for one in back] == [State.APPROVED] * len(parts)
    assert [one.base_cents for one in back] == list(parts)
    gone = 0
    for one in back:
        gone += one.base_cents
        exact = money.portion_cents(fee, before=0, now=gone, whole=world.total_cents)
        assert sum(each.fee_cents for each in back[: back.index(one) + 1]) == exact
    payment = world.only(Payment)
    assert payment.refund_reserved_cents == payment.captured_cents == world.total_cents + fee
    assert payment.refund_fee_reserved_cents == fee
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    require_sound(world)


def test_the_clerk_enters_the_part_without_the_fee(world: World) -> None:
    decide(world)
    pay(world, debit=False)

    give_back(world, world.credit_from_payment(PARTS[0]), PARTS[0])

    assert world.only(ClerkTask).amount_cents == PARTS[0]


def test_a_part_that_did_not_go_back_leaves_its_fee(world: World) -> None:
    fee = decide(world)
    pay(world, debit=False)
    credit = world.credit_from_payment(world.total_cents)
    give_back(world, credit, PARTS[0])
    world.arm("decline_402", match={"path": "refund"})

    refused = give_back(world, credit, PARTS[2])

    assert refused.state == State.DECLINED
    assert world.only(Payment).refund_fee_reserved_cents == money.share_cents(PARTS[0], RATE)
    require_sound(world)
    give_back(world, credit, world.total_cents - PARTS[0])
    assert world.only(Payment).refund_fee_reserved_cents == fee
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    require_sound(world)


def test_a_lost_part_is_found_with_its_fee(world: World) -> None:
    decide(world)
    pay(world, debit=False)
    world.arm("reset_after_booking", match={"path": "refund"})
    back = give_back(world, world.credit_from_payment(PARTS[0]), PARTS[0])
    assert back.state == State.UNKNOWN

    lookups.settle(world.shop, back.id, owner="test")

    assert world.operation(back.id).state == State.APPROVED
    assert world.clearing_cents() == world.net_cents()
    require_sound(world)


def test_a_convenience_fee_stays_when_parts_go_back(world: World) -> None:
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(**FLAT))
    world.pay(world.click(expected_fee_cents=FLAT_FEE))
    credit = world.credit_from_payment(world.total_cents)

    back = [give_back(world, credit, cents) for cents in (PARTS[0], world.total_cents - PARTS[0])]

    assert [one.fee_cents for one in back] == [0, 0]
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == FLAT_FEE
    require_sound(world)


def test_a_convenience_fee_goes_back_with_the_whole(world: World) -> None:
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(**FLAT))
    world.pay(world.click(expected_fee_cents=FLAT_FEE))
    world.close_batch()

    back = world.follow(refunds.refund(world.shop, world.scope, world.asked()))

    assert back.fee_cents == FLAT_FEE
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    require_sound(world)


@pytest.mark.parametrize("fees", [{}, FLAT], ids=["surcharge", "convenience"])
def test_the_fee_is_no_part_of_what_a_credit_may_give_back(
    world: World, fees: dict[str, Any]
) -> None:
    fee = decide(world)
    with world.shop.database.write() as session:
        session.execute(update(LocationCardSettings).values(**fees or {"fee_bp": RATE}))
    world.pay(world.click(expected_fee_cents=FLAT_FEE if fees else fee))
    credit = world.credit_from_payment(world.total_cents + 1)

    with pytest.raises(follow_ups.NothingLeft):
        give_back(world, credit, world.total_cents + 1)

    assert world.only(Payment).refund_reserved_cents == 0


def test_parts_at_once_share_the_fee_to_the_cent(world: World) -> None:
    fee = decide(world)
    pay(world, debit=False)
    credit = world.credit_from_payment(world.total_cents)
    cents, odd = divmod(world.total_cents, 4)
    parts = [cents + odd, cents, cents, cents]

    jobs = [
        partial(give_back, world, credit, each, action_key=f"part-{number}")
        for number, each in enumerate(parts)
    ]

    back = at_once(jobs)

    assert [type(one) for one in back] == [Operation] * len(parts)
    payment = world.only(Payment)
    assert payment.refund_reserved_cents == payment.captured_cents
    assert payment.refund_fee_reserved_cents == fee
    assert world.clearing_cents() == world.net_cents() == fees_earned(world) == 0
    require_sound(world)


@given(fee=CENTS, whole=CENTS, cuts=st.lists(st.integers(0, 9_999_999), max_size=8))
def test_however_it_is_cut_the_parts_sum_to_the_fee(fee: int, whole: int, cuts: list[int]) -> None:
    fee = min(fee, whole)
    marks = [*sorted({cut % whole for cut in cuts} - {0}), whole]

    parts: list[int] = []
    for gone in marks:
        parts.append(
            fee_that_goes_back(fee, returned_cents=sum(parts), gone_cents=gone, whole_cents=whole)
        )
        assert 0 <= sum(parts) <= fee
        assert abs(sum(parts) * whole - fee * gone) * 2 <= whole

    assert sum(parts) == fee


@given(
    fee=st.integers(1, 500),
    sizes=st.lists(st.integers(1, 3_000), min_size=1, max_size=8),
    refused=st.sets(st.integers(0, 7)),
)
def test_refused_parts_never_cost_a_cent(fee: int, sizes: list[int], refused: set[int]) -> None:
    whole, gone, returned = sum(sizes), 0, 0
    waiting, steps = list(sizes), 0
    while waiting:
        size = waiting.pop(0)
        back = fee_that_goes_back(
            fee, returned_cents=returned, gone_cents=gone + size, whole_cents=whole
        )
        assert 0 <= returned + back <= fee
        if steps in refused:
            waiting.append(size)
        else:
            gone, returned = gone + size, returned + back
        steps += 1

    assert returned == fee
