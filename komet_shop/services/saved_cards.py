"""Cards on file. The gateway's token is a secret: sealed here, never sent to a browser."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, not_, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.models import Operation, Payment, SavedCard, User
from komet_shop.plugin_api import CardDetails, StoredCard
from komet_shop.services.scope import Scope
from komet_shop.services.secret_box import SecretBox

CONSENT_VERSION = "2026-11"


class NoSuchCard(Exception):
    """The card is not this customer's at this location, or may not be used any more."""


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """What a page may show of a card."""

    public_id: str
    brand: str
    last_four: str
    expiry: str
    is_primary: bool
    is_expired: bool


def shown(
    session: Session, scope: Scope, *, customer_id: int, location_id: int, now: datetime
) -> list[ShownCard]:
    """A customer's cards at a location, the primary one first, expired ones marked."""
    rows = session.scalars(
        select(SavedCard)
        .where(*_visible(scope, customer_id, location_id))
        .order_by(SavedCard.is_primary.desc(), SavedCard.id.desc())
    )
    return [
        ShownCard(
            public_id=row.public_id,
            brand=row.brand,
            last_four=row.last_four,
            expiry=row.expiry,
            is_primary=row.is_primary,
            is_expired=is_expired(row.expiry, now),
        )
        for row in rows
    ]


def usable(
    session: Session, scope: Scope, *, public_id: str, customer_id: int, location_id: int
) -> SavedCard:
    """The card a customer chose to pay with.

    Raises:
        NoSuchCard: another customer's, another location's, deleted, or unusable.
    """
    try:
        return session.scalars(
            select(SavedCard).where(
                SavedCard.public_id == public_id, *_visible(scope, customer_id, location_id)
            )
        ).one()
    except NoResultFound as error:
        raise NoSuchCard(public_id) from error


def opened(card: SavedCard, box: SecretBox) -> StoredCard:
    """The card as the plugin needs it. Only on the way to the gateway."""
    token = box.open(card.token_ciphertext, purpose=seal_purpose(card.company_id, card.location_id))
    details = CardDetails(brand=card.brand, last_four=card.last_four, expiry=card.expiry)
    return StoredCard(token=token, details=details)


def keep(
    session: Session,
    box: SecretBox,
    operation: Operation,
    stored: StoredCard,
    *,
    now: datetime,
) -> None:
    """Put a card on file that was saved while paying; one that is on file stays as it is."""
    known = select(SavedCard.id).where(
        SavedCard.company_id == operation.company_id,
        SavedCard.token_hmac.in_(box.digests(stored.token)),
    )
    if session.scalar(known) is not None:
        return
    payment = session.get_one(Payment, operation.payment_id)
    card = SavedCard(
        public_id=identifiers.public_id("card"),
        company_id=operation.company_id,
        location_id=operation.location_id,
        customer_id=payment.customer_id,
        account_id=operation.account_id,
        token_ciphertext=box.seal(
            stored.token, purpose=seal_purpose(operation.company_id, operation.location_id)
        ),
        token_hmac=box.digest(stored.token),
        brand=stored.details.brand,
        last_four=stored.details.last_four,
        expiry=stored.details.expiry,
        is_primary=not _has_cards(session, payment),
        added_by_id=operation.created_by_id,
        added_at=now,
        consent_version=CONSENT_VERSION,
        last_used_at=now,
    )
    session.add(card)
    session.flush()


def note_use(session: Session, saved_card_id: int, now: datetime) -> None:
    """Remember when a card was last charged."""
    session.execute(update(SavedCard).where(SavedCard.id == saved_card_id).values(last_used_at=now))


def is_expired(expiry: str, now: datetime) -> bool:
    """True from the first day of the month after MMYY. An unknown expiry is not expired."""
    if len(expiry) != 4 or not expiry.isdecimal():
        return False
    month, year = int(expiry[:2]), 2000 + int(expiry[2:])
    return (now.year, now.month) > (year, month)


def _visible(scope: Scope, customer_id: int, location_id: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        SavedCard.company_id == scope.company_id,
        SavedCard.location_id.in_(scope.location_ids),
        SavedCard.location_id == location_id,
        SavedCard.customer_id == customer_id,
        SavedCard.state == "active",
        _sees_cards(scope),
    ]
    if scope.customer_ids is not None:
        conditions.append(SavedCard.customer_id.in_(scope.customer_ids))
    return conditions


def _sees_cards(scope: Scope) -> ColumnElement[bool]:
    """ "Restrict Credit Card Access" of the person who asks; nobody known sees no card."""
    person = select(User.id).where(
        User.id == scope.actor.user_id, User.active, not_(User.hides_cards)
    )
    return person.exists()


def _has_cards(session: Session, payment: Payment) -> bool:
    cards = select(SavedCard.id).where(
        SavedCard.customer_id == payment.customer_id,
        SavedCard.location_id == payment.location_id,
        SavedCard.state == "active",
    )
    return session.scalars(cards.limit(1)).first() is not None


def seal_purpose(company_id: int, location_id: int) -> str:
    return f"card:{company_id}:{location_id}"
