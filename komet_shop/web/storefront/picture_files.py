"""Drawn pictures of flowers under addresses that never change their content."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from komet_shop.web.assets import FOR_EVER
from komet_shop.web.permissions import public
from komet_shop.web.storefront.blueprint import bp
from komet_shop.web.storefront.pictures import flower_svg, from_slug


@bp.get("/pictures/<slug>.svg")
@public("drawn flowers, the same for everybody", for_machines=True)
def picture(slug: str) -> ResponseReturnValue:
    """The picture of a flower kind in a colour."""
    try:
        category, colour = from_slug(slug)
    except ValueError:
        abort(404)
    response = Response(flower_svg(category, colour), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = FOR_EVER
    return response
