"""The catalogue: everything on offer at a location for a ship date."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import catalogue
from komet_shop.services.catalogue import Facet, Facets
from komet_shop.web import cursors, shopping
from komet_shop.web.current import scope
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront import words
from komet_shop.web.storefront.addresses import Search
from komet_shop.web.storefront.blueprint import bp
from komet_shop.web.storefront.delivery import delivery_bar
from komet_shop.web.storefront.tiles import tile

PAGE_SIZE = 48
EAGER_PICTURES = 4


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A link that narrows the list or takes a filter off."""

    label: str
    href: str
    active: bool = False
    count: int = 0
    colour: str = ""
    icon: str = ""


@bp.get("/shop")
@requires(Permission.SHOP)
def index() -> ResponseReturnValue:
    """The catalogue, filtered, sorted, a page at a time."""
    search = Search.of_request()
    with opened_visit() as (unit, visit):
        page = catalogue.listing(
            unit,
            scope(),
            visit,
            search.filters,
            sort=search.order,
            after=cursors.after(search.cursor_kind),
            size=PAGE_SIZE,
        )
        facets = catalogue.facets(unit, scope(), visit, search.filters)
        delivery = shopping.delivery_of(unit, visit)
    return render_template(
        "storefront/index.html",
        search=search,
        tiles=[tile(offer) for offer in page.offers],
        eager=EAGER_PICTURES,
        next_href=_next_href(search, page.after),
        first_href=search.href() if "after" in request.args else None,
        delivery=delivery_bar(visit, delivery),
        **_narrowing(search, facets),
    )


def _next_href(search: Search, place: object) -> str | None:
    after = cursors.cursor(search.cursor_kind, place)
    return search.href(after=after) if after else None


def _narrowing(search: Search, facets: Facets) -> dict[str, Any]:
    return {
        "products": facets.products,
        "categories": _facet(search, facets.categories, "category"),
        "colours": _facet(search, facets.colours, "colour"),
        "stocks": _stocks(search),
        "chips": _chips(search),
        "sorts": _sorts(search),
        "views": _views(search),
        "clear_href": search.href(q="", category="", colour="", origin=""),
    }


def _facet(search: Search, facets: list[Facet], name: str) -> list[Choice]:
    return [
        Choice(
            label=facet.name if name == "category" else facet.name.capitalize(),
            href=search.href(**{name: "" if facet.is_chosen else facet.name}),
            active=facet.is_chosen,
            count=facet.products,
            colour=words.colour_slug(facet.name),
        )
        for facet in facets
    ]


def _stocks(search: Search) -> list[Choice]:
    return [
        Choice(
            label=words.origin_name(int(origin)) if origin else _("All stock"),
            href=search.href(origin=origin),
            active=search.origin == origin,
        )
        for origin in ("", "1", "2")
    ]


def _chips(search: Search) -> list[Choice]:
    named = (
        ("q", f"“{search.q}”" if search.q else ""),
        ("category", search.category),
        ("colour", search.colour.capitalize()),
        ("origin", words.origin_name(int(search.origin)) if search.origin else ""),
    )
    return [Choice(label=label, href=search.href(**{name: ""})) for name, label in named if label]


def _sorts(search: Search) -> list[Choice]:
    return [
        Choice(label=label, href=search.href(sort=sort), active=search.sort == sort)
        for sort, label in (("", _("Name")), ("price", _("Price per stem")))
    ]


def _views(search: Search) -> list[Choice]:
    return [
        Choice(label=label, href=search.href(view=view), active=search.view == view, icon=icon)
        for view, label, icon in (("", _("Grid"), "grid"), ("list", _("List"), "list"))
    ]
