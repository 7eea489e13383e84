"""Accounts at the gateway: one per location for the shop, its keys sealed, never shown again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.models import GatewayAccount, Location, LocationCardSettings
from komet_shop.plugin_api import Plugin
from komet_shop.services import audit
from komet_shop.services.audit import Entry
from komet_shop.services.gateways import NoAccount, online_account, seal_purpose
from komet_shop.services.scope import Actor
from komet_shop.services.secret_box import SealBroken, SecretBox

SHOWN_CHARACTERS = 4


class KeysMissing(ValueError):
    """A setting that the plugin needs is empty. The message names it."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who works on accounts, and with what."""

    session: Session
    box: SecretBox
    plugin: Plugin
    actor: Actor
    now: datetime

    def ensure_account(self, location: Location, *, environment: str = "test") -> GatewayAccount:
        """The location's online account, added without keys where there is none.

        It exists before its keys because its id is part of the address that the gateway
        notifies.
        """
        try:
            return online_account(self.session, location.id)
        except NoAccount:
            account = GatewayAccount(
                company_id=location.company_id,
                location_id=location.id,
                plugin=self.plugin.name,
                kind="online",
                environment=environment,
                created_at=self.now,
            )
            self._seal(account, {})
            self.session.add(account)
            self.session.flush()
            return account

    def enter_keys(self, location: Location, keys: Mapping[str, str], *, environment: str) -> bool:
        """Seal the keys of a location's online account; False when nothing changed.

        Connections with the old keys are closed by the next payment.

        Raises:
            KeysMissing: the plugin declares a required setting that `keys` leaves empty.
        """
        for setting in self.plugin.settings:
            if setting.required and not keys.get(setting.name):
                raise KeysMissing(f"{setting.label} is missing.")
        account = self.ensure_account(location, environment=environment)
        if self._opened(account) == dict(keys) and account.environment == environment:
            return False
        account.environment = environment
        self._seal(account, keys)
        account.revision += 1
        self._note(location, "gateway_keys_set", "gateway_account", account.id)
        return True

    def switch_on(self, location: Location) -> bool:
        """Take cards in the shop at this location; False when settings are there already."""
        if self.session.get(LocationCardSettings, location.id) is not None:
            return False
        row = LocationCardSettings(location_id=location.id, status="active", ecommerce_on=True)
        self.session.add(row)
        self._note(location, "cards_switched_on", "location", location.id)
        return True

    def _opened(self, account: GatewayAccount) -> dict[str, str] | None:
        try:
            text = self.box.open(account.settings_ciphertext, purpose=seal_purpose(account))
        except SealBroken:  # sealed under another master key: it cannot be used, so replace it
            return None
        return dict(json.loads(text))

    def _seal(self, account: GatewayAccount, keys: Mapping[str, str]) -> None:
        text = json.dumps(dict(keys))
        account.settings_ciphertext = self.box.seal(text, purpose=seal_purpose(account))
        shown = {name: value[-SHOWN_CHARACTERS:] for name, value in keys.items()}
        account.shown_settings = json.dumps(shown)

    def _note(self, location: Location, action: str, kind: str, object_id: int) -> None:
        entry = Entry(
            actor=self.actor,
            company_id=location.company_id,
            location_id=location.id,
            action=action,
            object_type=kind,
            object_id=object_id,
        )
        audit.write(self.session, entry, self.now)


def open_locations(session: Session) -> list[Location]:
    """The company's locations that are in use, by code."""
    return list(session.scalars(select(Location).where(Location.active).order_by(Location.code)))
