"""Card payments, switched on: an account with keys and active settings for every location."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from komet_shop.demo.people import DEMO
from komet_shop.plugin_api import Plugin
from komet_shop.services.gateway_accounts import Desk, open_locations
from komet_shop.services.secret_box import SecretBox

Settings = Mapping[str, str]
"""Names that the plugin declares → values."""


class CardPayments:
    """Gives every open location an account at the gateway."""

    def __init__(self, session: Session, *, box: SecretBox, plugin: Plugin, now: datetime) -> None:
        self._session = session
        self._desk = Desk(session=session, box=box, plugin=plugin, actor=DEMO, now=now)

    def accounts(self) -> dict[str, int]:
        """Location code → id of its online account."""
        locations = open_locations(self._session)
        return {location.code: self._desk.ensure_account(location).id for location in locations}

    def switch_on(self, keys: Mapping[str, Settings]) -> None:
        """Keys by location code; card settings only where a location has none yet."""
        for location in open_locations(self._session):
            self._desk.enter_keys(location, keys[location.code], environment="test")
            self._desk.switch_on(location)
