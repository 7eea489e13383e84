"""Locations with how far their card payments are, for whoever sets them up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from komet_shop.domain import card_settings
from komet_shop.domain.activation import Standing, Status, Step, next_step
from komet_shop.domain.card_settings import Switch
from komet_shop.domain.payment_methods import Method
from komet_shop.models import (
    CardTerminal,
    Company,
    CompanyCardSettings,
    GatewayAccount,
    Location,
    LocationCardSettings,
    PaymentMethod,
)
from komet_shop.services import payment_methods
from komet_shop.services.gateway_accounts import has_keys, shown_keys
from komet_shop.services.gateways import breaker_is_closed
from komet_shop.services.key_checks import TEST
from komet_shop.services.scope import Scope


@dataclass(frozen=True, kw_only=True)
class LocationSetup:
    """A location, what it decided, and its online account if there is one."""

    location: Location
    currency: str
    settings: LocationCardSettings | None
    company_settings: CompanyCardSettings | None
    account: GatewayAccount | None
    method_in_use: bool
    """Whether the company takes cards without a terminal at all."""

    @property
    def status(self) -> Status:
        """How far its activation is."""
        return Status(self.settings.status) if self.settings is not None else Status.OFF

    @property
    def standing(self) -> Standing:
        """What the check-list is made of."""
        account = self.account
        return Standing(
            status=self.status,
            has_keys=account is not None and has_keys(account),
            is_tested=account is not None and account.tested_at is not None,
            is_shown=self.ecommerce_on and self.method_in_use,
        )

    @property
    def next_step(self) -> Step | None:
        """What is to be done now."""
        return next_step(self.standing)

    @property
    def last_fours(self) -> dict[str, str]:
        """The end of each key, by the setting's name."""
        return shown_keys(self.account) if self.account is not None else {}

    @property
    def environment(self) -> str:
        """Whose keys it has: "test", "live", or empty while there are none."""
        account = self.account
        return account.environment if account is not None and has_keys(account) else ""

    @property
    def is_open_to_buyers(self) -> bool:
        """True where buyers can pay by card."""
        return self.status is Status.ACTIVE and self.standing.is_shown

    @property
    def ecommerce_on(self) -> bool:
        """Whether the shop's own switch is on, here or for the company."""
        return card_settings.switch(
            Switch.ECOMMERCE, company=self.company_settings, location=self.settings
        ).value

    def breaker_is_closed(self, now: datetime) -> bool:
        """False while cards are not offered because the gateway did not answer lately."""
        return self.account is None or breaker_is_closed(self.account, now)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Terminals that are in use, and ways to pay that were switched off."""

    terminals: int
    methods_off: int


def listing(session: Session, scope: Scope) -> list[LocationSetup]:
    """Every location of the scope that is in use, by name; one statement."""
    rows = session.execute(_rows(scope).order_by(Location.name, Location.id))
    return [_setup(row) for row in rows]


def read(session: Session, scope: Scope, code: str) -> LocationSetup | None:
    """One of them by its code; None when it is not of this scope."""
    row = session.execute(_rows(scope).where(Location.code == code)).one_or_none()
    return _setup(row) if row is not None else None


@dataclass(frozen=True, kw_only=True)
class Warnings:
    """What every page of Settings says loudly.

    `test_mode`: names of locations that take cards and move no money. `method_off`: locations
    are ready, but the company takes no cards without a terminal.
    """

    test_mode: tuple[str, ...]
    method_off: bool


def warnings(session: Session, scope: Scope) -> Warnings:
    """Of the scope's locations; one statement."""
    in_use = payment_methods.in_use(Location.company_id, Method.CARD_IN_APP)
    rows = session.execute(
        select(Location.name, GatewayAccount.environment, in_use.label("in_use"))
        .join(LocationCardSettings, LocationCardSettings.location_id == Location.id)
        .join(GatewayAccount, GatewayAccount.location_id == Location.id)
        .where(
            Location.company_id == scope.company_id,
            Location.id.in_(scope.location_ids),
            Location.active,
            LocationCardSettings.status == Status.ACTIVE,
            GatewayAccount.kind == "online",
            GatewayAccount.retired_at.is_(None),
        )
        .order_by(Location.name)
    ).all()
    test_mode = (one.name for one in rows if one.in_use and one.environment == TEST)
    return Warnings(test_mode=tuple(test_mode), method_off=any(not one.in_use for one in rows))


def counts(session: Session, scope: Scope) -> Counts:
    """For the overview; one statement."""
    terminals = select(func.count()).where(
        CardTerminal.company_id == scope.company_id,
        CardTerminal.location_id.in_(scope.location_ids),
        CardTerminal.active,
        CardTerminal.deleted_at.is_(None),
    )
    methods = select(func.count()).where(
        PaymentMethod.company_id == scope.company_id, ~PaymentMethod.active
    )
    row = session.execute(
        select(terminals.scalar_subquery().label("a"), methods.scalar_subquery().label("b"))
    ).one()
    return Counts(terminals=row.a, methods_off=row.b)


def _rows(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Location,
            Company.currency,
            LocationCardSettings,
            CompanyCardSettings,
            GatewayAccount,
            payment_methods.in_use(Location.company_id, Method.CARD_IN_APP),
        )
        .join(Company, Company.id == Location.company_id)
        .outerjoin(LocationCardSettings, LocationCardSettings.location_id == Location.id)
        .outerjoin(CompanyCardSettings, CompanyCardSettings.company_id == Location.company_id)
        .outerjoin(
            GatewayAccount,
            (GatewayAccount.location_id == Location.id)
            & (GatewayAccount.kind == "online")
            & GatewayAccount.retired_at.is_(None),
        )
        .where(
            Location.company_id == scope.company_id,
            Location.id.in_(scope.location_ids),
            Location.active,
        )
    )


def _setup(row: Row[*tuple[Any, ...]]) -> LocationSetup:
    location, currency, settings, company_settings, account, method_in_use = row
    return LocationSetup(
        location=location,
        currency=currency,
        settings=settings,
        company_settings=company_settings,
        account=account,
        method_in_use=method_in_use,
    )
