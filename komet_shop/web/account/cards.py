"""The customer's cards on file at the location the buyer shops from."""

from flask import render_template
from flask.typing import ResponseReturnValue

from komet_shop.domain.permissions import Permission
from komet_shop.services import saved_cards
from komet_shop.web.account.blueprint import bp
from komet_shop.web.checkout.cards import card_views
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit


@bp.get("/cards")
@requires(Permission.OWN_CARDS)
def list_cards() -> ResponseReturnValue:
    """Cards by brand and last four digits; nothing else of a card is here to be shown."""
    with opened_visit() as (unit, visit):
        cards = saved_cards.shown(
            unit,
            scope(),
            customer_id=visit.buyer.id,
            location_id=visit.place.id,
            now=shop().clock.now(),
        )
    return render_template("account/cards.html", cards=card_views(cards))
