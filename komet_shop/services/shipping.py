"""How boxes travel: the carriers and addresses a buyer may choose from."""

import threading
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
class Choices:
    """Every carrier of the company, every address of the customer."""

    carriers: tuple[Way, ...] = ()
    ship_tos: tuple[Way, ...] = ()


NOTHING = Choices()
FRESH_SECONDS = 60
MOST_KNOWN = 2_000


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


class KnownWays:
    """The choices of each customer, read at most once a minute in each process.

    They come from Komet and change a few times a year; what is ordered is checked again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[int, int], tuple[float, Choices]] = {}

    def read(self, session: Session, scope: Scope, visit: Visit, now: float) -> Choices:
        """What the visit's customer may choose, nothing when the cart has lines.

        `now` is monotonic seconds.
        """
        if visit.is_locked:
            return NOTHING
        key = (scope.company_id, visit.buyer.id)
        with self._lock:
            read_at, choices = self._known.get(key, (now - FRESH_SECONDS, NOTHING))
        if now - read_at < FRESH_SECONDS:
            return choices
        rows = session.execute(
            _WAYS, {"company": scope.company_id, "customer": visit.buyer.id}
        ).all()
        choices = Choices(
            carriers=tuple(_way(row) for row in rows if row.kind == "carrier"),
            ship_tos=tuple(_way(row) for row in rows if row.kind == "ship_to"),
        )
        with self._lock:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = (now, choices)
        return choices


def delivery(visit: Visit, wanted: Wanted, choices: Choices) -> Delivery:
    """What the buyer may choose and what is chosen; nothing to choose in a locked cart.

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
    ship_to = _first(choices.ship_tos, lambda way: way.public_id == wanted.ship_to)
    usual = ship_to.carrier_id if ship_to else None
    carrier = _first(choices.carriers, lambda way: way.id == (wanted.carrier_id or usual))
    return Delivery(
        carriers=choices.carriers, ship_tos=choices.ship_tos, carrier=carrier, ship_to=ship_to
    )


def _way(row: Row[*tuple[Any, ...]]) -> Way:
    return Way(id=row.id, public_id=row.public_id, name=row.name, carrier_id=row.carrier_id)


def _first(ways: tuple[Way, ...], wanted: Callable[[Way], bool]) -> Way | None:
    """The one that is wanted, else the first there is."""
    return next(filter(wanted, ways), ways[0] if ways else None)


def _fixed(way_id: int | None, name: str) -> Way | None:
    return Way(id=way_id, public_id="", name=name) if way_id is not None else None
