"""The first page: everybody is sent to where their work is."""

from flask import Blueprint, current_app, redirect
from flask.typing import ResponseReturnValue

from komet_shop.domain.permissions import Permission
from komet_shop.web.current import may
from komet_shop.web.permissions import requires

blueprint = Blueprint("home", __name__)

STARTS = (
    (Permission.CHECKOUT, "/shop"),
    (Permission.ORDER_ENTRY, "/order-entry"),
    (Permission.OPEN_INVOICES, "/ar"),
    (Permission.REVIEWS, "/reviews"),
    (Permission.INTEGRATIONS, "/setup"),
    (Permission.CUSTOMERS, "/customers"),
)
"""Where a person starts: the first address that they may use and that there is.

Nobody of the staff starts in the shop: it has no prices for who buys for no customer.
"""


@blueprint.get("/")
@requires(Permission.PROFILE)
def show() -> ResponseReturnValue:
    """Send a buyer to the shop and staff to their screens."""
    there = {rule.rule.rstrip("/") for rule in current_app.url_map.iter_rules()}
    for permission, address in STARTS:
        if may(permission) and address in there:
            return redirect(address, 303)
    return redirect("/profile", 303)
