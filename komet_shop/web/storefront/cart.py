"""Your Shopping Cart: see it, put boxes in, change them, take them out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from komet_shop.domain.permissions import Permission
from komet_shop.services import carts, orders
from komet_shop.services.carts import CartRefused, Trip
from komet_shop.web import shopping
from komet_shop.web.current import scope, shop
from komet_shop.web.going_back import back_to
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront import taken_out
from komet_shop.web.storefront.blueprint import bp
from komet_shop.web.storefront.delivery import delivery_bar
from komet_shop.web.storefront.order_lines import cart_line_view, totals_of
from komet_shop.web.storefront.refusals import words_for

JUST_NOW = timedelta(hours=1)
"""So long an empty cart leads to the order that was in it: somebody went back in the browser."""


@bp.get("/cart")
@requires(Permission.SHOP)
def show_cart() -> ResponseReturnValue:
    """The cart, with what it comes to and how it goes on."""
    with opened_visit() as (unit, visit):
        found = orders.detail(unit, scope(), visit.cart.public_id) if visit.cart.lines else None
        lines = orders.lines(unit, scope(), visit.cart.public_id) if found else []
        delivery = shopping.delivery_of(unit, visit)
        since = shop().clock.now() - JUST_NOW
        placed = None if lines else orders.placed_since(unit, scope(), visit.buyer.id, since)
    return render_template(
        "storefront/cart.html",
        placed=placed,
        taken_out=taken_out.from_cart(visit),
        lines=[cart_line_view(line, visit.cart.public_id) for line in lines],
        totals=totals_of(found) if found else None,
        delivery=delivery_bar(visit, delivery),
    )


@bp.post("/cart/lines")
@requires(Permission.SHOP)
def add_to_cart() -> ResponseReturnValue:
    """Put boxes into the cart; back to the page the buyer was on, at the same tile."""
    line, boxes = request.form.get("line", "")[:24], _boxes()
    with opened_visit() as (unit, visit):
        delivery = shopping.delivery_of(unit, visit)
    trip = Trip(
        customer_id=visit.buyer.id,
        location_id=visit.place.id,
        ship_date=visit.ship_date,
        carrier_id=delivery.carrier.id if delivery.carrier else None,
        ship_to_id=delivery.ship_to.id if delivery.ship_to else None,
    )
    with _refusals_shown():
        in_cart = carts.add(shop(), scope(), trip, line=line, boxes=boxes)
        taken_out.forget()
        flash(_added(in_cart), "success")
    return redirect(back_to("/shop", anchor=line), 303)


@bp.post("/cart/<cart>/lines/<line>/update")
@requires(Permission.SHOP)
def change_line(cart: str, line: str) -> ResponseReturnValue:
    """Another number of boxes; on to the checkout for somebody who pressed that."""
    then = "checkout.show_review" if request.form.get("then") == "checkout" else ".show_cart"
    try:
        carts.change(shop(), scope(), cart, line=line, boxes=_boxes())
    except CartRefused as refusal:
        flash(words_for(refusal), "danger")
        then = ".show_cart"
    return redirect(url_for(then), 303)


@bp.post("/cart/<cart>/lines/<line>/delete")
@requires(Permission.SHOP)
def delete_line(cart: str, line: str) -> ResponseReturnValue:
    """Take a line out; its boxes are free for others at once."""
    _take_out(cart, lambda: carts.change(shop(), scope(), cart, line=line, boxes=0), line=line)
    return redirect(url_for(".show_cart"), 303)


@bp.post("/cart/<cart>/empty")
@requires(Permission.SHOP)
def empty_cart(cart: str) -> ResponseReturnValue:
    """Take everything out, to choose another delivery."""
    _take_out(cart, lambda: carts.empty(shop(), scope(), cart))
    return redirect(back_to("/cart"), 303)


@bp.post("/cart/<cart>/put-back")
@requires(Permission.SHOP)
def put_back(cart: str) -> ResponseReturnValue:
    """Undo what took boxes out last, at today's price, as far as nobody else has them now."""
    with opened_visit() as (unit, visit):
        in_cart = {line.inventory_line for line in orders.lines(unit, scope(), cart)}
    gone = taken_out.from_cart(visit)
    if gone is not None and visit.cart.public_id == cart:
        taken_out.forget()
        for each in (one for one in gone.lines if one.line not in in_cart):
            with _refusals_shown(about=each.name):
                carts.add(shop(), scope(), gone.trip(visit), line=each.line, boxes=each.boxes)
    return redirect(url_for(".show_cart"), 303)


def _take_out(cart: str, change: Callable[[], None], *, line: str = "") -> None:
    """Change the cart and keep what was in it, one line or all, for "Undo"."""
    with opened_visit() as (unit, visit):
        lines = orders.lines(unit, scope(), cart)
    with _refusals_shown():
        change()
        if visit.cart.public_id == cart:
            taken_out.keep(visit, [each for each in lines if line in ("", each.inventory_line)])


@contextmanager
def _refusals_shown(*, about: str = "") -> Iterator[None]:
    """Say in words why the cart stayed as it is; `about`: a product, where there are several."""
    try:
        yield
    except CartRefused as refusal:
        words = words_for(refusal)
        flash(f"{about}: {words}" if about else words, "danger")


def _boxes() -> int:
    """A whole number of boxes; anything else counts as too many, which is refused."""
    text = request.form.get("quantity", "1").strip()
    return int(text) if text.isdecimal() and len(text) <= 6 else carts.MOST_BOXES + 1


def _added(in_cart: int) -> str:
    added = ngettext(
        "Added. %(num)d box of it is in your cart.",
        "Added. %(num)d boxes of it are in your cart.",
        in_cart,
    )
    return str(added)
