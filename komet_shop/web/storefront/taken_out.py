"""What was taken out of the cart last, kept in the session so that it can be put back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import session
from flask_babel import gettext as _
from flask_babel import ngettext

from komet_shop.services.carts import Trip
from komet_shop.services.orders import Line
from komet_shop.services.visits import Visit
from komet_shop.web import shopping
from komet_shop.web.filters import number

KEPT = "taken_out"


@dataclass(frozen=True, kw_only=True)
class Gone:
    """One line that was taken out. `line` names the boxes on the shelf."""

    line: str
    boxes: int
    name: str


@dataclass(frozen=True, kw_only=True)
class TakenOut:
    """What one press took out, and how the cart was to travel."""

    lines: tuple[Gone, ...]
    ship_date: date
    carrier_id: int | None
    ship_to_id: int | None

    @property
    def title(self) -> str:
        """What the buyer is told about it."""
        if len(self.lines) == 1:
            return str(_("Taken out: %(product)s", product=self.lines[0].name))
        count = len(self.lines)
        taken = ngettext(
            "Taken out: %(count)s product",
            "Taken out: %(count)s products",
            count,
            count=number(count),
        )
        return str(taken)

    def trip(self, visit: Visit) -> Trip:
        """The delivery of the cart, should it have become empty."""
        return Trip(
            customer_id=visit.buyer.id,
            location_id=visit.place.id,
            ship_date=self.ship_date,
            carrier_id=self.carrier_id,
            ship_to_id=self.ship_to_id,
        )


def keep(visit: Visit, lines: Sequence[Line]) -> None:
    """Note what was just taken out of the visit's cart; stay at its location and ship date."""
    cart = visit.cart
    shopping.remember(location=visit.place.code, ship_date=visit.ship_date.isoformat())
    session[KEPT] = {
        "cart": cart.public_id,
        "lines": [[line.inventory_line, line.boxes, line.description] for line in lines],
        "ship_date": visit.ship_date.isoformat(),
        "carrier_id": cart.carrier_id,
        "ship_to_id": cart.ship_to_id,
    }


def from_cart(visit: Visit) -> TakenOut | None:
    """What can be put back into the visit's cart; None when there is nothing."""
    kept = session.get(KEPT)
    if kept is None or not kept["lines"] or kept["cart"] != visit.cart.public_id:
        return None
    return TakenOut(
        lines=tuple(Gone(line=line, boxes=boxes, name=name) for line, boxes, name in kept["lines"]),
        ship_date=date.fromisoformat(kept["ship_date"]),
        carrier_id=kept["carrier_id"],
        ship_to_id=kept["ship_to_id"],
    )


def forget() -> None:
    """The cart went on: nothing is put back any more."""
    session.pop(KEPT, None)
