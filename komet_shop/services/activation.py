"""Bringing a location to where it takes cards, one step after the other."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from komet_shop.domain.activation import AGREES, TAKES_KEYS, Status
from komet_shop.models import Company, GatewayAccount, Location, LocationCardSettings
from komet_shop.models.upserts import inserting
from komet_shop.plugin_api import Health
from komet_shop.services import activation_mails, audit, gateway_keys, gateways, key_checks
from komet_shop.services.audit import Entry
from komet_shop.services.gateway_accounts import Desk, has_keys
from komet_shop.services.key_checks import Given
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

CURRENCY = "USD"
NOON = time(12)

Result = TypeVar("Result")


class ActivationRefused(Exception):
    """Nothing was changed."""


class NoSuchLocation(ActivationRefused):
    """Not there, not in use, or not of this scope."""


class OutOfTurn(ActivationRefused):
    """Another step comes first, or this one is behind. The message is the location's status."""


class WrongCurrency(ActivationRefused):
    """Cards are taken in US dollars only, and the company's currency is the message."""


class NotTested(ActivationRefused):
    """There are no keys, none that were proved to work, or such of another environment."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What was agreed with the processor, for people to read: nothing is computed from it.

    `percent_bp` in basis points; `item_cents` for each payment, `monthly_cents` a month.
    """

    percent_bp: int | None
    item_cents: int | None
    monthly_cents: int | None
    note: str
    agreed_on: date


