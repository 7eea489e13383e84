"""What was taken out of the cart can be put back."""

from datetime import timedelta

from sqlalchemy import select

from komet_shop.models import InventoryLine, Order
from tests.web.storefront.buying import Buying, words


def delete(buying: Buying, line: str) -> None:
    cart = buying.florist.cart().public_id
    buying.submit(buying.page("/cart"), f"/cart/{cart}/lines/{line}/delete")


def empty(buying: Buying) -> None:
    cart = buying.florist.cart().public_id
    buying.submit(buying.page("/cart"), f"/cart/{cart}/empty")


def undo(buying: Buying) -> None:
    cart = buying.florist.cart().public_id
    buying.submit(buying.page("/cart"), f"/cart/{cart}/put-back")


def test_a_removed_line_comes_back_with_its_boxes(buying: Buying) -> None:
    other = buying.florist.shelve(name="Roses Tibet 60 cm", variety="Tibet")
    buying.florist.add(other, boxes=3)
    delete(buying, other)
    shown = words(buying.page("/cart"))

    undo(buying)

    assert "Taken out: Roses Tibet 60 cm" in shown
    assert {line.boxes for line in buying.florist.lines()} == {2, 3}
    assert "Taken out" not in words(buying.page("/cart"))


def test_an_emptied_cart_comes_back_whole_and_with_its_delivery(buying: Buying) -> None:
    other = buying.florist.shelve(name="Roses Tibet 60 cm", variety="Tibet")
    buying.florist.add(other, boxes=3)
    ship_date = buying.florist.cart().ship_date
    empty(buying)
    shown = words(buying.page("/cart"))

    undo(buying)

    assert "Your cart is empty" in shown
    assert "Taken out: 2 products" in shown
    assert {line.boxes for line in buying.florist.lines()} == {2, 3}
    assert buying.florist.cart().ship_date == ship_date
    assert buying.florist.reserved(other) == 3


def test_what_somebody_else_took_meanwhile_is_named(buying: Buying) -> None:
    delete(buying, buying.line)
    buying.florist.change(InventoryLine, boxes_available=1)

    undo(buying)

    page = buying.page("/cart")
    assert "Roses Freedom 50 cm: Only 1 more box of this is left." in page
    assert buying.florist.lines() == []


def test_undo_pressed_twice_puts_back_once(buying: Buying) -> None:
    delete(buying, buying.line)
    page, cart = buying.page("/cart"), buying.florist.cart().public_id

    for _ in range(2):
        buying.submit(page, f"/cart/{cart}/put-back")

    assert [line.boxes for line in buying.florist.lines()] == [2]


def test_whoever_adds_something_is_done_with_undoing(buying: Buying) -> None:
    delete(buying, buying.line)
    page = buying.page("/shop")

    buying.submit(page, "/cart/lines")

    assert "Taken out" not in words(buying.page("/cart"))


def test_a_ship_date_that_has_passed_is_not_quietly_another_one(buying: Buying) -> None:
    with buying.florist.shop.database.write() as session:
        order = session.scalars(select(Order)).one()
        order.ship_date = buying.florist.dates[0] - timedelta(days=2)
    empty(buying)

    undo(buying)

    assert "Orders for that day are closed" in buying.page("/cart")
    assert buying.florist.lines() == []
