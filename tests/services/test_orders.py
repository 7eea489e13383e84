"""Orders and payments as their buyer sees them, on both databases."""

import pytest
from sqlalchemy import select

from komet_shop.models import KometLink, Order, Outbox
from komet_shop.services import checkout, invoices, orders, payment_status
from komet_shop.services.orders import Listed, Paid
from komet_shop.services.payment_status import Books, Pace, PaymentStatus, Stage
from tests.statements import count_statements
from tests.world import World


def listed(world: World, **paging: int | None) -> tuple[list[Listed], int | None]:
    given = {"after": None, "size": 10} | paging
    with world.shop.database.read() as session:
        return orders.page(
            session,
            world.scope,
            world.customer_id,
            after=given["after"],
            size=given["size"] or 10,
        )


def status(world: World) -> PaymentStatus:
    """The one payment."""
    [payment] = world.payments()
    with world.shop.database.read() as session:
        found = payment_status.read(session, world.scope, payment.public_id)
    assert found is not None
    return found


def test_a_cart_is_no_order_yet(world: World) -> None:
    assert listed(world) == ([], None)


def test_an_order_on_terms_is_open_in_the_invoices(world: World) -> None:
    checkout.place(world.shop, world.scope, world.order_id, world.total_cents)

    [order], _ = listed(world)
    with world.shop.database.read() as session:
        [invoice], _ = invoices.page(
            session, world.scope, world.customer_id, only_open=True, after=None, size=10
        )

    assert (order.state, order.paid) == ("pending_approval", Paid.ON_TERMS)
    assert (invoice.open_cents, invoice.order_number) == (world.total_cents, order.number)


def test_a_paid_order_is_paid_and_its_invoice_closed(world: World) -> None:
    world.pay()

    [order], _ = listed(world)
    with world.shop.database.read() as session:
        still_open, _ = invoices.page(
            session, world.scope, world.customer_id, only_open=True, after=None, size=10
        )

    assert order.paid is Paid.PAID
    assert still_open == []


def test_an_order_whose_payment_is_unclear_is_listed_as_such(world: World) -> None:
    world.arm("silence_before_booking", match={"path": "sale"}, seconds=3)

    world.pay()

    [order], _ = listed(world)
    assert (order.state, order.paid) == ("draft", Paid.CONFIRMING)
    assert status(world).stage is Stage.CONFIRMING


def test_a_declined_try_leaves_no_invoice_behind(world: World) -> None:
    world.arm("decline_402", code="012", match={"path": "sale"})

    world.pay()

    with world.shop.database.read() as session:
        found, _ = invoices.page(
            session, world.scope, world.customer_id, only_open=False, after=None, size=10
        )
    assert found == []
    assert status(world).stage is Stage.DECLINED
    assert status(world).buyer_message != ""


def test_pages_of_orders_follow_each_other(world: World) -> None:
    for _ in range(3):
        checkout.place(world.shop, world.scope, world.order_id, world.total_cents)
        world.take_another_cart()

    first, place = listed(world, size=2)
    second, end = listed(world, size=2, after=place)

    numbers = [order.number for order in [*first, *second]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 3
    assert end is None


def test_a_strangers_order_and_payment_are_not_there(world: World) -> None:
    world.pay()
    [payment], order_id = world.payments(), world.order_id
    world.take_another_cart(of_another_customer=True)

    with world.shop.database.read() as session:
        assert orders.detail(session, world.scope, order_id) is None
        assert orders.lines(session, world.scope, order_id) == []
        assert payment_status.read(session, world.scope, payment.public_id) is None
        assert payment_status.of_order(session, world.scope, order_id) == []


@pytest.mark.parametrize(
    ("outbox_state", "control_number", "expected"),
    [
        ("ready", "", Books.WAITING),
        ("dead", "", Books.DELAYED),
        ("done", "PMT-77", Books.POSTED),
    ],
)
def test_the_books_know_when_accounting_knows(
    world: World, outbox_state: str, control_number: str, expected: Books
) -> None:
    world.pay()
    [payment] = world.payments()
    with world.shop.database.write() as session:
        entry = session.scalars(select(Outbox).where(Outbox.kind == "komet_payment")).one()
        entry.state = outbox_state
        if control_number:
            link = KometLink(
                kind="payment",
                local_id=payment.id,
                control_number=control_number,
                posted_at=world.shop.clock.now(),
            )
            session.add(link)

    assert status(world).books is expected
    assert status(world).control_number == control_number


def test_looking_again_settles_what_the_gateway_knows(world: World) -> None:
    world.arm("silence_after_booking", match={"path": "sale"}, seconds=3)
    world.pay()

    future = payment_status.look_again(world.shop, status(world), world.scope.actor)
    assert future is not None
    future.result(timeout=10)
    too_soon = payment_status.look_again(world.shop, status(world), world.scope.actor)

    assert status(world).stage is Stage.APPROVED
    assert too_soon is None


def test_a_settled_payment_is_not_looked_up(world: World) -> None:
    world.pay()

    assert payment_status.look_again(world.shop, status(world), world.scope.actor) is None


def test_the_pace_lets_one_through_in_so_many_seconds() -> None:
    pace = Pace(5)

    allowed = [pace.allows("a", now) for now in (100, 101, 104, 105, 106, 110)]

    assert allowed == [True, False, False, True, False, True]
    assert pace.allows("b", 101)


def test_an_order_with_its_payments_is_three_statements(world: World) -> None:
    world.arm("decline_402", code="012", match={"path": "sale"})
    world.pay()
    world.pay()

    with (
        world.shop.database.read() as session,
        count_statements(world.shop.database.engine) as statements,
    ):
        found = orders.detail(session, world.scope, world.order_id)
        lines = orders.lines(session, world.scope, world.order_id)
        payments = payment_status.of_order(session, world.scope, world.order_id)

    assert found is not None
    assert found.listed.number == world.only(Order).number
    assert [line.boxes for line in lines] == [2]
    assert [payment.stage for payment in payments] == [Stage.APPROVED, Stage.DECLINED]
    assert len(statements) == 3
