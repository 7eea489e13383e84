"""Carts that nobody came back to give their boxes back."""

from datetime import timedelta

from sqlalchemy import select

from komet_shop.models import Audit, InventoryLine
from komet_shop.services.cart_expiry import expire_carts
from tests.conftest import MovableClock
from tests.world import World

LONG = 40 * 24 * 60 * 60


def reserved(world: World) -> int:
    line: InventoryLine = world.only(InventoryLine)
    return line.boxes_reserved


def test_a_cart_whose_time_is_over_is_voided_and_its_boxes_are_free(
    world: World, clock: MovableClock
) -> None:
    before = reserved(world)
    clock.advance(seconds=LONG)

    expired = expire_carts(world.shop)

    order = world.order()
    assert (expired, before, reserved(world)) == (1, 2, 0)
    assert order.state == "voided"
    assert order.voided_at is not None
    assert "in time" in order.void_reason
    with world.shop.database.read() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "cart_expired")).one()
    assert (entry.actor, entry.object_id) == ("worker", order.id)


def test_a_cart_that_is_expired_twice_gives_its_boxes_back_once(
    world: World, clock: MovableClock
) -> None:
    world.take_another_cart(of_another_customer=True)
    clock.advance(seconds=LONG)

    assert [expire_carts(world.shop) for _ in range(2)] == [2, 0]
    assert reserved(world) == 0


def test_a_cart_in_time_stays(world: World) -> None:
    with world.shop.database.write() as session:
        session.merge(world.order()).expires_at = world.shop.clock.now() + timedelta(minutes=1)

    assert expire_carts(world.shop) == 0
    assert reserved(world) == 2


def test_a_cart_that_is_being_paid_stays(world: World, clock: MovableClock) -> None:
    world.start()
    clock.advance(seconds=LONG)

    assert expire_carts(world.shop) == 0
    assert world.order().state == "draft"


def test_a_checked_out_order_never_expires(world: World, clock: MovableClock) -> None:
    world.pay()
    clock.advance(seconds=LONG)

    assert expire_carts(world.shop) == 0
    assert world.order().state == "pending_approval"
