"""Card payments, switched on: an account with keys and active settings for every location."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.demo.people import DEMO
from komet_shop.models import GatewayAccount, Location, LocationCardSettings
from komet_shop.plugin_api import Plugin
from komet_shop.services import audit
from komet_shop.services.audit import Entry
from komet_shop.services.gateways import NoAccount, online_account, seal_purpose
from komet_shop.services.secret_box import SealBroken, SecretBox

Settings = Mapping[str, str]
"""Names that the plugin declares → values."""
_SHOWN_CHARACTERS = 4


class CardPayments:
    """Gives every open location an account at the gateway, its keys sealed as the shop does."""

    def __init__(self, session: Session, *, box: SecretBox, plugin: Plugin, now: datetime) -> None:
        self._session = session
        self._box = box
        self._plugin = plugin
        self._now = now

    def accounts(self) -> dict[str, int]:
        """Location code → id of its online account, added without keys where there is none.

        The gateway must know the ids before it gives keys: they are part of the address that
        it notifies.
        """
        return {
            location.code: self._account(location).id for location in _open_locations(self._session)
        }

    def switch_on(self, keys: Mapping[str, Settings]) -> None:
        """Keys by location code; card settings only where a location has none yet."""
        for location in _open_locations(self._session):
            account = online_account(self._session, location.id)
            wanted = dict(keys[location.code])
            if self._opened(account) != wanted:
                self._seal(account, wanted)
                account.revision += 1
                self._note(location, "gateway_keys_set", "gateway_account", account.id)
            if self._session.get(LocationCardSettings, location.id) is None:
                row = LocationCardSettings(
                    location_id=location.id, status="active", ecommerce_on=True
                )
                self._session.add(row)
                self._note(location, "cards_switched_on", "location", location.id)

    def _account(self, location: Location) -> GatewayAccount:
        try:
            return online_account(self._session, location.id)
        except NoAccount:
            account = GatewayAccount(
                company_id=location.company_id,
                location_id=location.id,
                plugin=self._plugin.name,
                kind="online",
                environment="test",
                created_at=self._now,
            )
            self._seal(account, {})
            self._session.add(account)
            self._session.flush()
            return account

    def _opened(self, account: GatewayAccount) -> Settings | None:
        try:
            text = self._box.open(account.settings_ciphertext, purpose=seal_purpose(account))
        except SealBroken:  # another demo's master key, in a database that outlived it
            return None
        opened: Settings = json.loads(text)
        return opened

    def _seal(self, account: GatewayAccount, settings: Settings) -> None:
        account.settings_ciphertext = self._box.seal(
            json.dumps(settings), purpose=seal_purpose(account)
        )
        account.shown_settings = json.dumps(
            {name: value[-_SHOWN_CHARACTERS:] for name, value in settings.items()}
        )

    def _note(self, location: Location, action: str, kind: str, object_id: int) -> None:
        entry = Entry(
            actor=DEMO,
            company_id=location.company_id,
            location_id=location.id,
            action=action,
            object_type=kind,
            object_id=object_id,
        )
        audit.write(self._session, entry, self._now)


def _open_locations(session: Session) -> list[Location]:
    query = select(Location).where(Location.active).order_by(Location.code)
    return list(session.scalars(query))
