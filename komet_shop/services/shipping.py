"""How boxes travel: the carriers and addresses a buyer may choose from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Row, bindparam, literal, null, select, union_all
from sqlalchemy.orm import Session

from komet_shop.models import Carrier, ShipTo
from komet_shop.services.scope import Scope
from komet_shop.services.visits import Visit, Wanted


@dataclass(frozen=True, kw_only=True)
class Way:
    """A carrier, or an address with the carrier that usually goes there."""

    id: int
    public_id: str
    name: str
    carrier_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The choices there are, and what counts now; None where there is nothing to choose."""

    carriers: tuple[Way, ...]
    ship_tos: tuple[Way, ...]
    carrier: Way | None
    ship_to: Way | None


_WAYS: CompoundSelect[*tuple[Any, ...]] = union_all(
    select(
        literal("carrier").label("kind"),
        Carrier.id,
        Carrier.code.label("public_id"),
        Carrier.name,
        null().label("carrier_id"),
    ).where(Carrier.company_id == bindparam("company"), Carrier.active),
    select(literal("ship_to"), ShipTo.id, ShipTo.public_id, ShipTo.name, ShipTo.carrier_id).where(
        ShipTo.customer_id == bindparam("customer"), ShipTo.active
    ),
).order_by("name", "id")


def delivery(session: Session, scope: Scope, visit: Visit, wanted: Wanted) -> Delivery:
    """What the buyer may choose and what is chosen; a locked cart needs no statement.

    The address decides first; its usual carrier is used unless another one was chosen.
    """
    cart = visit.cart
    if visit.is_locked:
        return Delivery(
            carriers=(),
            ship_tos=(),
            carrier=_fixed(cart.carrier_id, cart.carrier),
            ship_to=_fixed(cart.ship_to_id, cart.ship_to),
        )
    rows = session.execute(_WAYS, {"company": scope.company_id, "customer": visit.buyer.id}).all()
    carriers = tuple(_way(row) for row in rows if row.kind == "carrier")
    ship_tos = tuple(_way(row) for row in rows if row.kind == "ship_to")
    ship_to = _first(ship_tos, lambda way: way.public_id == wanted.ship_to)
    usual = ship_to.carrier_id if ship_to else None
    carrier = _first(carriers, lambda way: way.id == (wanted.carrier_id or usual))
    return Delivery(carriers=carriers, ship_tos=ship_tos, carrier=carrier, ship_to=ship_to)


def _way(row: Row[*tuple[Any, ...]]) -> Way:
    return Way(id=row.id, public_id=row.public_id, name=row.name, carrier_id=row.carrier_id)


def _first(ways: tuple[Way, ...], wanted: Callable[[Way], bool]) -> Way | None:
    """The one that is wanted, else the first there is."""
    return next(filter(wanted, ways), ways[0] if ways else None)


def _fixed(way_id: int | None, name: str) -> Way | None:
    return Way(id=way_id, public_id="", name=name) if way_id is not None else None
