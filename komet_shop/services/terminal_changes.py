"""Adding and changing credit card terminals, with an audit entry for each change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

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
from komet_shop.plugin_api import Account
from komet_shop.services import audit, key_checks, key_owners
from komet_shop.services.card_terminals import (
    EnvironmentFixed,
    LocationTurnedOff,
    NoSuchLocation,
    NoSuchTerminal,
    SerialTaken,
    Terminal,
    serial_of,
    terminals_of,
)
from komet_shop.services.gateway_accounts import NO_KEYS, last_fours
from komet_shop.services.gateways import seal_purpose
from komet_shop.services.key_checks import Given
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

NOT_THERE_YET = 0
"""In place of an account's id, while the gateway is asked about keys that are not kept."""

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class New:
    """A terminal to add. `location` is a code."""

    location: str
    name: str
    serial: str
    keys: Given


def add(shop: Shop, scope: Scope, new: New) -> str:
    """Add a terminal with an account of its own; returns its public id. Keys may come later.

    The gateway is asked about the keys before anything is written. Call with no unit open.

    Raises:
        NoSuchLocation, SerialTaken, LocationTurnedOff: nothing was added.
        KeysRefused: one of its kinds; nothing was added.
    """
    values = _proved(shop, scope, new.keys, lambda desk: desk.room_for(new))
    try:
        return _at_desk(shop, scope, lambda desk: desk.add(new, values))
    except IntegrityError as error:  # two at the same moment
        raise SerialTaken(new.serial) from error


def change(shop: Shop, scope: Scope, public_id: str, *, name: str, keys: Given) -> None:
    """Rename a terminal, and put new keys in the place of its old ones where some are given.

    The gateway is asked about the keys before anything is written. Call with no unit open.

    Raises:
        NoSuchTerminal, EnvironmentFixed, LocationTurnedOff: nothing was changed.
        KeysRefused: one of its kinds; nothing was changed.
    """
    values = _proved(shop, scope, keys, lambda desk: desk.place_of(public_id, keys.environment))

    def rename_and_replace(desk: "_Desk") -> None:
        terminal = desk.locked(public_id)
        desk.rename(terminal, name.strip())
        if values:
            desk.replace_keys(terminal, keys.environment, values)

    _at_desk(shop, scope, rename_and_replace)


def set_active(shop: Shop, scope: Scope, public_id: str, *, active: bool) -> bool:
    """Take payments on it no more, or again. False when it was so before.

    Raises:
        NoSuchTerminal
    """

    def switch(desk: "_Desk") -> bool:
        terminal = desk.locked(public_id).row
        if terminal.active == active:
            return False
        terminal.active = active
        action = "terminal_activated" if active else "terminal_deactivated"
        desk.note(terminal, action, before={"active": not active}, after={"active": active})
        return True

    return _at_desk(shop, scope, switch)


def delete(shop: Shop, scope: Scope, public_id: str) -> None:
    """Take a terminal off the lists; its row stays, and its serial number is free again.

    One that took payments keeps its keys, so that they can still be refunded; else they
    are wiped. Rule: docs/card-rules.md, "Terminals".

    Raises:
        NoSuchTerminal
    """
    _at_desk(shop, scope, lambda desk: desk.delete(desk.locked(public_id)))


def _at_desk(shop: Shop, scope: Scope, work: "Callable[[_Desk], Result]") -> Result:
    now = shop.clock.now()
    return shop.database.run(
        lambda session: work(_Desk(session=session, shop=shop, scope=scope, now=now))
    )


def _proved(
    shop: Shop, scope: Scope, given: Given, place: "Callable[[_Desk], str]"
) -> dict[str, str]:
    """The keys, once `place` has said where they are for and the gateway has taken them."""
    if given.is_empty:
        return {}
    keys = key_checks.complete(shop, given)
    account = Account(
        id=NOT_THERE_YET,
        location=_at_desk(shop, scope, place),
        environment=given.environment,
        url=shop.gateways.url(given.environment),
        revision=1,
        settings=keys,
    )
    key_checks.prove(shop, account)
    return keys


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """One unit of work on terminals."""

    session: Session
    shop: Shop
    scope: Scope
    now: datetime

    def room_for(self, new: New) -> str:
        """Where it would stand, before the gateway is asked about its keys."""
        location = self._location(new.location)
        self._require_free(serial_of(new.serial))
        self._require_not_turned_off(location.id)
        return location.code

    def place_of(self, public_id: str, environment: str) -> str:
        """Where it stands, before the gateway is asked about new keys for it."""
        terminal = self.locked(public_id)
        self._require_fit(terminal.account, environment)
        self._require_not_turned_off(terminal.location.id)
        return terminal.location.code

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
        self._require_fit(account, environment)
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
        key_owners.require_unused(self.session, self.shop, values, account_id=account.id)
        text = json.dumps(dict(values))
        account.settings_ciphertext = self.shop.box.seal(text, purpose=seal_purpose(account))
        account.shown_settings = json.dumps(last_fours(values))
        account.tested_at, account.retired_at = self.now, None

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

    def _require_fit(self, account: GatewayAccount, environment: str) -> None:
        if account.environment != environment and self._was_used(account):
            raise EnvironmentFixed(account.environment)

    def _was_used(self, account: GatewayAccount) -> bool:
        used = exists().where(Operation.account_id == account.id)
        return bool(self.session.scalar(select(used)))
