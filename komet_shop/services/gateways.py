"""Connections to gateway accounts: keys opened, plugin asked, kept until a key changes."""

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from komet_shop.config import Config
from komet_shop.domain.operation_states import State
from komet_shop.models import GatewayAccount, Location, Operation
from komet_shop.models.database import Database
from komet_shop.plugin_api import (
    Account,
    Host,
    LookupRequest,
    Plugin,
    TakesPayments,
    Transaction,
)
from komet_shop.services.secret_box import SecretBox

FAILURES_THAT_OPEN = 5
OPEN_FOR = timedelta(seconds=60)
HISTORY = timedelta(days=90)
"""How far back gateways can be searched."""


class NoAccount(Exception):
    """There is no account at the gateway, or one without keys: nobody can be called."""


class Gateways:
    """Opens the gateway for an account and remembers the connection.

    Safe to use from several threads; a connection is remade when the account's revision
    changes, that is when a key was rotated.
    """

    def __init__(
        self, *, config: Config, database: Database, box: SecretBox, plugin: Plugin, host: Host
    ) -> None:
        self._config = config
        self._database = database
        self._box = box
        self._host = host
        self._lock = threading.Lock()
        self._connections: dict[int, tuple[int, TakesPayments]] = {}
        self.plugin = plugin

    def connect(self, account_id: int) -> TakesPayments:
        """The connection of an account. Opens a reading unit: call with none open.

        Raises:
            NoAccount: its keys are not entered yet, or were wiped.
        """
        with self._database.read() as session:
            row, location_code = session.execute(
                select(GatewayAccount, Location.code)
                .join(Location, Location.id == GatewayAccount.location_id)
                .where(GatewayAccount.id == account_id)
            ).one()
        if not row.settings_ciphertext:
            raise NoAccount(account_id)
        with self._lock:
            known = self._connections.get(account_id)
            if known is None or known[0] != row.revision:
                known = (row.revision, self._open(row, location_code))
                self._connections[account_id] = known
            return known[1]

    def open_once(self, account: Account, *, seconds: float) -> TakesPayments:
        """A connection that is not kept, of an account that may be of no row yet.

        Each of its calls ends after so many seconds.

        Raises:
            ValueError: the plugin cannot open an account like this.
        """
        deadlines = replace(self._config.deadlines, total=seconds)
        return self.plugin.open(account, self._host, deadlines)

    def url(self, environment: str) -> str:
        """Where accounts of that environment are."""
        return self._config.gateway_url or self.plugin.default_url(environment)

    def account_of(self, row: GatewayAccount, location_code: str) -> Account:
        """The account with its settings in clear, for the plugin only."""
        sealed = self._box.open(row.settings_ciphertext, purpose=seal_purpose(row))
        return Account(
            id=row.id,
            location=location_code,
            environment=row.environment,
            url=self.url(row.environment),
            revision=row.revision,
            settings=json.loads(sealed),
        )

    def _open(self, row: GatewayAccount, location_code: str) -> TakesPayments:
        account = self.account_of(row, location_code)
        return self.plugin.open(account, self._host, self._config.deadlines)


def fetch(connection: TakesPayments, transaction_id: str, now: datetime) -> Transaction | None:
    """One transaction of the last 90 days by its id; None when the gateway does not show it.

    Call with no unit open.
    """
    answer = connection.find(
        LookupRequest(
            transaction_id=transaction_id, since=now - HISTORY, until=now + timedelta(minutes=1)
        )
    )
    return next((one for one in answer.transactions if one.id == transaction_id), None)


def seal_purpose(account: GatewayAccount) -> str:
    """What binds an account's settings to its row: company, location, device, environment."""
    owner = f"account:{account.company_id}:{account.location_id}"
    device = f"device:{account.id}:" if account.kind == "device" else ""
    return f"{owner}:{device}{account.environment}"


def online_account(session: Session, location_id: int) -> GatewayAccount:
    """The account that takes card payments without a terminal.

    Raises:
        NoAccount: none is set up.
    """
    account = session.scalar(
        select(GatewayAccount).where(
            GatewayAccount.location_id == location_id,
            GatewayAccount.kind == "online",
            GatewayAccount.retired_at.is_(None),
        )
    )
    if account is None:
        raise NoAccount(location_id)
    return account


def breaker_is_closed(account: GatewayAccount, now: datetime) -> bool:
    """False while new payments are refused because the gateway did not answer lately."""
    return account.breaker_open_until is None or account.breaker_open_until <= now


def note_answer(session: Session, account_id: int, now: datetime) -> None:
    """The gateway answered, whatever it said: close the breaker.

    Where it was open, everything unclear is looked up at once: the gateway is back.
    """
    was_open = session.scalars(
        select(GatewayAccount.id).where(
            GatewayAccount.id == account_id, GatewayAccount.breaker_open_until.is_not(None)
        )
    ).one_or_none()
    _note(session, account_id, failures_in_row=0, breaker_open_until=None, last_success_at=now)
    if was_open is not None:
        look_at_once(session, account_id, now)


def look_at_once(
    session: Session, account_id: int, now: datetime, only: ColumnElement[bool] | None = None
) -> None:
    """Make the account's unclear operations due; `only` narrows which ones.

    Call it last in a unit: one that somebody else is writing at the moment is left out, so
    that two units which have each settled an operation never wait for each other.
    """
    waiting = select(Operation.id).where(
        Operation.account_id == account_id,
        Operation.state == State.UNKNOWN,
        Operation.next_check_at > now,
    )
    if only is not None:
        waiting = waiting.where(only)
    found = session.scalars(waiting.with_for_update(skip_locked=True, of=Operation)).all()
    session.execute(update(Operation).where(Operation.id.in_(found)).values(next_check_at=now))


def note_silence(session: Session, account_id: int, why: str, now: datetime) -> None:
    """The gateway did not answer. Five times in a row open the breaker for a minute."""
    failures = session.execute(
        update(GatewayAccount)
        .where(GatewayAccount.id == account_id)
        .values(
            failures_in_row=GatewayAccount.failures_in_row + 1,
            last_failure_at=now,
            last_failure=why[:200],
        )
        .returning(GatewayAccount.failures_in_row)
    ).scalar_one()
    if failures >= FAILURES_THAT_OPEN:
        _note(session, account_id, breaker_open_until=now + OPEN_FOR)


def note_refusal(session: Session, account_id: int, why: str, now: datetime) -> GatewayAccount:
    """The gateway answered, but takes the account's keys no more; the account, locked."""
    _note(
        session,
        account_id,
        failures_in_row=0,
        breaker_open_until=None,
        last_failure_at=now,
        last_failure=why[:200],
    )
    return session.get_one(GatewayAccount, account_id, populate_existing=True)


def _note(session: Session, account_id: int, **values: Any) -> None:
    session.execute(update(GatewayAccount).where(GatewayAccount.id == account_id).values(**values))
