"""Lines and totals of carts and orders, ready for templates."""

from dataclasses import dataclass, replace

from flask import url_for
from flask_babel import gettext as _

from komet_shop.services.orders import Detail, Line
from komet_shop.web.storefront import words
from komet_shop.web.storefront.tiles import Picture, picture_of


@dataclass(frozen=True, kw_only=True)
class LineView:
    """A line of a cart or an order."""

    id: str
    href: str
    name: str
    facts: str
    image: Picture
    colour: str
    price_e4: int
    unit: str
    quantity: int
    boxes: str
    units: str
    maximum: int
    sum_cents: int
    sum_note: str = ""
    minimum: int = 1
    step: int = 1
    flower: str = "rose"
    update_action: str = ""
    delete_action: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of totals."""

    label: str
    cents: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What an order comes to."""

    rows: tuple[Row, ...]
    total: Row
    currency: str


def line_view(line: Line) -> LineView:
    """A line with its words, picture and address."""
    return LineView(
        id=line.inventory_line,
        href=url_for("storefront.product", product_id=line.product),
        name=line.description,
        facts=words.packing(line.box_type, line.bunches_per_box, line.stems_per_bunch),
        image=picture_of(line.category, line.colour, line.picture),
        colour=words.colour_slug(line.colour),
        price_e4=line.price_e4,
        unit=words.unit_name(line.unit_type),
        quantity=line.boxes,
        boxes=words.boxes(line.boxes),
        units=words.units(line.unit_type, line.boxes * line.units_per_box),
        maximum=max(line.most, line.boxes),
        sum_cents=line.line_cents,
    )


def cart_line_view(line: Line, cart: str) -> LineView:
    """The same with what one can do to it while it is in the cart."""
    boxes = line.inventory_line
    return replace(
        line_view(line),
        sum_note=words.units(line.unit_type, line.boxes * line.units_per_box),
        update_action=url_for("storefront.change_line", cart=cart, line=boxes),
        delete_action=url_for("storefront.delete_line", cart=cart, line=boxes),
    )


def with_card_fee(totals: Totals, fee: Row) -> Totals:
    """What a card pays: the same with the fee as a row of its own."""
    if not fee.cents:
        return totals
    total = replace(totals.total, cents=totals.total.cents + fee.cents)
    return replace(totals, rows=(*totals.rows, fee), total=total)


def totals_of(found: Detail) -> Totals:
    """Subtotal, tax if there is any, and total."""
    rows = [Row(label=_("Flowers and goods"), cents=found.subtotal_cents)]
    if found.tax_cents:
        rows.append(Row(label=_("Sales tax"), cents=found.tax_cents))
    return Totals(
        rows=tuple(rows),
        total=Row(label=_("Total"), cents=found.listed.total_cents),
        currency=found.listed.currency,
    )
