"""The invariants hold for stray money, whatever becomes of it."""

from collections.abc import Callable

import pytest

from komet_shop.domain.operation_states import State
from komet_shop.models import ClerkTask, OpenCredit, Operation
from komet_shop.services import (
    audit_chain,
    captures,
    credit_refunds,
    invariants,
    refunds,
    stray_uses,
    voids,
)
from komet_shop.services.follow_ups import Started
from tests.services.late import answer, become_stray
from tests.world import World

End = Callable[[World, Operation], object]


def apply(world: World, stray: Operation) -> None:
    stray_uses.apply(world.shop, world.scope, world.asked(payment=stray.public_id))


def give_back(world: World, stray: Operation, state: State = State.APPROVED) -> Operation:
    asked = world.asked(payment=stray.public_id)
    started = voids.void_stray(world.shop, world.scope, asked)
    return answer(world, started.operation_id, state)


def refuse_and_apply(world: World, stray: Operation) -> None:
    give_back(world, stray, State.DECLINED)
    apply(world, stray)


def leave(world: World, stray: Operation) -> None:
    """Nobody decides."""


def late_sale(world: World) -> Operation:
    return become_stray(world, world.start().operation_id)


def late_hold(world: World) -> Operation:
    world.hold_at_checkout()
    return late_sale(world)


def late_capture(world: World) -> Operation:
    world.hold_at_checkout()
    world.pay()
    cents = world.total_cents
    started = captures.capture(world.shop, world.scope, world.asked(), amount_cents=cents)
    return become_stray(world, started.operation_id)


def late_void_of_a_hold(world: World) -> Operation:
    world.hold_at_checkout()
    world.pay()
    return become_stray(world, _void(world).operation_id)


def late_void(world: World) -> Operation:
    world.pay()
    return become_stray(world, _void(world).operation_id)


def late_refund(world: World) -> Operation:
    world.pay()
    started = refunds.refund(world.shop, world.scope, world.asked())
    return become_stray(world, started.operation_id)


def late_refund_of_what_was_voided(world: World) -> Operation:
    late = late_refund(world)
    answer(world, _void(world).operation_id, State.APPROVED)
    return late


def late_credit_refund(world: World) -> Operation:
    world.pay()
    credit = world.credit_from_payment(3_000)
    started = credit_refunds.refund_credit(
        world.shop, world.scope, world.asked(), credit=credit, amount_cents=1_000
    )
    return become_stray(world, started.operation_id)


def late_sale_of_what_was_paid(world: World) -> Operation:
    first = world.start()
    answer(world, first.operation_id, State.FAILED)
    world.pay()
    return answer(world, first.operation_id, State.APPROVED)


def _void(world: World) -> Started:
    return voids.void(world.shop, world.scope, world.asked())


CAME_IN = (late_sale, late_hold, late_capture)
WENT_OUT = (
    late_void_of_a_hold,
    late_void,
    late_refund,
    late_refund_of_what_was_voided,
    late_credit_refund,
)


@pytest.mark.parametrize(
    ("late", "end"),
    [(late, end) for late in CAME_IN for end in (leave, give_back, apply, refuse_and_apply)]
    + [(late, end) for late in WENT_OUT for end in (leave, apply)]
    + [(late_sale_of_what_was_paid, end) for end in (leave, give_back, apply)],
)
def test_stray_money_breaks_no_rule(
    world: World, late: Callable[[World], Operation], end: End
) -> None:
    stray = late(world)

    end(world, stray)
    audit_chain.seal(world.shop)

    assert stray.state == State.STRAY
    assert invariants.check(world.shop.database, world.shop.clock.now(), texts=True) == []


def test_a_payment_of_stray_money_is_refunded_like_any_other(world: World) -> None:
    apply(world, late_sale(world))
    started = refunds.refund(world.shop, world.scope, world.asked())
    answer(world, started.operation_id, State.APPROVED)
    audit_chain.seal(world.shop)

    assert world.only(ClerkTask).operation_id == started.operation_id
    assert invariants.check(world.shop.database, world.shop.clock.now()) == []


def test_stray_money_that_became_a_credit_is_refunded_like_any_other(world: World) -> None:
    apply(world, late_sale_of_what_was_paid(world))
    credit = world.only(OpenCredit).public_id
    started = credit_refunds.refund_credit(
        world.shop, world.scope, world.asked(), credit=credit, amount_cents=1_000
    )
    answer(world, started.operation_id, State.APPROVED)
    audit_chain.seal(world.shop)

    assert invariants.check(world.shop.database, world.shop.clock.now()) == []
