"""The blueprint of Settings."""

from typing import Any

from flask import Blueprint

from komet_shop.web import backoffice
from komet_shop.web.current import shop

bp = Blueprint("setup", __name__, url_prefix="/setup")
backoffice.prepare(bp)


@bp.context_processor
def page_context() -> dict[str, Any]:
    """What every page of Settings may name."""
    return {"plugin_title": shop().gateways.plugin.title}
