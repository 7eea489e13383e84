"""The payment page: a card on file or a new one, and the button that pays."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain import identifiers
from komet_shop.domain.permissions import Permission
from komet_shop.services import card_checkout, checkout, operations, saved_cards
from komet_shop.services.bulkhead import Full
from komet_shop.services.checkout import CheckoutRefused
from komet_shop.services.order_payments import PayOrder
from komet_shop.web.checkout.blueprint import bp
from komet_shop.web.checkout.card_slot import TOKEN_FIELD, card_slot
from komet_shop.web.checkout.cards import NEW_CARD, card_views
from komet_shop.web.checkout.page_parts import open_parts
from komet_shop.web.checkout.reasons import problem_of
from komet_shop.web.checkout.review import cents_of_form, lead_away, refused_page
from komet_shop.web.current import scope, session_digest, shop
from komet_shop.web.permissions import requires

LONGEST_TOKEN = 4_096
LEADS_AWAY = (checkout.NoSuchOrder, checkout.OrderNotOpen, checkout.PaymentUnderWay)


@bp.get("/checkout/pay")
@requires(Permission.CHECKOUT)
def show_pay() -> ResponseReturnValue:
    """Choose a card and pay; `?card=new` for somebody whose other card was declined."""
    return pay_page(chosen=request.args.get("card", "")[:24])


@bp.post("/checkout/pay")
@requires(Permission.CHECKOUT)
def pay() -> ResponseReturnValue:
    """Pay and check out: 303 to the payment's page, or the page again with what to do."""
    click = _click()
    if not (click.saved_card or click.card_token):
        problem = _("Enter a card, or choose one on file.")
        return pay_page(problem=problem, status=422, chosen=NEW_CARD)
    try:
        payment_id = card_checkout.pay(shop(), scope(), click)
    except Full:
        return _too_busy()
    except LEADS_AWAY as refusal:
        return lead_away(refusal, pressed=True)
    except checkout.CardNotOffered as refusal:
        return refused_page(refusal)
    except (CheckoutRefused, operations.KeyReused, saved_cards.NoSuchCard) as refusal:
        problem, status = problem_of(refusal)
        return pay_page(problem=problem, status=status, chosen=click.saved_card or NEW_CARD)
    return redirect(url_for("checkout.show_payment", payment_id=payment_id), 303)


def pay_page(*, problem: str = "", status: int = 200, chosen: str = "") -> ResponseReturnValue:
    """The page with a new action key: each drawing of it is one intention to pay."""
    try:
        parts = open_parts(with_cards=True)
        if parts.answer.reason is not None or parts.found.account is None:
            return redirect(url_for("checkout.show_review"), 303)
    except CheckoutRefused as refusal:
        return lead_away(refusal)
    cards = card_views(parts.cards, chosen)
    page = render_template(
        "checkout/pay.html",
        parts=parts,
        problem=problem,
        cards=cards,
        slot=card_slot(parts.found.account),
        new_card=NEW_CARD,
        new_card_chosen=not any(card.chosen for card in cards),
        action_key=identifiers.action_key(),
    )
    return page, status


def _click() -> PayOrder:
    form = request.form
    chosen = form.get("card", NEW_CARD)[:24]
    is_new = chosen == NEW_CARD
    return PayOrder(
        order=form.get("order", "")[:24],
        action_key=form.get("action_key", "")[:64],
        expected_cents=cents_of_form(),
        expected_fee_cents=cents_of_form("expected_fee_cents"),
        card_token=form.get(TOKEN_FIELD, "")[:LONGEST_TOKEN] if is_new else "",
        saved_card="" if is_new else chosen,
        save_card=is_new and form.get("save_card") == "yes",
        session_digest=session_digest(),
    )


def _too_busy() -> ResponseReturnValue:
    problem = _(
        "Many payments are under way right now, so we did not start yours. Nothing was charged. "
        "Please try again in a minute."
    )
    response = make_response(pay_page(problem=problem, status=503))
    response.headers["Retry-After"] = "60"
    return response
