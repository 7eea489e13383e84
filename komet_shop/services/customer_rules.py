"""What a customer may do with a card, at every location and in every channel, and why not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import Answer, Channel
from komet_shop.domain.payment_methods import Method
from komet_shop.models import (
    Company,
    CompanyCardSettings,
    GatewayAccount,
    Location,
    LocationCardSettings,
)
from komet_shop.services import card_question, payment_methods
from komet_shop.services.card_question import Asked, Payer, Till
from komet_shop.services.scope import Scope

ANY_AMOUNT_CENTS = 100
"""The rules ask whether there is anything to pay, not how much."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the rules say at one location, by channel.

    `customers_count` is False where a customer's "Require Payment Upon Confirmation" has no
    effect, because the location's own switch is off.
    """

    location: str
    answers: dict[Channel, Answer]
    customers_count: bool

    @property
    def shows_pay(self) -> bool:
        """Whether a buyer sees "Pay & Checkout"."""
        return self.answers[Channel.ECOMMERCE].offered

    @property
    def shows_terms(self) -> bool:
        """Whether a buyer sees "Checkout"."""
        return not self.answers[Channel.ECOMMERCE].only_by_card


_TILLS = (
    select(
        Location.name,
        Location.active,
        Company.currency,
        CompanyCardSettings,
        LocationCardSettings,
        GatewayAccount,
        payment_methods.in_use(Location.company_id, Method.CARD_IN_APP).label("method_in_use"),
        select(func.count())
        .select_from(Location)
        .where(Location.company_id == Company.id, Location.active)
        .correlate(Company)
        .scalar_subquery()
        .label("locations"),
    )
    .join(Company, Company.id == Location.company_id)
    .outerjoin(CompanyCardSettings, CompanyCardSettings.company_id == Location.company_id)
    .outerjoin(LocationCardSettings, LocationCardSettings.location_id == Location.id)
    .outerjoin(
        GatewayAccount,
        (GatewayAccount.location_id == Location.id)
        & (GatewayAccount.kind == "online")
        & GatewayAccount.retired_at.is_(None),
    )
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A location by its name, and its till."""

    name: str
    till: Till


def tills(session: Session, scope: Scope) -> list[Place]:
    """The scope's locations, by name; one statement."""
    rows = session.execute(
        _TILLS.where(
            Location.company_id == scope.company_id, Location.id.in_(scope.location_ids)
        ).order_by(Location.name, Location.id)
    )
    return [
        Place(
            name=row.name,
            till=Till(
                company_currency=row.currency,
                defaults=row.CompanyCardSettings,
                settings=row.LocationCardSettings,
                account=row.GatewayAccount,
                method_in_use=row.method_in_use,
                is_open=row.active,
                one_of_several=row.locations > 1,
            ),
        )
        for row in rows
    ]


def outlooks(places: list[Place], payer: Payer, now: datetime) -> list[Outlook]:
    """What somebody may do at each place."""
    return [_outlook(place, payer, now) for place in places]


def _outlook(place: Place, payer: Payer, now: datetime) -> Outlook:
    answers = {
        channel: card_question.answer(
            place.till, payer, Asked(channel=channel, amount_cents=ANY_AMOUNT_CENTS, now=now)
        )
        for channel in Channel
    }
    return Outlook(
        location=place.name,
        answers=answers,
        customers_count=card_question.customers_count(place.till),
    )
