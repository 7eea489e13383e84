"""Help for buyers, and the style guide for people who build pages."""

from contextlib import suppress

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from komet_shop.domain.permissions import Permission
from komet_shop.services.visits import NobodyToBuyFor
from komet_shop.web.current import may, shop
from komet_shop.web.permissions import public
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront.blueprint import bp


@bp.get("/help")
@public("how ordering works is no secret")
def help_page() -> ResponseReturnValue:
    """How ordering and paying works."""
    if may(Permission.SHOP):
        with suppress(NobodyToBuyFor), opened_visit():  # the frame shows a buyer's cart
            pass
    return render_template("storefront/help.html")


@bp.get("/help/design")
@public("shows no data; not there in production")
def design() -> ResponseReturnValue:
    """The style guide."""
    if shop().config.is_production:
        abort(404)
    return render_template("style_guide.html")
