"""Changing a cart: boxes, totals and prices move together, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from komet_shop.domain import identifiers
from komet_shop.models import Company, InventoryLine, Order, OrderLine, Payment
from komet_shop.services import carts
from komet_shop.services.carts import (
    CartHeld,
    NoShipDate,
    NoSuchCart,
    NoSuchOffer,
    NotEnoughBoxes,
    OrdersStopped,
    TooManyBoxes,
)
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.services.florist import Florist


@pytest.fixture
def florist(shop: Shop) -> Florist:
    return Florist.build(shop)


def hold(florist: Florist) -> str:
    """A payment that is under way for the cart."""
    cart = florist.cart()
    with florist.shop.database.write() as session:
        payment = Payment(
            public_id=identifiers.public_id("pay"),
            company_id=cart.company_id,
            location_id=cart.location_id,
            customer_id=cart.customer_id,
            order_id=cart.id,
            method="card",
            currency="USD",
            amount_cents=cart.total_cents,
            created_at=florist.shop.clock.now(),
        )
        session.add(payment)
        session.flush()
        session.get_one(Order, cart.id).held_by_payment_id = payment.id
        return payment.public_id


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What each job gave: a result, or the exception it raised."""

    def outcome(job: Callable[[], object]) -> object:
        try:
            return job()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as crew:
        return list(crew.map(outcome, jobs))


def test_the_first_line_makes_the_cart_and_binds_it_to_the_trip(florist: Florist) -> None:
    line = florist.shelve()

    in_cart = florist.add(line, boxes=2)

    cart, [row] = florist.cart(), florist.lines()
    assert in_cart == 2
    assert cart.ship_date == florist.trip.ship_date
    assert (row.boxes, row.line_cents) == (2, 22_750)
    assert (cart.subtotal_cents, cart.tax_cents, cart.total_cents) == (22_750, 0, 22_750)
    assert florist.reserved(line) == 2


def test_the_cart_lives_as_long_as_the_company_says(florist: Florist) -> None:
    florist.change(Company, cart_minutes=60)
    before = florist.shop.clock.now()

    florist.add(florist.shelve())

    lives = florist.cart().expires_at - before
    assert timedelta(minutes=60) <= lives < timedelta(minutes=61)


def test_the_same_line_again_adds_to_it_at_the_price_of_the_first_time(florist: Florist) -> None:
    line = florist.shelve()
    florist.add(line)
    florist.change(InventoryLine, price_e4=9_999)

    in_cart = florist.add(line, boxes=2)

    [row] = florist.lines()
    assert in_cart == 3
    assert (row.price_e4, row.line_cents) == (4_550, 34_125)
    assert florist.cart().total_cents == 34_125


def test_tax_is_reckoned_per_line_for_customers_who_pay_it(shop: Shop) -> None:
    florist = Florist.build(shop, location={"tax_bp": 700}, charge_tax=True)
    florist.add(florist.shelve(line={"price_e4": 333, "units_per_box": 25}))
    florist.add(florist.shelve(line={"price_e4": 333, "units_per_box": 25}))

    cart = florist.cart()

    assert [(row.line_cents, row.tax_cents) for row in florist.lines()] == [(83, 6), (83, 6)]
    assert (cart.subtotal_cents, cart.tax_cents, cart.total_cents) == (166, 12, 178)


def test_a_price_b_customer_gets_the_price_that_was_shown(shop: Shop) -> None:
    florist = Florist.build(shop, price_level="B", price_b_markup_bp=800)

    florist.add(florist.shelve(line={"price_e4": 4_550}))

    [row] = florist.lines()
    assert row.price_e4 == 4_914


@pytest.mark.parametrize(
    ("boxes", "reserved", "total"), [(5, 5, 56_875), (1, 1, 11_375), (0, 0, 0)]
)
def test_changing_a_line_moves_boxes_and_totals(
    florist: Florist, boxes: int, reserved: int, total: int
) -> None:
    line = florist.shelve()
    florist.add(line, boxes=3)

    carts.change(florist.shop, florist.scope, florist.cart().public_id, line=line, boxes=boxes)

    assert florist.reserved(line) == reserved
    assert florist.cart().total_cents == total


def test_emptying_gives_all_boxes_back_and_frees_the_ship_date(florist: Florist) -> None:
    first, second = florist.shelve(), florist.shelve()
    florist.add(first, boxes=2)
    florist.add(second)

    carts.empty(florist.shop, florist.scope, florist.cart().public_id)

    assert (florist.reserved(first), florist.reserved(second)) == (0, 0)
    assert florist.lines() == []
    assert not florist.visit().is_locked


def test_an_emptied_cart_is_bound_anew_by_its_next_line(florist: Florist) -> None:
    line = florist.shelve()
    florist.add(line)
    cart = florist.cart()
    carts.change(florist.shop, florist.scope, cart.public_id, line=line, boxes=0)
    later = carts.Trip(
        customer_id=florist.customer_id,
        location_id=florist.location_id,
        ship_date=florist.dates[3],
    )

    carts.add(florist.shop, florist.scope, later, line=line, boxes=1)

    assert florist.cart().id == cart.id
    assert florist.cart().ship_date == florist.dates[3]


