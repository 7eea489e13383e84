"""What every page of a buyer shares: the visit, the choices kept in the session, the frame."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.services import shipping, visits
from komet_shop.services.shipping import Delivery, KnownWays
from komet_shop.services.visits import NobodyToBuyFor, Visit, Wanted
from komet_shop.web.current import actor, scope, shop, visitor

KEPT = "shopping"
WAYS = "komet_shop_ways"


@dataclass(frozen=True, kw_only=True)
class NavigationLink:
    """One entry of the shop's menu."""

    label: str
    href: str
    icon: str
    active: bool


def wanted() -> Wanted:
    """The buyer's choices so far."""
    kept = session.get(KEPT, {})
    return Wanted(
        customer=str(kept.get("customer", "")),
        location=str(kept.get("location", "")),
        ship_date=_date(kept.get("ship_date", "")),
        carrier_id=kept.get("carrier"),
        ship_to=str(kept.get("ship_to", "")),
    )


def remember(**choices: str | int | None) -> None:
    """Keep choices for the next pages; None forgets one."""
    kept = session.get(KEPT, {}) | choices
    session[KEPT] = {name: value for name, value in kept.items() if value is not None}


@contextmanager
def opened_visit() -> Iterator[tuple[Session, Visit]]:
    """A reading unit of work, and where the buyer stands in the shop.

    Raises:
        NobodyToBuyFor: staff do not buy; a buyer may belong to no active customer.
    """
    if visitor().is_staff:
        raise NobodyToBuyFor(actor().label)
    with shop().database.read() as unit:
        g.visit = visits.open_visit(unit, scope(), wanted(), shop().clock.now())
        yield unit, g.visit


def delivery_of(unit: Session, visit: Visit) -> Delivery:
    """How the boxes of a visit travel, and what else could be chosen."""
    known: KnownWays = current_app.extensions[WAYS]
    now = shop().clock.monotonic()
    return shipping.delivery(visit, wanted(), known.read(unit, scope(), visit, now))


def prepare(blueprint: Blueprint) -> None:
    """Give a buyers' blueprint the frame of the shop's pages and its error page."""
    blueprint.context_processor(page_context)
    blueprint.register_error_handler(NobodyToBuyFor, nobody_to_buy_for)


def page_context() -> dict[str, Any]:
    """What the shop's layout wants to know."""
    visit: Visit | None = g.get("visit")
    cart = visit.cart if visit is not None else visits.Cart()
    return {
        "visit": visit,
        "nav": navigation(visit),
        "may_pay_by_card": visit is None or visit.buyer.may_pay_by_card,
        "contact_email": shop().config.mail_from,
        "cart_count": cart.lines,
        "cart_total_cents": cart.total_cents,
        "search_text": request.args.get("q", "") if request.path == "/shop" else "",
    }


def navigation(visit: Visit | None) -> list[NavigationLink]:
    """The shop's menu, with the entry that is open; no cards where the customer has none."""
    entries = [
        (_("Shop"), "/shop", "shop", ("/shop", "/products")),
        (_("Orders"), "/orders", "orders", ("/orders", "/payments")),
        (_("Invoices"), "/invoices", "invoices", ("/invoices",)),
        (_("Cards"), "/cards", "card", ("/cards",)),
        (_("Help"), "/help", "help", ("/help",)),
    ]
    if visit is not None and not visit.buyer.may_pay_by_card:
        entries = [entry for entry in entries if entry[1] != "/cards"]
    return [
        NavigationLink(label=label, href=href, icon=icon, active=request.path.startswith(starts))
        for label, href, icon, starts in entries
    ]


def nobody_to_buy_for(_error: Exception) -> ResponseReturnValue:
    """A login that belongs to no customer, staff for example, cannot shop."""
    return render_template("storefront/nobody.html"), 403


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
