"""The blueprint of card settings, and what its pages share."""

from typing import Any

from flask import Blueprint, request, url_for

from komet_shop.domain.permissions import Permission
from komet_shop.web import backoffice
from komet_shop.web.current import may, shop
from komet_shop.web.permissions import password_is_fresh

bp = Blueprint("card_settings", __name__, url_prefix="/setup")
backoffice.prepare(bp)

SETTINGS_HREF = "/setup/settings"


def decides_for_company() -> bool:
    """Whether the visitor may decide what counts at every location."""
    return may(Permission.INTEGRATIONS) and may(Permission.ALL_LOCATIONS)


@bp.context_processor
def page_parts() -> dict[str, Any]:
    """What every page of the area wants to know."""
    return {
        "settings_href": SETTINGS_HREF,
        "is_fresh": password_is_fresh(),
        "verify_href": url_for("security.verify", next=request.path),
        "plugin_title": shop().gateways.plugin.title,
        "decides_for_company": decides_for_company(),
    }
