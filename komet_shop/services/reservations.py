"""Boxes that orders hold: given back when an order ends, taken for good when Komet has it."""

import structlog
from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from komet_shop.models import InventoryLine, OrderLine

log = structlog.get_logger(__name__)


def give_back(session: Session, order_id: int) -> None:
    """The order is no more: others may buy its boxes."""
    for line_id, boxes in _held(session, order_id):
        _change(session, line_id, boxes, boxes_reserved=_less(InventoryLine.boxes_reserved, boxes))


def take(session: Session, order_id: int) -> None:
    """The order is booked: what was reserved is no longer there.

    A pull may have brought Komet's lower count already; then the count is too low until the
    next pull, which sells a box too few rather than one too many.
    """
    for line_id, boxes in _held(session, order_id):
        _change(
            session,
            line_id,
            boxes,
            boxes_reserved=_less(InventoryLine.boxes_reserved, boxes),
            boxes_available=_less(InventoryLine.boxes_available, boxes),
        )


def _held(session: Session, order_id: int) -> list[tuple[int, int]]:
    """In the order of their ids, so that two transactions never wait for each other."""
    rows = session.execute(
        select(OrderLine.inventory_line_id, OrderLine.boxes)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.inventory_line_id)
    )
    return [(line_id, boxes) for line_id, boxes in rows]


def _change(session: Session, line_id: int, boxes: int, **values: ColumnElement[int]) -> None:
    held = session.execute(
        update(InventoryLine)
        .where(InventoryLine.id == line_id, InventoryLine.boxes_reserved >= boxes)
        .values(**values)
        .returning(InventoryLine.id)
    ).scalar_one_or_none()
    if held is None:
        # A missing reservation is a bug to look at, not a reason to book the order twice.
        log.error("reservation_missing", code=line_id, count=boxes)
        session.execute(update(InventoryLine).where(InventoryLine.id == line_id).values(**values))


def _less(column: InstrumentedAttribute[int], boxes: int) -> ColumnElement[int]:
    return case((column >= boxes, column - boxes), else_=0)
