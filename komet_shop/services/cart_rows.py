"""The rows of a cart: how they are read, guarded and written inside one transaction."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, ScalarSelect, delete, func, insert, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from komet_shop.domain import money
from komet_shop.domain.prices import customer_price_e4
from komet_shop.models import InventoryLine, Order, OrderLine, Product
from komet_shop.services.cart_drafts import (
    CartMoved,
    Draft,
    NoSuchCart,
    NoSuchOffer,
    NotEnoughBoxes,
    unchanged,
)


def offer(session: Session, draft: Draft, public_id: str) -> Row[*tuple[Any, ...]]:
    """The boxes a buyer points at, if they can leave on the cart's ship date.

    Raises:
        NoSuchOffer: another location, another date, or taken off the list.
    """
    found = session.execute(
        select(
            InventoryLine.id,
            InventoryLine.product_id,
            Product.name,
            InventoryLine.box_type,
            InventoryLine.unit_type,
            InventoryLine.units_per_box,
            InventoryLine.price_e4,
        )
        .join(Product, Product.id == InventoryLine.product_id)
        .where(
            InventoryLine.public_id == public_id,
            InventoryLine.location_id == draft.location_id,
            InventoryLine.active,
            InventoryLine.available_from <= draft.ship_date,
            InventoryLine.available_to >= draft.ship_date,
            Product.company_id == draft.company_id,
            Product.active,
        )
    ).one_or_none()
    if found is None:
        raise NoSuchOffer(public_id)
    return found


_LINE = select(
    OrderLine.id,
    OrderLine.inventory_line_id,
    OrderLine.boxes,
    OrderLine.units_per_box,
    OrderLine.price_e4,
)


def line_of_offer(
    session: Session, draft: Draft, inventory_line_id: int
) -> Row[*tuple[Any, ...]] | None:
    """The cart's line of these boxes, if it has one."""
    return session.execute(
        _LINE.where(
            OrderLine.order_id == draft.order_id,
            OrderLine.inventory_line_id == inventory_line_id,
        )
    ).one_or_none()


def line(session: Session, draft: Draft, public_id: str) -> Row[*tuple[Any, ...]]:
    """The cart's line of the boxes with that name.

    Raises:
        NoSuchCart: it is not in the cart.
    """
    found = session.execute(
        _LINE.join(InventoryLine, InventoryLine.id == OrderLine.inventory_line_id).where(
            OrderLine.order_id == draft.order_id, InventoryLine.public_id == public_id
        )
    ).one_or_none()
    if found is None:
        raise NoSuchCart(public_id)
    return found


def insert_line(session: Session, draft: Draft, offer: Row[*tuple[Any, ...]], boxes: int) -> None:
    """A new line with the words and this customer's price of today."""
    price_e4 = customer_price_e4(offer.price_e4, level=draft.price_level, markup_bp=draft.markup_bp)
    session.execute(
        insert(OrderLine).values(
            order_id=draft.order_id,
            inventory_line_id=offer.id,
            product_id=offer.product_id,
            description=offer.name,
            box_type=offer.box_type,
            unit_type=offer.unit_type,
            units_per_box=offer.units_per_box,
            price_e4=price_e4,
            **_amounts(draft, boxes, offer.units_per_box, price_e4),
        )
    )


def set_boxes(session: Session, draft: Draft, known: Row[*tuple[Any, ...]], boxes: int) -> None:
    """Another number of boxes at the price the line was put in at."""
    session.execute(
        update(OrderLine)
        .where(OrderLine.id == known.id)
        .values(**_amounts(draft, boxes, known.units_per_box, known.price_e4))
    )


def delete_line(session: Session, known: Row[*tuple[Any, ...]]) -> None:
    """Take a line out of the cart."""
    session.execute(delete(OrderLine).where(OrderLine.id == known.id))


def delete_all(session: Session, draft: Draft) -> Iterable[Row[*tuple[Any, ...]]]:
    """Take all lines out; returns them as (inventory line id, boxes)."""
    gone = delete(OrderLine).where(OrderLine.order_id == draft.order_id)
    return session.execute(gone.returning(OrderLine.inventory_line_id, OrderLine.boxes)).all()


def write_totals(session: Session, draft: Draft) -> None:
    """Sum the lines into the order, if nobody else changed it since it was read.

    Raises:
        CartMoved: somebody did; nothing of this transaction may stay.
    """
    subtotal, tax = _sum_of(OrderLine.line_cents), _sum_of(OrderLine.tax_cents)
    written = session.execute(
        update(Order)
        .where(*unchanged(draft))
        .values(
            subtotal_cents=subtotal,
            tax_cents=tax,
            total_cents=subtotal + tax,
            version=Order.version + 1,
        )
        .returning(Order.id)
    )
    if written.scalar_one_or_none() is None:
        raise CartMoved(draft.order_id)


def keep_boxes(session: Session, inventory_line_id: int, boxes: int) -> None:
    """Keep so many boxes more for the cart, or give some back when negative.

    Raises:
        NotEnoughBoxes: fewer are left; nothing was kept.
    """
    is_free = InventoryLine.boxes_reserved + boxes <= InventoryLine.boxes_available
    kept = session.execute(
        update(InventoryLine)
        .where(InventoryLine.id == inventory_line_id, is_free if boxes > 0 else true())
        .values(boxes_reserved=InventoryLine.boxes_reserved + boxes)
        .returning(InventoryLine.id)
    )
    if kept.scalar_one_or_none() is None:
        left = select(InventoryLine.boxes_available - InventoryLine.boxes_reserved)
        found = session.scalar(left.where(InventoryLine.id == inventory_line_id))
        raise NotEnoughBoxes(max(found or 0, 0))


def give_back(session: Session, kept: Iterable[Row[*tuple[Any, ...]]]) -> None:
    """Free the boxes of lines, as (inventory line id, boxes), in one order for everybody."""
    for inventory_line_id, boxes in sorted(tuple(row) for row in kept):
        keep_boxes(session, inventory_line_id, -boxes)


def _amounts(draft: Draft, boxes: int, units_per_box: int, price_e4: int) -> dict[str, int]:
    cents = money.line_cents(boxes=boxes, units_per_box=units_per_box, price_e4=price_e4)
    return {
        "boxes": boxes,
        "line_cents": cents,
        "tax_cents": money.share_cents(cents, draft.tax_bp),
    }


def _sum_of(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    total = select(func.coalesce(func.sum(column), 0)).where(OrderLine.order_id == Order.id)
    return total.correlate(Order).scalar_subquery()
