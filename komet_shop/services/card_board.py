"""All that a company and its locations decided about card payments, read as one."""

import json
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import card_settings, identifiers
from komet_shop.domain.activation import Status
from komet_shop.domain.card_decisions import Decisions
from komet_shop.domain.card_settings import Effective, Fees, Switch
from komet_shop.domain.payment_methods import Method
from komet_shop.models import Company, CompanyCardSettings, Location, LocationCardSettings
from komet_shop.services import payment_methods
from komet_shop.services.scope import Scope


class NoSuchLocation(LookupError):
    """Not there, or not in scope."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A location with its own decisions, and how far its activation is."""

    id: int
    code: str
    name: str
    status: Status
    decisions: Decisions

    @property
    def is_active(self) -> bool:
        """True where cards are taken; before that, what is decided waits."""
        return self.status is Status.ACTIVE


@dataclass(frozen=True, kw_only=True)
class Board:
    """The company's decisions and those of its locations, as they are or as they would be.

    A level is a location's code, or None for the company. `method_in_use`: the company takes
    cards without a terminal at all.
    """

    currency: str
    method_in_use: bool
    company: Decisions
    places: tuple[Place, ...]

    def place(self, code: str) -> Place:
        """The location.

        Raises:
            NoSuchLocation
        """
        for place in self.places:
            if place.code == code:
                return place
        raise NoSuchLocation(code)

    def decided(self, level: str | None) -> Decisions:
        """What the level itself decided.

        Raises:
            NoSuchLocation
        """
        return self.company if level is None else self.place(level).decisions

    def switch(self, which: Switch, level: str | None) -> Effective[bool]:
        """What counts at a level, and who decided it."""
        return card_settings.switch(which, company=self.company, location=self._own(level))

    def fees(self, level: str | None) -> Effective[Fees]:
        """The fee that counts at a level, and who decided it."""
        return card_settings.fees(company=self.company, location=self._own(level))

    def deciding(self, level: str | None, decisions: Decisions) -> "Board":
        """As it would be with other decisions of one level."""
        if level is None:
            return replace(self, company=decisions)
        places = tuple(
            replace(one, decisions=decisions) if one.code == level else one for one in self.places
        )
        return replace(self, places=places)

    def taking_cards(self, code: str) -> "Board":
        """As it would be if a location were active."""
        places = tuple(
            replace(one, status=Status.ACTIVE) if one.code == code else one for one in self.places
        )
        return replace(self, places=places)

    def using_method(self, in_use: bool) -> "Board":
        """As it would be if the company took cards without a terminal, or did not."""
        return replace(self, method_in_use=in_use)

    def version(self, level: str | None) -> str:
        """Names all that a page about the level shows, so that an old page is noticed."""
        shown = self.places if level is None else (self.place(level),)
        facts = [
            self.company.columns(),
            [(one.id, one.status, one.decisions.columns()) for one in shown],
        ]
        return identifiers.fingerprint(json.dumps(facts, sort_keys=True).encode())

    def _own(self, level: str | None) -> Decisions | None:
        return None if level is None else self.place(level).decisions


def read(session: Session, scope: Scope) -> Board:
    """The company and the scope's locations, by name; two statements."""
    row = session.execute(
        select(
            Company.currency,
            payment_methods.in_use(Company.id, Method.CARD_IN_APP).label("method_in_use"),
            CompanyCardSettings,
        )
        .outerjoin(CompanyCardSettings, CompanyCardSettings.company_id == Company.id)
        .where(Company.id == scope.company_id)
    ).one()
    return Board(
        currency=row.currency,
        method_in_use=row.method_in_use,
        company=Decisions.of(row.CompanyCardSettings),
        places=tuple(_places(session, scope)),
    )


def _places(session: Session, scope: Scope) -> list[Place]:
    rows = session.execute(
        select(Location, LocationCardSettings)
        .outerjoin(LocationCardSettings, LocationCardSettings.location_id == Location.id)
        .where(Location.company_id == scope.company_id, Location.id.in_(scope.location_ids))
        .order_by(Location.name, Location.id)
        .execution_options(populate_existing=True)
    )
    return [
        Place(
            id=location.id,
            code=location.code,
            name=location.name,
            status=Status(row.status) if row is not None else Status.OFF,
            decisions=Decisions.of(row),
        )
        for location, row in rows
    ]
