"""The catalogue as a buyer sees it: what is on offer at a location for a ship date.

Statements are composed once per shape and rows are read as tuples: this is the busiest page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    bindparam,
    case,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from komet_shop.domain.prices import customer_price_e4
from komet_shop.models import InventoryLine, Location, Product
from komet_shop.services.scope import Scope
from komet_shop.services.visits import Visit

MOST_WORDS = 6
LONGEST_WORD = 40


class Sort(StrEnum):
    """The order of a listing."""

    NAME = "name"
    PRICE = "price"


class Offer(NamedTuple):
    """Boxes of one product in one packing. `price_e4` is this customer's price per unit.

    `picture` names the product's photo; None: it is drawn.
    """

    row_id: int
    id: str
    product_id: str
    name: str
    category: str
    variety: str
    colour: str
    grade: str
    picture: str | None
    origin: int
    grower: str
    country: str
    box_type: str
    unit_type: str
    bunches_per_box: int
    stems_per_bunch: int
    units_per_box: int
    boxes_left: int
    sort_name: str
    stem_price_e4: int
    price_e4: int


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the buyer looks for. Filters combine with "and"; each word must be found."""

    category: str = ""
    colour: str = ""
    origin: int | None = None
    words: tuple[str, ...] = ()

    @classmethod
    def of_text(cls, text: str, **others: Any) -> "Filters":
        """From what was typed into the search box."""
        words = tuple(word[:LONGEST_WORD] for word in text.lower().split()[:MOST_WORDS])
        return cls(words=words, **others)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of offers; `after` is the place to read on from, None on the last page."""

    offers: list[Offer]
    after: tuple[str | int, int] | None


@dataclass(frozen=True, kw_only=True)
class Facet:
    """One choice that would leave `products` products."""

    name: str
    products: int
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What one may narrow to. Each list heeds the other filters, not its own."""

    categories: list[Facet]
    colours: list[Facet]
    products: int


@dataclass(frozen=True, kw_only=True)
class Grade:
    """The same flower in a grade."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A product with its offers, cheapest stem first, and all grades there are of it."""

    id: str
    name: str
    division: str
    category: str
    variety: str
    colour: str
    grade: str
    picture: str | None
    grades: list[Grade]
    offers: list[Offer]


_STEM_PRICE = case(
    (InventoryLine.unit_type == "Stem", InventoryLine.price_e4),
    else_=InventoryLine.price_e4 // InventoryLine.stems_per_bunch,
).label("stem_price_e4")

_OFFER = select(
    InventoryLine.id.label("row_id"),
    InventoryLine.public_id,
    Product.public_id.label("product_id"),
    Product.name,
    Product.category,
    Product.variety,
    Product.colour,
    Product.grade,
    Product.picture,
    InventoryLine.origin,
    InventoryLine.grower,
    InventoryLine.country,
    InventoryLine.box_type,
    InventoryLine.unit_type,
    InventoryLine.bunches_per_box,
    InventoryLine.stems_per_bunch,
    InventoryLine.units_per_box,
    (InventoryLine.boxes_available - InventoryLine.boxes_reserved).label("boxes_left"),
    InventoryLine.sort_name,
    _STEM_PRICE,
    InventoryLine.price_e4,
).join(Product, Product.id == InventoryLine.product_id)

_OF_SAME_FLOWER = aliased(Product)
_GRADES = (
    select(_OF_SAME_FLOWER)
    .join(
        Product,
        (Product.company_id == _OF_SAME_FLOWER.company_id)
        & (Product.category == _OF_SAME_FLOWER.category)
        & (Product.variety == _OF_SAME_FLOWER.variety)
        & (Product.colour == _OF_SAME_FLOWER.colour),
    )
    .where(
        Product.public_id == bindparam("product"),
        Product.company_id == bindparam("company"),
        _OF_SAME_FLOWER.active,
    )
    .order_by(_OF_SAME_FLOWER.name, _OF_SAME_FLOWER.id)
)

_KEYS: dict[Sort, tuple[ColumnElement[Any], Callable[[Offer], str | int]]] = {
    Sort.NAME: (InventoryLine.sort_name.expression, lambda offer: offer.sort_name),
    Sort.PRICE: (_STEM_PRICE.element, lambda offer: offer.stem_price_e4),
}


def listing(
    session: Session,
    scope: Scope,
    visit: Visit,
    filters: Filters,
    *,
    sort: Sort = Sort.NAME,
    after: tuple[str | int, int] | None = None,
    size: int = 48,
) -> Page:
    """One page of what is on offer, in one statement; it costs the same at any depth."""
    shape = _Shape.of(filters, is_later_page=after is not None)
    values = _values(scope, visit, filters) | {"size": size + 1}
    if after is not None:
        values |= {"after_key": after[0], "after_id": after[1]}
    rows = session.execute(_listing(shape, sort), values).all()
    offers = [_offer(row, visit) for row in rows[:size]]
    last = offers[-1] if len(rows) > size else None
    return Page(offers=offers, after=(_KEYS[sort][1](last), last.row_id) if last else None)


def facets(session: Session, scope: Scope, visit: Visit, filters: Filters) -> Facets:
    """Categories and colours that lead to something, in one statement over products."""
    unchosen = Filters(origin=filters.origin, words=filters.words)
    shape = _Shape.of(unchosen, is_later_page=False)
    rows = session.execute(_facets(shape), _values(scope, visit, unchosen)).all()
    return Facets(
        categories=_facet(rows, 0, filters.category, within=(1, filters.colour)),
        colours=_facet(rows, 1, filters.colour, within=(0, filters.category)),
        products=sum(
            count
            for category, colour, count in rows
            if filters.category in ("", category) and filters.colour in ("", colour)
        ),
    )


