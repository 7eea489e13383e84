"""Addresses of the catalogue: every filter is in them, so that a list can be kept and sent."""

from dataclasses import dataclass, replace

from flask import request, url_for

from komet_shop.services.catalogue import Filters, Sort

LONGEST = 100
ORIGINS = {"1", "2", "3", "4"}


@dataclass(frozen=True, kw_only=True)
class Search:
    """What the address of a listing asks for."""

    q: str = ""
    category: str = ""
    colour: str = ""
    origin: str = ""
    sort: str = ""
    view: str = ""

    @classmethod
    def of_request(cls) -> "Search":
        """From the address; what makes no sense is left out."""
        given = {
            name: request.args.get(name, "").strip()[:LONGEST]
            for name in ("q", "category", "colour", "origin", "sort", "view")
        }
        given["origin"] = given["origin"] if given["origin"] in ORIGINS else ""
        given["sort"] = given["sort"] if given["sort"] == Sort.PRICE else ""
        given["view"] = given["view"] if given["view"] == "list" else ""
        return cls(**given)

    @property
    def filters(self) -> Filters:
        """The same for the catalogue."""
        return Filters.of_text(
            self.q,
            category=self.category,
            colour=self.colour,
            origin=int(self.origin) if self.origin else None,
        )

    @property
    def order(self) -> Sort:
        """By name unless by price was asked for."""
        return Sort(self.sort) if self.sort else Sort.NAME

    @property
    def cursor_kind(self) -> str:
        """Cursors fit one order only."""
        return f"shop:{self.order}"

    def href(self, *, after: str | None = None, **changes: str) -> str:
        """The address of this listing with changes; from page one unless `after` is given."""
        changed = vars(replace(self, **changes))
        given = {name: value for name, value in changed.items() if value}
        if after is not None:
            given["after"] = after
        return url_for("storefront.index", **given)
