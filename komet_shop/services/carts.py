"""Changing a cart: a draft order whose boxes are kept for the buyer until it expires.

Every change is one transaction: lines, totals and the boxes kept at the location move
together, or not at all. Rows are locked in one order: lines, order, boxes.
"""

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.services import cart_drafts, cart_expiry, cart_rows
from komet_shop.services.cart_drafts import (
    CartExpired,
    CartHeld,
    CartMoved,
    CartRefused,
    NoShipDate,
    NoSuchCart,
    NoSuchOffer,
    NotEnoughBoxes,
    OrdersStopped,
    Trip,
)
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

__all__ = [
    "MOST_BOXES",
    "CartHeld",
    "CartRefused",
    "NoShipDate",
    "NoSuchCart",
    "NoSuchOffer",
    "NotEnoughBoxes",
    "OrdersStopped",
    "TooManyBoxes",
    "Trip",
    "add",
    "change",
    "empty",
]

MOST_BOXES = 999
TRIES = 4


class TooManyBoxes(CartRefused):
    """Not a number of boxes that anybody orders: 1 to MOST_BOXES of one line."""


def add(shop: Shop, scope: Scope, trip: Trip, *, line: str, boxes: int) -> int:
    """Put boxes into the cart at today's price; returns how many of that line are in it now.

    The first line makes the cart and binds it to the trip; from then on the cart's own
    ship date, carrier and address count, whatever the trip says.

    Raises:
        CartRefused: one of its kinds; nothing was changed.
    """
    return _again(shop, lambda session: _add(session, shop, scope, trip, line=line, boxes=boxes))


def change(shop: Shop, scope: Scope, cart: str, *, line: str, boxes: int) -> None:
    """Set the boxes of a line in the cart; zero removes it.

    Raises:
        CartRefused: one of its kinds; nothing was changed.
    """
    _again(shop, lambda session: _change(session, scope, cart, line=line, boxes=boxes))


def empty(shop: Shop, scope: Scope, cart: str) -> None:
    """Give all boxes back; the delivery can be chosen again.

    Raises:
        CartRefused: one of its kinds; nothing was changed.
    """
    _again(shop, lambda session: _empty(session, scope, cart))


def _again(shop: Shop, unit: Callable[[Session], int]) -> int:
    """Run a unit, again when another change of the same cart came first."""
    for attempt in range(TRIES):
        try:
            return shop.database.run(unit)
        except CartExpired:
            cart_expiry.expire_carts(shop)
        except (CartMoved, IntegrityError):
            if attempt == TRIES - 1:
                raise
    raise NoSuchCart("an expired cart is still in the way")


def _add(session: Session, shop: Shop, scope: Scope, trip: Trip, *, line: str, boxes: int) -> int:
    now = shop.clock.now()
    _require_boxes(boxes, least=1)
    draft = cart_drafts.draft_of_trip(session, scope, trip)
    draft = cart_drafts.bound(session, draft, trip, now)
    offer = cart_rows.offer(session, draft, line)
    known = cart_rows.line_of_offer(session, draft, offer.id)
    total_boxes = boxes + (known.boxes if known else 0)
    _require_boxes(total_boxes, least=1)
    if known is None:
        cart_rows.insert_line(session, draft, offer, boxes)
    else:
        cart_rows.set_boxes(session, draft, known, total_boxes)
    cart_rows.write_totals(session, draft)
    cart_rows.keep_boxes(session, offer.id, boxes)
    return total_boxes


def _change(session: Session, scope: Scope, cart: str, *, line: str, boxes: int) -> int:
    _require_boxes(boxes, least=0)
    draft = cart_drafts.own_draft(session, scope, cart)
    known = cart_rows.line(session, draft, line)
    if boxes == 0:
        cart_rows.delete_line(session, known)
    else:
        cart_rows.set_boxes(session, draft, known, boxes)
    cart_rows.write_totals(session, draft)
    cart_rows.keep_boxes(session, known.inventory_line_id, boxes - known.boxes)
    return boxes


def _empty(session: Session, scope: Scope, cart: str) -> int:
    draft = cart_drafts.own_draft(session, scope, cart)
    gone = cart_rows.delete_all(session, draft)
    cart_rows.write_totals(session, draft)
    cart_rows.give_back(session, gone)
    return 0


def _require_boxes(boxes: int, *, least: int) -> None:
    if not least <= boxes <= MOST_BOXES:
        raise TooManyBoxes(boxes)
