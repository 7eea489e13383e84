"""The plugin's card fields in the shop's page: template, scripts, and what they may load."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import get_locale
from markupsafe import Markup

from komet_shop.models import GatewayAccount
from komet_shop.plugin_api import FormRequest, Fragment, HostsCardForm
from komet_shop.web import headers
from komet_shop.web.current import shop

TOKEN_FIELD = "card_token"  # noqa: S105  # the name of a form field, not a secret


class ScriptNotListed(Exception):
    """The plugin asks for a script that its own inventory does not name."""


@dataclass(frozen=True, kw_only=True)
class CardSlot:
    """What the page puts into the slot `card_form`, and the scripts to load for it."""

    fields: Markup
    scripts: tuple[str, ...]


def card_slot(account: GatewayAccount) -> CardSlot | None:
    """The card fields of a location's account; None when the plugin hosts none.

    Lets this answer load what the fields need. Call it with no unit of work open.

    Raises:
        ScriptNotListed: the page must not be shown.
    """
    connection = shop().gateways.connect(account.id)
    if not isinstance(connection, HostsCardForm):
        return None
    asked = FormRequest(token_field=TOKEN_FIELD, locale=str(get_locale() or "en"))
    fragment = connection.card_form(asked)
    _require_listed(fragment)
    headers.allow_card_form(connection.content_sources())
    # Rendered by the same environment, which escapes.
    drawn = Markup(render_template(fragment.template, **fragment.context))  # noqa: S704
    return CardSlot(fields=drawn, scripts=fragment.scripts)


def _require_listed(fragment: Fragment) -> None:
    listed = shop().gateways.plugin.script_inventory
    for script in fragment.scripts:
        if urlsplit(script).path not in listed:
            raise ScriptNotListed(script)
