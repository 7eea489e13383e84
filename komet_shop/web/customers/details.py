"""A customer as Komet knows it, who buys for it, and what it sees at checkout."""

from flask import render_template
from flask.typing import ResponseReturnValue

from komet_shop.domain.card_rules import CardRule
from komet_shop.domain.permissions import Permission
from komet_shop.services import customer_rules
from komet_shop.services.card_question import Payer
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.customers import frame
from komet_shop.web.customers.blueprint import bp
from komet_shop.web.customers.words import limit_text, rule_word
from komet_shop.web.permissions import requires


@bp.get("/<customer_id>")
@requires(Permission.CUSTOMERS)
def show(customer_id: str) -> ResponseReturnValue:
    """One customer."""
    with opened_desk() as unit:
        found = frame.found(unit, customer_id)
        places = customer_rules.tills(unit, scope())
    customer = found.customer
    outlooks = customer_rules.outlooks(places, Payer.of(customer), shop().clock.now())
    return render_template(
        "customers/customer.html",
        rule=rule_word(CardRule(customer.card_rule)),
        limit=limit_text(found.credit.limit_cents, customer.currency),
        places=frame.place_rows(outlooks),
        **frame.page_parts(found, shown=".show"),
    )
