"""Credit card terminals: each a device at a location, with an account and keys of its own."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from komet_shop.models import (
    CardTerminal,
    GatewayAccount,
    Location,
)
from komet_shop.services.gateway_accounts import NO_KEYS
from komet_shop.services.scope import Scope

LONGEST_NAME = 80
LONGEST_SERIAL = 40
PAGE = 50

Place = tuple[str, str, int]
"""Where a list is read on from: location, name and id of the last terminal shown."""


class TerminalRefused(Exception):
    """Nothing was changed."""


class NoSuchTerminal(TerminalRefused):
    """Not there, deleted, or not in scope."""


class NoSuchLocation(TerminalRefused):
    """Not there, or not in scope."""


class SerialTaken(TerminalRefused):
    """Another terminal of the company has that serial number; its name is the message."""


class EnvironmentFixed(TerminalRefused):
    """The terminal took payments, which only keys of the same environment can refund."""


class LocationTurnedOff(TerminalRefused):
    """Card payments were turned off at the location: keys come back with its activation."""


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """A terminal as lists and its own page show it. `shown_keys`: the last four of each."""

    row: CardTerminal
    location: Location
    account: GatewayAccount

    @property
    def has_keys(self) -> bool:
        """True when it could take a payment, once it is active."""
        return self.account.settings_ciphertext != NO_KEYS

    @property
    def shown_keys(self) -> dict[str, str]:
        """The last four characters of each key, by the setting's name."""
        return dict(json.loads(self.account.shown_settings))

    @property
    def place(self) -> Place:
        """Where a list is read on from after this one."""
        return self.location.name, self.row.name, self.row.id


def page(
    session: Session, scope: Scope, after: Place | None = None
) -> tuple[list[Terminal], Place | None]:
    """A page of the scope's terminals, by location and name, and where the next one begins."""
    order = tuple_(Location.name, CardTerminal.name, CardTerminal.id)
    statement = terminals_of(scope).order_by(Location.name, CardTerminal.name, CardTerminal.id)
    if after is not None:
        statement = statement.where(order > tuple_(*after))
    rows = session.execute(statement.limit(PAGE + 1)).all()
    found = [Terminal(row=one[0], location=one[1], account=one[2]) for one in rows[:PAGE]]
    return found, found[-1].place if len(rows) > PAGE else None


def read(session: Session, scope: Scope, public_id: str) -> Terminal:
    """One terminal of the scope.

    Raises:
        NoSuchTerminal
    """
    row = session.execute(
        terminals_of(scope).where(CardTerminal.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NoSuchTerminal(public_id)
    return Terminal(row=row[0], location=row[1], account=row[2])


def serial_of(text: str) -> str:
    """A serial number as it is kept: people type the same one in several ways."""
    return "".join(text.split()).upper()


def terminals_of(scope: Scope) -> Any:
    """The statement for terminals of the scope that were not deleted, with what belongs to them."""
    return (
        select(CardTerminal, Location, GatewayAccount)
        .join(Location, Location.id == CardTerminal.location_id)
        .join(GatewayAccount, GatewayAccount.id == CardTerminal.account_id)
        .where(_own(scope), CardTerminal.deleted_at.is_(None))
    )


def _own(scope: Scope) -> ColumnElement[bool]:
    return (CardTerminal.company_id == scope.company_id) & CardTerminal.location_id.in_(
        scope.location_ids
    )