@dataclass(frozen=True, kw_only=True)
class Work:
    """A unit of work on one location."""

    session: Session
    shop: Shop
    scope: Scope
    location: Location
    now: datetime

    @property
    def status(self) -> Status:
        """As it is kept; no row means off."""
        row = self.session.get(LocationCardSettings, self.location.id)
        return Status(row.status) if row is not None else Status.OFF

    def desk(self) -> Desk:
        """For the location's account."""
        plugin, actor = self.shop.gateways.plugin, self.scope.actor
        return Desk(session=self.session, plugin=plugin, actor=actor, now=self.now)

    def move(self, allowed: Collection[Status], to: Status | None, **values: Any) -> Status:
        """Change the status, and what belongs to the step, if it is the step's turn.

        `to` None keeps the status. Returns the status before.

        Raises:
            OutOfTurn
        """
        before = self.status
        target = to or before
        moved = self.session.execute(
            update(LocationCardSettings)
            .where(
                LocationCardSettings.location_id == self.location.id,
                LocationCardSettings.status == before,
                LocationCardSettings.status.in_(allowed),
            )
            .values(status=target, **values)
            .returning(LocationCardSettings.location_id)
        )
        if moved.scalar_one_or_none() is None:
            raise OutOfTurn(before)
        return before

    def note(self, action: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Write it to the audit log."""
        entry = Entry(
            actor=self.scope.actor,
            company_id=self.location.company_id,
            location_id=self.location.id,
            action=action,
            object_type="location",
            object_id=self.location.id,
            before=before,
            after=after,
        )
        audit.write(self.session, entry, self.now)

    def tell(self, step: str) -> None:
        """Write the mail about it."""
        title = self.shop.gateways.plugin.title
        activation_mails.put(self.session, self.location.id, step, title=title, now=self.now)


def at_location(shop: Shop, scope: Scope, code: str, do: Callable[[Work], Result]) -> Result:
    """One unit of work on a location of the scope.

    Raises:
        NoSuchLocation, and whatever `do` raises.
    """
    now = shop.clock.now()

    def unit(session: Session) -> Result:
        location = find(session, scope, code)
        return do(Work(session=session, shop=shop, scope=scope, location=location, now=now))

    return shop.database.run(unit)


def find(session: Session, scope: Scope, code: str) -> Location:
    """A location of the scope by its code.

    Raises:
        NoSuchLocation
    """
    found = session.scalars(
        select(Location).where(
            Location.company_id == scope.company_id,
            Location.id.in_(scope.location_ids),
            Location.code == code,
            Location.active,
        )
    ).one_or_none()
    if found is None:
        raise NoSuchLocation(code)
    return found


def enable(shop: Shop, scope: Scope, code: str) -> None:
    """The first step: the location wants to take cards.

    Raises:
        NoSuchLocation, WrongCurrency, OutOfTurn.
    """
    at_location(shop, scope, code, _enable)


def agree_rates(shop: Shop, scope: Scope, code: str, rates: Rates) -> None:
    """Write down what was agreed with the processor; later, what changed.

    Raises:
        NoSuchLocation, OutOfTurn.
    """
    at_location(shop, scope, code, lambda work: _agree(work, rates))


def enter_keys(shop: Shop, scope: Scope, code: str, given: Given) -> Health:
    """Enter the keys of the location's online account, or replace them.

    Call with no unit open.

    Raises:
        NoSuchLocation, OutOfTurn.
        KeysRefused: one of its kinds; nothing was kept.
    """

    def account_id(work: Work) -> int:
        if work.status not in TAKES_KEYS:
            raise OutOfTurn(work.status)
        environment = key_checks.environments(shop.config)[0]
        return work.desk().ensure_account(work.location, environment=environment).id

    found = at_location(shop, scope, code, account_id)
    return gateway_keys.enter(shop, found, given, actor=scope.actor)


def test_keys(shop: Shop, scope: Scope, code: str) -> Health:
    """Ask the gateway whether the location's keys work. Call with no unit open.

    Raises:
        NoSuchLocation
        NoAccount: there are no keys to test.
        KeysRefused: the gateway did not say, or somebody changed the keys; nothing was changed.
    """
    with shop.database.read() as session:
        account = gateways.online_account(session, find(session, scope, code).id)
    return gateway_keys.test(shop, account.id, actor=scope.actor)


def activate(shop: Shop, scope: Scope, code: str) -> None:
    """The last step: take cards from now on.

    Raises:
        NoSuchLocation, OutOfTurn, NotTested.
    """
    at_location(shop, scope, code, _activate)


def is_proved(account: GatewayAccount | None, environments: Collection[str]) -> bool:
    """True when the account's keys work, and belong to this installation."""
    return (
        account is not None
        and has_keys(account)
        and account.tested_at is not None
        and account.environment in environments
    )


def _enable(work: Work) -> None:
    currency = work.session.get_one(Company, work.location.company_id).currency
    if currency != CURRENCY:
        raise WrongCurrency(currency)
    work.session.execute(
        inserting(work.session, LocationCardSettings)
        .values(location_id=work.location.id, status=Status.OFF)
        .on_conflict_do_nothing(index_elements=["location_id"])
    )
    before = work.move({Status.OFF}, Status.REQUESTED, requested_at=work.now)
    work.note("cards_requested", {"status": before}, {"status": Status.REQUESTED})
    work.tell("requested")


def _agree(work: Work, rates: Rates) -> None:
    row = work.session.get(LocationCardSettings, work.location.id)
    was = _written(row) if row is not None else {}
    to = Status.KEYS_PENDING if work.status is Status.RATES_PENDING else None
    values = {
        "rate_bp": rates.percent_bp,
        "rate_item_cents": rates.item_cents,
        "rate_monthly_cents": rates.monthly_cents,
        "rates_note": rates.note,
        "rates_agreed_at": datetime.combine(
            rates.agreed_on, NOON, ZoneInfo(work.location.time_zone)
        ),
    }
    before = work.move(AGREES, to, **values)
    now_written = {**values, "rates_agreed_at": rates.agreed_on.isoformat()}
    work.note(
        "cards_rates_agreed", {"status": before, **was}, {"status": to or before, **now_written}
    )
    if to is not None:
        work.tell("rates_agreed")


def _written(row: LocationCardSettings) -> dict[str, Any]:
    return {
        "rate_bp": row.rate_bp,
        "rate_item_cents": row.rate_item_cents,
        "rate_monthly_cents": row.rate_monthly_cents,
        "rates_note": row.rates_note,
    }


def _activate(work: Work) -> None:
    if work.status is not Status.KEYS_PENDING:
        raise OutOfTurn(work.status)
    account = work.session.scalars(
        select(GatewayAccount)
        .where(
            GatewayAccount.location_id == work.location.id,
            GatewayAccount.kind == "online",
            GatewayAccount.retired_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if account is None or not is_proved(account, key_checks.environments(work.shop.config)):
        raise NotTested(work.location.code)
    work.move({Status.KEYS_PENDING}, Status.ACTIVE, activated_at=work.now)
    work.note(
        "cards_switched_on",
        {"status": Status.KEYS_PENDING},
        {"status": Status.ACTIVE, "environment": account.environment},
    )
    work.tell("active")
