"""The payment plugin's own pages, and the address its gateway sends notifications to."""

import structlog
from flask import Blueprint, Flask, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from komet_shop.plugin_api import Plugin, ReceivesNotifications
from komet_shop.services import notifications
from komet_shop.services.gateways import NoAccount
from komet_shop.web.current import shop
from komet_shop.web.permissions import Access, public

log = structlog.get_logger(__name__)

blueprint = Blueprint("notifications", __name__)

MOST_BYTES = 65_536
LONGEST_ID = 40
LONGEST_REFERENCE = 100


def mount(app: Flask, plugin: Plugin) -> dict[str, Access]:
    """Mount the plugin under /plugins/<name>; returns what its static files need.

    Its other views declare their permission like ours, by `declared_access`.
    """
    app.register_blueprint(blueprint)
    pages = plugin.blueprint()
    if pages is None:
        return {}
    app.register_blueprint(pages, url_prefix=f"/plugins/{plugin.name}")
    static = Access(reason="the plugin's style sheets and scripts", for_machines=True)
    return {f"{pages.name}.static": static}


@blueprint.post("/plugins/<name>/notifications/<int:account_id>")
@public("the gateway signs what it sends", for_machines=True)
def receive(name: str, account_id: int) -> ResponseReturnValue:
    """Keep a signed notification and have its payment looked up; 400 when it is not signed."""
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    reader = _reader(name, account_id)
    notification = reader.read_notification(body, dict(request.headers))
    if notification is None:
        log.warning("notification_refused", account=account_id, plugin=name)
        abort(400)
    if not 0 < len(notification.transaction_id) <= LONGEST_ID:
        abort(400)
    if len(notification.reference) > LONGEST_REFERENCE:
        abort(400)
    now = shop().clock.now()
    is_new = shop().database.run(
        lambda unit: notifications.accept(unit, account_id, notification, now)
    )
    log.info("notification", account=account_id, state="new" if is_new else "repeat")
    return "", 204


def _reader(name: str, account_id: int) -> ReceivesNotifications:
    if name != shop().gateways.plugin.name:
        abort(404)
    try:
        connection = shop().gateways.connect(account_id)
    except (NoResultFound, NoAccount):
        abort(404)
    if not isinstance(connection, ReceivesNotifications):
        abort(404)
    return connection