def product(session: Session, scope: Scope, visit: Visit, public_id: str) -> Shown | None:
    """A product and its offers for the visit; None when there is no such product."""
    found = {"product": public_id, "company": scope.company_id}
    flowers = session.scalars(_GRADES, found).all()
    row = next((one for one in flowers if one.public_id == public_id), None)
    if row is None:
        return None
    values = _values(scope, visit, Filters()) | {"product_row": row.id}
    offers = [_offer(each, visit) for each in session.execute(_OFFERS_OF_PRODUCT, values)]
    return Shown(
        id=row.public_id,
        name=row.name,
        division=row.division,
        category=row.category,
        variety=row.variety,
        colour=row.colour,
        grade=row.grade,
        picture=row.picture,
        grades=[Grade(id=one.public_id, name=one.grade) for one in flowers],
        offers=offers,
    )


class _Shape(NamedTuple):
    """Which conditions a statement has, apart from their values."""

    has_category: bool
    has_colour: bool
    has_origin: bool
    words: int
    is_later_page: bool

    @classmethod
    def of(cls, filters: Filters, *, is_later_page: bool) -> "_Shape":
        return cls(
            has_category=bool(filters.category),
            has_colour=bool(filters.colour),
            has_origin=filters.origin is not None,
            words=len(filters.words),
            is_later_page=is_later_page,
        )


def _on_shelf() -> list[SQLColumnExpression[bool]]:
    return [
        InventoryLine.location_id == bindparam("location"),
        InventoryLine.location_id.in_(bindparam("locations", expanding=True)),
        InventoryLine.active,
        InventoryLine.available_from <= bindparam("ship_date"),
        InventoryLine.available_to >= bindparam("ship_date"),
        InventoryLine.boxes_available > InventoryLine.boxes_reserved,
    ]


def _sought(shape: _Shape) -> list[SQLColumnExpression[bool]]:
    found: list[SQLColumnExpression[bool]] = [
        Product.active,
        Product.company_id == bindparam("company"),
    ]
    if shape.has_category:
        found.append(Product.category == bindparam("category"))
    if shape.has_colour:
        found.append(Product.colour == bindparam("colour"))
    text = func.lower(Product.search_text)
    found += [text.like(bindparam(f"word{n}"), escape="\\") for n in range(shape.words)]
    return found


@cache
def _listing(shape: _Shape, sort: Sort) -> Select[*tuple[Any, ...]]:
    key = _KEYS[sort][0]
    conditions = [*_on_shelf(), *_sought(shape)]
    if shape.has_origin:
        conditions.append(InventoryLine.origin == bindparam("origin"))
    if shape.is_later_page:
        place = tuple_(bindparam("after_key", type_=key.type), bindparam("after_id"))
        conditions.append(tuple_(key, InventoryLine.id) > place)
    ordered = _OFFER.where(*conditions).order_by(key, InventoryLine.id)
    return ordered.limit(bindparam("size"))


@cache
def _facets(shape: _Shape) -> Select[*tuple[Any, ...]]:
    on_shelf = _on_shelf()
    if shape.has_origin:
        on_shelf.append(InventoryLine.origin == bindparam("origin"))
    offered = select(InventoryLine.id).where(InventoryLine.product_id == Product.id, *on_shelf)
    return (
        select(Product.category, Product.colour, func.count())
        .where(*_sought(shape), offered.exists())
        .group_by(Product.category, Product.colour)
    )


_OFFERS_OF_PRODUCT = (
    _OFFER.join(Location, Location.id == InventoryLine.location_id)
    .where(
        InventoryLine.product_id == bindparam("product_row"),
        Location.company_id == bindparam("company"),
        *_on_shelf(),
    )
    .order_by(_STEM_PRICE.element, InventoryLine.id)
)


def _values(scope: Scope, visit: Visit, filters: Filters) -> dict[str, Any]:
    words = {f"word{n}": _pattern(word) for n, word in enumerate(filters.words)}
    return {
        "company": scope.company_id,
        "location": visit.place.id,
        "locations": sorted(scope.location_ids),
        "ship_date": visit.ship_date,
        "category": filters.category,
        "colour": filters.colour,
        "origin": filters.origin,
        **words,
    }


def _pattern(word: str) -> str:
    safe = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{safe}%"


def _offer(row: Row[*tuple[Any, ...]], visit: Visit) -> Offer:
    offer, buyer = Offer._make(row), visit.buyer
    if buyer.price_level == "A":
        return offer
    own = customer_price_e4(offer.price_e4, level=buyer.price_level, markup_bp=buyer.markup_bp)
    return offer._replace(price_e4=own)


def _facet(rows: Any, column: int, chosen: str, *, within: tuple[int, str]) -> list[Facet]:
    other, other_chosen = within
    counts: dict[str, int] = {chosen: 0} if chosen else {}
    for row in rows:
        if other_chosen in ("", row[other]):
            counts[row[column]] = counts.get(row[column], 0) + row[2]
    return [
        Facet(name=name, products=count, is_chosen=name == chosen)
        for name, count in sorted(counts.items())
    ]
