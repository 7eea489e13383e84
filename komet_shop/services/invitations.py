"""Invitations: a link by mail that lets a new person choose a password, once, within a week.

The link's token is 256 random bits, of which the database holds the SHA-256.
Rule: docs/roles.md, "Invitations".
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from komet_shop.models import User
from komet_shop.services import audit, outbox, passwords, people, rate_limits
from komet_shop.services.people import Keeper
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop

VALID = timedelta(days=7)
PURPOSE = "invitation"
AGAIN = rate_limits.LIMITS["invitation"]
"""Mails to one address: whoever presses "send again" must not fill a mailbox."""


class LinkIsDead(Exception):
    """The link was used, replaced, taken back, is too old, or never was one."""


class NothingToInvite(Exception):
    """The person has a password already, or is switched off."""


class TooManyMails(Exception):
    """Three invitations went to this address within the hour."""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Who may choose a password by a link."""

    public_id: str
    row: int
    name: str
    email: str


def invite(session: Session, user: User, *, base_url: str, actor: Actor, now: datetime) -> None:
    """Give a person a new link and queue the mail with it; the link before it is dead.

    Raises:
        NothingToInvite: nothing was changed.
    """
    token = secrets.token_urlsafe(32)
    changed = session.execute(
        update(User)
        .where(User.id == user.id, User.active, User.password.is_(None))
        .values(invitation_sha256=_digest(token), invitation_expires_at=now + VALID)
        .returning(User.id)
    )
    if changed.scalar_one_or_none() is None:
        raise NothingToInvite(user.public_id)
    outbox.put_mail(
        session,
        template="invitation",
        key=secrets.token_hex(8),
        payload={
            "user_id": user.id,
            "link": f"{base_url}/invitation/{token}",
            "valid_days": VALID.days,
        },
        now=now,
    )
    audit.write(session, _entry(user.company_id, user.id, "invitation_sent", actor), now)


def send_again(shop: Shop, keeper: Keeper, public_id: str) -> None:
    """Send another link to somebody who has not accepted yet; the old one dies.

    Raises:
        people.NoSuchPerson, NothingToInvite, TooManyMails: nothing was changed.
    """
    now, base_url = shop.clock.now(), shop.config.base_url

    def unit(session: Session) -> None:
        user = people.find(session, keeper, public_id)
        if not rate_limits.take(session, AGAIN, user.email, now):
            raise TooManyMails(public_id)
        invite(session, user, base_url=base_url, actor=keeper.scope.actor, now=now)

    shop.database.run(unit)


def revoke(shop: Shop, keeper: Keeper, public_id: str) -> None:
    """Take the open link back.

    Raises:
        people.NoSuchPerson, NothingToInvite: there is no open invitation.
    """
    now = shop.clock.now()

    def unit(session: Session) -> None:
        user = people.find(session, keeper, public_id)
        changed = session.execute(
            update(User)
            .where(User.id == user.id, User.invitation_sha256.is_not(None))
            .values(invitation_sha256=None, invitation_expires_at=None)
            .returning(User.id)
        )
        if changed.scalar_one_or_none() is None:
            raise NothingToInvite(public_id)
        entry = _entry(user.company_id, user.id, "invitation_revoked", keeper.scope.actor)
        audit.write(session, entry, now)

    shop.database.run(unit)


def look_up(session: Session, token: str, now: datetime) -> Invited:
    """Who a link is for. Looking does not use it up.

    Raises:
        LinkIsDead.
    """
    found = session.scalars(select(User).where(*_good(token, now))).unique().one_or_none()
    if found is None:
        raise LinkIsDead
    return Invited(public_id=found.public_id, row=found.id, name=found.name, email=found.email)


def accept(shop: Shop, token: str, password: str, *, address: str) -> Invited:
    """Set the password of an invited person; of many at once with one link, one succeeds.

    Raises:
        LinkIsDead: nothing was changed.
        WeakPassword: see `komet_shop.services.passwords`. The link stays good.
    """
    now = shop.clock.now()
    with shop.database.read() as session:
        invited = look_up(session, token, now)
    passwords.require_strong(password, about=(invited.email, invited.name))
    hashed = passwords.hash_password(password)  # slow on purpose, so outside the transaction
    actor = Actor(label=invited.public_id, user_id=invited.row, address=address)

    def unit(session: Session) -> None:
        statement = (
            update(User)
            .where(*_good(token, now))
            .values(
                password=hashed,
                confirmed_at=now,
                update_datetime=now,
                invitation_sha256=None,
                invitation_expires_at=None,
            )
            .returning(User.company_id)
        )
        company = session.execute(statement).scalar_one_or_none()
        if company is None:
            raise LinkIsDead
        audit.write(session, _entry(company, invited.row, "invitation_accepted", actor), now)

    shop.database.run(unit)
    return invited


def _good(token: str, now: datetime) -> list[ColumnElement[bool]]:
    return [
        User.invitation_sha256 == _digest(token),
        User.invitation_expires_at > now,
        User.active.is_(True),
        User.password.is_(None),
    ]


def _digest(token: str) -> str:
    """What is stored of a token. A link made for another purpose has another digest."""
    return hashlib.sha256(f"{PURPOSE}:{token}".encode()).hexdigest()


def _entry(company_id: int, user_id: int, action: str, actor: Actor) -> audit.Entry:
    return audit.Entry(
        actor=actor,
        company_id=company_id,
        action=action,
        object_type="user",
        object_id=user_id,
    )
