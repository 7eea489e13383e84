"""The last look at an order before it is checked out, with a card or on terms."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import checkout
from komet_shop.services.checkout import CheckoutRefused
from komet_shop.web.checkout.blueprint import bp
from komet_shop.web.checkout.page_parts import open_parts
from komet_shop.web.checkout.reasons import card_refusal, problem_of
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires


@bp.get("/checkout")
@requires(Permission.CHECKOUT)
def show_review() -> ResponseReturnValue:
    """Review the order and choose how to check it out."""
    try:
        return review_page()
    except CheckoutRefused as refusal:
        return lead_away(refusal)


@bp.post("/checkout")
@requires(Permission.CHECKOUT)
def place_order() -> ResponseReturnValue:
    """Check out on the customer's terms, without a card."""
    order_id = request.form.get("order", "")[:24]
    try:
        checkout.place(shop(), scope(), order_id, cents_of_form())
    except (checkout.NoSuchOrder, checkout.OrderNotOpen, checkout.PaymentUnderWay) as refusal:
        return lead_away(refusal, pressed=True)
    except CheckoutRefused as refusal:
        return refused_page(refusal)
    flash(_("Thank you! Your order is with your salesperson for approval."), "success")
    return redirect(url_for("account.show_order", order_id=order_id), 303)


def review_page(*, problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The page, with what went wrong if something did.

    Raises:
        CheckoutRefused: there is nothing to review.
    """
    parts = open_parts()
    reason = parts.answer.reason
    page = render_template(
        "checkout/review.html",
        parts=parts,
        problem=problem,
        offers_card=parts.answer.offered,
        offers_terms=not parts.answer.only_by_card,
        no_card_because="" if reason is None else card_refusal(reason),
        has_payment_step=parts.answer.offered or parts.answer.only_by_card,
    )
    return page, status


def refused_page(refusal: CheckoutRefused) -> ResponseReturnValue:
    """The review again, with why the order was not checked out."""
    problem, status = problem_of(refusal)
    try:
        return review_page(problem=problem, status=status)
    except CheckoutRefused:
        flash(problem, "danger")
        return redirect(url_for("storefront.show_cart"), 303)


def lead_away(refusal: CheckoutRefused, *, pressed: bool = False) -> ResponseReturnValue:
    """Where somebody belongs who has nothing to check out here.

    `pressed`: they pressed a button, and the page there says that it did nothing.
    """
    again = "yes" if pressed else None
    if isinstance(refusal, checkout.PaymentUnderWay):
        payment = refusal.payment_id
        return redirect(url_for("checkout.show_payment", payment_id=payment, again=again), 303)
    if isinstance(refusal, checkout.OrderNotOpen):
        return redirect(url_for("account.show_order", order_id=str(refusal), again=again), 303)
    if isinstance(refusal, checkout.CustomerOnHold | checkout.ShipDatePassed):
        flash(problem_of(refusal)[0], "danger")
    return redirect(url_for("storefront.show_cart"), 303)


def cents_of_form(name: str = "expected_cents") -> int:
    """What the page showed, in cents; -1, which fits no order, if it makes no sense."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else -1
