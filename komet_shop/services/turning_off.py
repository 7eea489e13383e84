"""Turning a location's card payments off for good, and what an operator does to begin anew."""

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from komet_shop.domain.activation import BEGUN, Status
from komet_shop.models import (
    CardTerminal,
    GatewayAccount,
    Location,
    LocationCardSettings,
    SavedCard,
)
from komet_shop.services import activation_mails, audit, gateway_keys
from komet_shop.services.activation import ActivationRefused, OutOfTurn, Work, at_location
from komet_shop.services.gateway_accounts import NO_KEYS
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop

WORD = "CONFIRM"


class NotConfirmed(ActivationRefused):
    """The word was not typed as it must be."""


class UnderWay(ActivationRefused):
    """A payment is not settled: without keys nobody could ask what became of it."""


def turn_off(shop: Shop, scope: Scope, code: str, *, typed: str) -> None:
    """Wipe a location's keys and take no more cards there, until an operator begins anew.

    Saved cards become unusable; orders, payments, receipts, rates and switches stay.
    Rule: docs/operations.md, "Activation".

    Raises:
        NoSuchLocation, NotConfirmed, UnderWay, OutOfTurn.
    """
    if typed.strip() != WORD:
        raise NotConfirmed
    at_location(shop, scope, code, _turn_off)


def reactivate(session: Session, shop: Shop, location: Location, *, actor: Actor) -> None:
    """Let a location that was turned off begin anew with its application. For operators only.

    Raises:
        OutOfTurn: it was not turned off.
    """
    now = shop.clock.now()
    moved = session.execute(
        update(LocationCardSettings)
        .where(
            LocationCardSettings.location_id == location.id,
            LocationCardSettings.status == Status.DISABLED,
        )
        .values(status=Status.REQUESTED, requested_at=now, activated_at=None)
        .returning(LocationCardSettings.location_id)
    )
    if moved.scalar_one_or_none() is None:
        raise OutOfTurn(location.code)
    entry = audit.Entry(
        actor=actor,
        company_id=location.company_id,
        location_id=location.id,
        action="cards_reactivated",
        object_type="location",
        object_id=location.id,
        before={"status": Status.DISABLED},
        after={"status": Status.REQUESTED},
    )
    audit.write(session, entry, now)
    title = shop.gateways.plugin.title
    activation_mails.put(session, location.id, "reactivated", title=title, now=now)


def _turn_off(work: Work) -> None:
    try:
        gateway_keys.require_nothing_under_way(work.session, location_id=work.location.id)
    except gateway_keys.PaymentsUnderWay as error:
        raise UnderWay(work.location.code) from error
    before = work.move(BEGUN, Status.DISABLED, activated_at=None)
    accounts = _wipe_keys(work)
    cards = _make_cards_unusable(work)
    work.session.execute(
        update(CardTerminal)
        .where(CardTerminal.location_id == work.location.id, CardTerminal.active)
        .values(active=False)
    )
    after = {"status": Status.DISABLED, "accounts_wiped": accounts, "cards_unusable": cards}
    work.note("cards_switched_off", {"status": before}, after)
    work.tell("turned_off")


def _wipe_keys(work: Work) -> int:
    """Of the location's online account and of its terminals'."""
    wiped = work.session.scalars(
        update(GatewayAccount)
        .where(
            GatewayAccount.location_id == work.location.id,
            or_(
                GatewayAccount.retired_at.is_(None),
                GatewayAccount.settings_ciphertext != NO_KEYS,
            ),
        )
        .values(
            retired_at=work.now,
            settings_ciphertext=NO_KEYS,
            shown_settings="{}",
            tested_at=None,
            revision=GatewayAccount.revision + 1,
        )
        .returning(GatewayAccount.id)
    )
    return len(wiped.all())


def _make_cards_unusable(work: Work) -> int:
    cards = work.session.scalars(
        update(SavedCard)
        .where(SavedCard.location_id == work.location.id, SavedCard.state == "active")
        .values(state="unusable")
        .returning(SavedCard.id)
    )
    return len(cards.all())


def saved_cards_at(session: Session, location_id: int) -> int:
    """How many cards on file would become unusable."""
    statement = select(func.count()).where(
        SavedCard.location_id == location_id, SavedCard.state == "active"
    )
    return session.scalar(statement) or 0
