"""Accounts at the gateway: one per location for the shop, added before its keys are known."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain.activation import Status
from komet_shop.models import CompanyCardSettings, GatewayAccount, Location, LocationCardSettings
from komet_shop.plugin_api import Plugin
from komet_shop.services import audit
from komet_shop.services.audit import Entry
from komet_shop.services.gateways import NoAccount, online_account, seal_purpose
from komet_shop.services.scope import Actor
from komet_shop.services.secret_box import SecretBox

SHOWN_CHARACTERS = 4
NO_KEYS = ""
"""What is kept in place of sealed keys while there are none."""


class TurnedOff(Exception):
    """The location was turned off for good: only the operator's command begins anew."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who works on accounts, and with what."""

    session: Session
    plugin: Plugin
    actor: Actor
    now: datetime

    def ensure_account(self, location: Location, *, environment: str = "test") -> GatewayAccount:
        """The location's online account, added without keys where there is none.

        It exists before its keys because its id is part of the address that the gateway
        notifies. Keys: `komet_shop.services.gateway_keys`.
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
                settings_ciphertext=NO_KEYS,
                created_at=self.now,
            )
            self.session.add(account)
            self.session.flush()
            return account

    def switch_on(self, location: Location) -> bool:
        """Take cards at this location whatever its check-list says: for the command line.

        A location that decided nothing before takes them in the shop, too: as the company
        decided, or by its own decision. False when it took cards already.

        Raises:
            TurnedOff
        """
        row = self.session.get(LocationCardSettings, location.id)
        status = Status(row.status) if row is not None else Status.OFF
        if status is Status.DISABLED:
            raise TurnedOff(location.code)
        if status is Status.ACTIVE:
            return False
        if row is None:
            company = self.session.get(CompanyCardSettings, location.company_id)
            inherits = company is not None and company.ecommerce_on
            row = LocationCardSettings(
                location_id=location.id, ecommerce_on=None if inherits else True
            )
            self.session.add(row)
        row.status, row.activated_at = Status.ACTIVE, self.now
        self._note(location, before=status)
        return True

    def _note(self, location: Location, before: Status) -> None:
        entry = Entry(
            actor=self.actor,
            company_id=location.company_id,
            location_id=location.id,
            action="cards_switched_on",
            object_type="location",
            object_id=location.id,
            before={"status": before},
            after={"status": Status.ACTIVE},
        )
        audit.write(self.session, entry, self.now)


def has_keys(account: GatewayAccount) -> bool:
    """True while sealed keys are kept for the account."""
    return account.settings_ciphertext != NO_KEYS


def seal(box: SecretBox, account: GatewayAccount, keys: Mapping[str, str]) -> None:
    """Put keys into an account's row: sealed for it alone, and the last four of each."""
    text = json.dumps(dict(keys))
    account.settings_ciphertext = box.seal(text, purpose=seal_purpose(account))
    account.shown_settings = json.dumps(last_fours(keys))


def last_fours(keys: Mapping[str, str]) -> dict[str, str]:
    """What may be shown and audited of keys; of one too short to hide anything, nothing."""
    long_enough = 2 * SHOWN_CHARACTERS
    return {
        name: value[-SHOWN_CHARACTERS:] if len(value) >= long_enough else ""
        for name, value in keys.items()
    }


def shown_keys(account: GatewayAccount) -> dict[str, str]:
    """The last four characters of each key, by the setting's name."""
    return dict(json.loads(account.shown_settings))


def open_locations(session: Session) -> list[Location]:
    """The company's locations that are in use, by code."""
    return list(session.scalars(select(Location).where(Location.active).order_by(Location.code)))
