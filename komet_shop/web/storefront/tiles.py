"""Offers made ready for templates: words, pictures, addresses and both prices."""

from dataclasses import dataclass

from flask import url_for

from komet_shop.domain import money
from komet_shop.domain.prices import stem_price_e4
from komet_shop.services import photo_files
from komet_shop.services.catalogue import Offer
from komet_shop.web.storefront import words
from komet_shop.web.storefront.pictures import picture_slug

PICTURE_SIZE = 480
FEW_BOXES = 5


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with its own size, so that a page does not jump."""

    src: str
    width: int = PICTURE_SIZE
    height: int = PICTURE_SIZE
    srcset: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A word on the corner of a tile."""

    label: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One offer. Prices: `price_e4` per unit, `stem_e4` per stem, `box_cents` per box."""

    id: str
    href: str
    name: str
    kind: str
    grade: str
    packing: str
    box: str
    grower: str
    country: str
    stock: str
    colour_slug: str
    image: Picture
    price_e4: int
    unit: str
    stem_e4: int
    box_cents: int
    boxes_left: int
    left: str
    is_scarce: bool
    mark: Mark | None
    flower: str = "rose"


def tile(offer: Offer) -> Tile:
    """An offer as a tile or a line of a list."""
    country = words.country_name(offer.country)
    return Tile(
        id=offer.id,
        href=url_for("storefront.product", product_id=offer.product_id),
        name=offer.variety,
        kind=f"{offer.category} · {country}" if country else offer.category,
        grade=offer.grade,
        packing=words.packing(offer.box_type, offer.bunches_per_box, offer.stems_per_bunch),
        box=words.box_name(offer.box_type),
        grower=offer.grower,
        country=country,
        stock=words.origin_name(offer.origin),
        colour_slug=words.colour_slug(offer.colour),
        image=picture_of(offer.category, offer.colour, offer.picture),
        price_e4=offer.price_e4,
        unit=words.unit_name(offer.unit_type),
        stem_e4=_stem_e4(offer),
        box_cents=money.line_cents(
            boxes=1, units_per_box=offer.units_per_box, price_e4=offer.price_e4
        ),
        boxes_left=offer.boxes_left,
        left=words.boxes_left(offer.boxes_left),
        is_scarce=offer.boxes_left <= FEW_BOXES,
        mark=_mark(offer),
    )


def picture_of(category: str, colour: str, photo: str | None) -> Picture:
    """The product's own photo, or else the drawn picture of its kind in its colour."""
    if photo is None:
        return Picture(src=url_for("storefront.picture", slug=picture_slug(category, colour)))
    sources = {width: _photo_href(photo, width) for width in photo_files.WIDTHS}
    return Picture(
        src=sources[PICTURE_SIZE],
        srcset=", ".join(f"{href} {width}w" for width, href in sources.items()),
    )


def _photo_href(photo: str, width: int) -> str:
    return url_for("storefront.photo", file=photo_files.file_name(photo, width))


def _stem_e4(offer: Offer) -> int:
    return stem_price_e4(
        offer.price_e4, unit_type=offer.unit_type, stems_per_bunch=offer.stems_per_bunch
    )


def _mark(offer: Offer) -> Mark | None:
    if offer.origin == 1:
        return None
    return Mark(label=words.origin_name(offer.origin), tone="info")
