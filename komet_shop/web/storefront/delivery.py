"""The delivery bar: ship date, location, carrier and address, chosen before anything else."""

from dataclasses import dataclass

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services.shipping import Delivery
from komet_shop.services.visits import Visit
from komet_shop.web import shopping
from komet_shop.web.filters import day
from komet_shop.web.going_back import back_to
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront.blueprint import bp


@dataclass(frozen=True, kw_only=True)
class Part:
    """One choice of the bar. `options`: (value, label) pairs; locked: the label alone."""

    name: str
    label: str
    icon: str
    options: tuple[tuple[str, str], ...]
    chosen: str
    shown: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The bar as the template draws it; `locked` says why nothing can be chosen."""

    parts: tuple[Part, ...]
    locked: str
    back: str


def delivery_bar(visit: Visit, delivery: Delivery) -> Bar:
    """The bar for a visit."""
    dates = tuple((each.isoformat(), day(each)) for each in visit.ship_dates)
    places = tuple((place.code, place.name) for place in visit.places)
    carriers = tuple((str(way.id), way.name) for way in delivery.carriers)
    ship_tos = tuple((way.public_id, way.name) for way in delivery.ship_tos)
    carrier, ship_to = delivery.carrier, delivery.ship_to
    parts = (
        _part("ship_date", dates, visit.ship_date.isoformat(), day(visit.ship_date)),
        _part("location", places, visit.place.code, visit.place.name),
        _part("carrier", carriers, str(carrier.id), carrier.name) if carrier else None,
        _part("ship_to", ship_tos, ship_to.public_id, ship_to.name) if ship_to else None,
    )
    locked = _("Fixed while your cart has boxes in it: they are kept for this date.")
    return Bar(
        parts=tuple(part for part in parts if part is not None),
        locked=locked if visit.is_locked else "",
        back=request.full_path.rstrip("?"),
    )


@bp.post("/delivery")
@requires(Permission.SHOP)
def choose_delivery() -> ResponseReturnValue:
    """Keep what was chosen; refused while the cart has lines."""
    with opened_visit() as (unit, visit):
        known = shopping.delivery_of(unit, visit)
    if visit.is_locked:
        flash(_("Your cart is kept for its ship date. Empty it to choose another one."), "warning")
        return redirect(back_to("/shop"), 303)
    _keep(visit, known)
    return redirect(back_to("/shop"), 303)


@bp.post("/customer")
@requires(Permission.SHOP)
def choose_customer() -> ResponseReturnValue:
    """Shop for another of the buyer's customers: own cart, own prices, own cards."""
    with opened_visit() as (_unit, visit):
        known = {buyer.public_id: buyer for buyer in visit.buyers}
    chosen = known.get(request.form.get("customer", ""))
    if chosen is None:
        abort(404)
    shopping.remember(customer=chosen.public_id, ship_to=None, carrier=None)
    flash(_("You now shop for %(name)s.", name=chosen.name), "success")
    return redirect(back_to("/shop"), 303)


def _keep(visit: Visit, known: Delivery) -> None:
    """Only what is offered. Another address brings its own carrier."""
    form = request.form
    ship_to = _among(form.get("ship_to"), {way.public_id for way in known.ship_tos})
    carrier = _among(form.get("carrier"), {str(way.id) for way in known.carriers})
    if known.ship_to is not None and ship_to != known.ship_to.public_id:
        carrier = None
    shopping.remember(
        ship_date=_among(form.get("ship_date"), {str(day) for day in visit.ship_dates}),
        location=_among(form.get("location"), {place.code for place in visit.places}),
        carrier=int(carrier) if carrier else None,
        ship_to=ship_to,
    )


def _part(name: str, options: tuple[tuple[str, str], ...], chosen: str, shown: str) -> Part:
    label, icon = {
        "ship_date": (_("Ship date"), "calendar"),
        "location": (_("From"), "place"),
        "carrier": (_("Carrier"), "truck"),
        "ship_to": (_("Ship to"), "shop"),
    }[name]
    return Part(name=name, label=label, icon=icon, options=options, chosen=chosen, shown=shown)


def _among(value: str | None, known: set[str]) -> str | None:
    return value if value in known else None