def test_a_cart_with_lines_keeps_its_date_whatever_the_page_says(florist: Florist) -> None:
    line = florist.shelve()
    florist.add(line)
    another = carts.Trip(
        customer_id=florist.customer_id,
        location_id=florist.location_id,
        ship_date=florist.dates[4],
    )

    carts.add(florist.shop, florist.scope, another, line=line, boxes=1)

    assert florist.cart().ship_date == florist.trip.ship_date


@pytest.mark.parametrize("boxes", [0, -1, carts.MOST_BOXES + 1])
def test_no_strange_number_of_boxes(florist: Florist, boxes: int) -> None:
    line = florist.shelve()

    with pytest.raises(TooManyBoxes):
        florist.add(line, boxes=boxes)


def test_more_than_is_left_is_refused_and_nothing_changes(florist: Florist) -> None:
    line = florist.shelve(line={"boxes_available": 3})
    florist.add(line, boxes=2)

    with pytest.raises(NotEnoughBoxes) as refusal:
        florist.add(line, boxes=2)

    assert refusal.value.left == 1
    assert florist.reserved(line) == 2
    assert florist.cart().total_cents == 22_750


def test_what_cannot_leave_on_the_carts_date_is_refused(florist: Florist) -> None:
    day = florist.trip.ship_date
    line = florist.shelve(line={"available_from": day + timedelta(days=1)})

    with pytest.raises(NoSuchOffer):
        florist.add(line)


def test_a_closed_day_is_refused(florist: Florist) -> None:
    line = florist.shelve()
    past = carts.Trip(
        customer_id=florist.customer_id,
        location_id=florist.location_id,
        ship_date=florist.dates[0] - timedelta(days=1),
    )

    with pytest.raises(NoShipDate):
        carts.add(florist.shop, florist.scope, past, line=line, boxes=1)


def test_a_customer_on_hold_orders_nothing(shop: Shop) -> None:
    florist = Florist.build(shop, credit_hold=True)

    with pytest.raises(OrdersStopped):
        florist.add(florist.shelve())


def test_a_cart_that_a_payment_holds_does_not_change(florist: Florist) -> None:
    line = florist.shelve()
    florist.add(line)
    payment_id, cart = hold(florist), florist.cart().public_id

    attempts = [
        lambda: florist.add(line),
        lambda: carts.change(florist.shop, florist.scope, cart, line=line, boxes=0),
        lambda: carts.empty(florist.shop, florist.scope, cart),
    ]

    for attempt in attempts:
        with pytest.raises(CartHeld) as refusal:
            attempt()
        assert refusal.value.payment_id == payment_id
    assert florist.reserved(line) == 1


def test_another_buyers_cart_is_not_there(florist: Florist) -> None:
    line = florist.shelve()
    florist.add(line)
    cart, colleague = florist.cart().public_id, florist.colleague()

    with pytest.raises(NoSuchCart):
        carts.change(florist.shop, colleague.scope, cart, line=line, boxes=5)

    assert florist.reserved(line) == 1


def test_another_customer_cannot_be_shopped_for(florist: Florist, shop: Shop) -> None:
    stranger = Florist.build(shop)

    with pytest.raises(NoSuchCart):
        carts.add(shop, florist.scope, stranger.trip, line=stranger.shelve(), boxes=1)


def test_a_cart_whose_time_ran_out_makes_room_for_a_new_one(
    florist: Florist, clock: MovableClock
) -> None:
    line = florist.shelve()
    florist.add(line, boxes=4)
    old = florist.cart().id
    clock.advance(seconds=4 * 24 * 60 * 60)
    assert florist.visit().cart.is_expired

    florist.add(line)

    assert florist.cart().id != old
    assert florist.reserved(line) == 1


def test_the_last_box_goes_to_exactly_one_of_many(florist: Florist) -> None:
    line = florist.shelve(line={"boxes_available": 1})
    buyers = [florist.colleague() for _ in range(6)]

    outcomes = at_once(*(lambda buyer=buyer: buyer.add(line) for buyer in buyers))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        *["NotEnoughBoxes"] * 5,
        "int",
    ]
    assert florist.reserved(line) == 1
    assert len(florist.lines()) == 1


def test_two_tabs_of_one_buyer_lose_no_box(florist: Florist) -> None:
    line, other = florist.shelve(), florist.shelve()

    outcomes = at_once(
        lambda: florist.add(line),
        lambda: florist.add(line),
        lambda: florist.add(other),
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert florist.reserved(line) == 2
    assert florist.cart().total_cents == sum(row.line_cents for row in florist.lines())
    assert sum(row.boxes for row in florist.lines()) == 3


def test_adding_and_emptying_at_once_keeps_boxes_and_lines_equal(florist: Florist) -> None:
    lines = [florist.shelve() for _ in range(3)]
    for line in lines:
        florist.add(line)
    cart = florist.cart().public_id

    at_once(
        lambda: carts.empty(florist.shop, florist.scope, cart),
        *(lambda line=line: florist.add(line) for line in lines),
    )

    kept = {row.inventory_line_id: row.boxes for row in florist.lines()}
    assert sum(florist.reserved(line) for line in lines) == sum(kept.values())
    assert florist.cart().total_cents == sum(row.line_cents for row in florist.lines())
    assert all(isinstance(row, OrderLine) for row in florist.lines())
