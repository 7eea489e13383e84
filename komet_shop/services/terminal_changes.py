"""Adding and changing credit card terminals, with an audit entry for each change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.activation import Status
from komet_shop.models import (
    CardTerminal,
    GatewayAccount,
    Location,
    LocationCardSettings,
    Operation,
)
from komet_shop.services import audit
from komet_shop.services.card_terminals import (
    EnvironmentFixed,
    Keys,
    LocationTurnedOff,
    NoSuchLocation,
    NoSuchTerminal,
    SerialTaken,
    Terminal,
    complete,
    serial_of,
    terminals_of,
)
from komet_shop.services.gateway_accounts import NO_KEYS, last_fours
from komet_shop.services.gateways import seal_purpose
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop


@dataclass(frozen=True, kw_only=True)
class New:
    """A terminal to add. `location` is a code."""

    location: str
    name: str
    serial: str
    keys: Keys


def add(shop: Shop, scope: Scope, new: New) -> str:
    """Add a terminal with an account of its own; returns its public id. Keys may come later.

    Raises:
        NoSuchLocation, SerialTaken, KeyMissing, LocationTurnedOff: nothing was added.
    """
    values = complete(shop.gateways.plugin, new.keys)
    now = shop.clock.now()

    def unit(session: Session) -> str:
        return _Desk(session=session, shop=shop, scope=scope, now=now).add(new, values)

    try:
        return shop.database.run(unit)
    except IntegrityError as error:  # two at the same moment
        raise SerialTaken(new.serial) from error


def change(shop: Shop, scope: Scope, public_id: str, *, name: str, keys: Keys) -> None:
    """Rename a terminal, and put new keys in the place of its old ones where some are given.

    Raises:
        NoSuchTerminal, KeyMissing, EnvironmentFixed, LocationTurnedOff: nothing was changed.
    """
    values = complete(shop.gateways.plugin, keys)
    now = shop.clock.now()

    def unit(session: Session) -> None:
        desk = _Desk(session=session, shop=shop, scope=scope, now=now)
        terminal = desk.locked(public_id)
        desk.rename(terminal, name.strip())
        if values:
            desk.replace_keys(terminal, keys.environment, values)

    shop.database.run(unit)


def set_active(shop: Shop, scope: Scope, public_id: str, *, active: bool) -> bool:
    """Take payments on it no more, or again. False when it was so before.

    Raises:
        NoSuchTerminal
    """
    now = shop.clock.now()

    def unit(session: Session) -> bool:
        desk = _Desk(session=session, shop=shop, scope=scope, now=now)
        terminal = desk.locked(public_id).row
        if terminal.active == active:
            return False
        terminal.active = active
        action = "terminal_activated" if active else "terminal_deactivated"
        desk.note(terminal, action, before={"active": not active}, after={"active": active})
        return True

    return shop.database.run(unit)


def delete(shop: Shop, scope: Scope, public_id: str) -> None:
    """Take a terminal off the lists; its row stays, and its serial number is free again.

    One that took payments keeps its keys, so that they can still be refunded; else they
    are wiped. Rule: docs/card-rules.md, "Terminals".

    Raises:
        NoSuchTerminal
    """
    now = shop.clock.now()

    def unit(session: Session) -> None:
        desk = _Desk(session=session, shop=shop, scope=scope, now=now)
        desk.delete(desk.locked(public_id))

    shop.database.run(unit)


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """One unit of work on terminals."""

    session: Session
    shop: Shop
    scope: Scope
    now: datetime

    def add(self, new: New, values: dict[str, str]) -> str:
        location = self._location(new.location)
        serial = serial_of(new.serial)
        self._require_free(serial)
        account = self._account(location, new.keys.environment)
        if values:
            self._seal(account, values)
        terminal = CardTerminal(
            public_id=identifiers.public_id("trm"),
            company_id=location.company_id,
            location_id=location.id,
            account_id=account.id,
            name=new.name.strip(),
            serial=serial,
            created_at=self.now,
            created_by_id=self.scope.actor.user_id,
        )
        self.session.add(terminal)
        self.session.flush()
        after = {"name": terminal.name, "serial": serial, "keys": last_fours(values)}
        self.note(terminal, "terminal_added", before={}, after=after)
        return terminal.public_id

    def locked(self, public_id: str) -> Terminal:
        statement = terminals_of(self.scope).where(CardTerminal.public_id == public_id)
        row = self.session.execute(
            statement.with_for_update(key_share=True, of=CardTerminal)
        ).one_or_none()
        if row is None:
            raise NoSuchTerminal(public_id)
        return Terminal(row=row[0], location=row[1], account=row[2])

    def rename(self, terminal: Terminal, name: str) -> None:
        before = terminal.row.name
        if name == before:
            return
        terminal.row.name = name
        self.note(terminal.row, "terminal_renamed", before={"name": before}, after={"name": name})

    def replace_keys(self, terminal: Terminal, environment: str, values: dict[str, str]) -> None:
        account = terminal.account
        if account.environment != environment and self._was_used(account):
            raise EnvironmentFixed(account.environment)
        before = {"environment": account.environment, "keys": terminal.shown_keys}
        account.environment = environment
        account.revision += 1
        self._seal(account, values)
        after = {"environment": environment, "keys": last_fours(values)}
        self.note(terminal.row, "terminal_keys_entered", before=before, after=after)

    def delete(self, terminal: Terminal) -> None:
        row, account = terminal.row, terminal.account
        row.active, row.deleted_at, account.retired_at = False, self.now, self.now
        keeps_keys = self._was_used(account)
        if not keeps_keys:
            account.settings_ciphertext, account.shown_settings = NO_KEYS, "{}"
            account.revision += 1
        before = {"name": row.name, "serial": row.serial}
        self.note(row, "terminal_deleted", before=before, after={"keys_kept": keeps_keys})

    def note(
        self, terminal: CardTerminal, action: str, *, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        entry = audit.Entry(
            actor=self.scope.actor,
            company_id=terminal.company_id,
            location_id=terminal.location_id,
            action=action,
            object_type="card_terminal",
            object_id=terminal.id,
            before=before,
            after=after,
        )
        audit.write(self.session, entry, self.now)

    def _seal(self, account: GatewayAccount, values: Mapping[str, str]) -> None:
        """Keys of an account that was retired with its location make it usable again."""
        self._require_not_turned_off(account.location_id)
        text = json.dumps(dict(values))
        account.settings_ciphertext = self.shop.box.seal(text, purpose=seal_purpose(account))
        account.shown_settings = json.dumps(last_fours(values))
        account.tested_at = account.retired_at = None

    def _require_not_turned_off(self, location_id: int) -> None:
        """Whoever turns the location off at this moment waits, and then wipes these keys, too."""
        status = self.session.scalar(
            select(LocationCardSettings.status)
            .where(LocationCardSettings.location_id == location_id)
            .with_for_update(key_share=True)
        )
        if status == Status.DISABLED:
            raise LocationTurnedOff(location_id)

    def _location(self, code: str) -> Location:
        location = self.session.scalar(
            select(Location).where(
                Location.company_id == self.scope.company_id,
                Location.id.in_(self.scope.location_ids),
                Location.code == code,
            )
        )
        if location is None:
            raise NoSuchLocation(code)
        return location

    def _require_free(self, serial: str) -> None:
        """Also against terminals of locations that the actor does not see."""
        taken = self.session.scalar(
            select(CardTerminal.name).where(
                CardTerminal.company_id == self.scope.company_id,
                CardTerminal.serial == serial,
                CardTerminal.deleted_at.is_(None),
            )
        )
        if taken is not None:
            raise SerialTaken(serial)

    def _account(self, location: Location, environment: str) -> GatewayAccount:
        account = GatewayAccount(
            company_id=location.company_id,
            location_id=location.id,
            plugin=self.shop.gateways.plugin.name,
            kind="device",
            environment=environment,
            settings_ciphertext=NO_KEYS,
            created_at=self.now,
        )
        self.session.add(account)
        self.session.flush()
        return account

    def _was_used(self, account: GatewayAccount) -> bool:
        used = exists().where(Operation.account_id == account.id)
        return bool(self.session.scalar(select(used)))
