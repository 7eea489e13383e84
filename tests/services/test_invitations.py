"""The link by which a new person chooses a password: once, in time, and nobody else's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from komet_shop.domain.permissions import permissions_of
from komet_shop.models import Audit, Company, Outbox, User
from komet_shop.models.database import Database
from komet_shop.services import deliveries, invitations
from komet_shop.services.invitations import (
    LinkIsDead,
    NothingToInvite,
    TooManyMails,
)
from komet_shop.services.letters import Invitation, Letter
from komet_shop.services.passwords import WeakPassword
from komet_shop.services.people import Keeper
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories
from tests.at_once import THREADS, at_once
from tests.conftest import MovableClock

GOOD = "otter-lamp-granite-yellow"
WEEK = 7 * 24 * 60 * 60


class Postbox:
    """Keeps the letters that are sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)


class Invitee:
    """A person who was invited, and the one who did it."""

    def __init__(self, shop: Shop, **values: Any) -> None:
        self.shop = shop
        with shop.database.write() as session:
            company: Company = factories.make_company(session)
            self.user: User = factories.make_user(session, company, **values)
        scope = Scope(
            actor=Actor(label="usr_admin"), company_id=company.id, location_ids=frozenset()
        )
        self.keeper = Keeper(scope=scope, permissions=permissions_of(["admin"]))

    def invite(self) -> str:
        """The token of the link in the newest mail."""
        invitations.send_again(self.shop, self.keeper, self.user.public_id)
        with self.shop.database.read() as session:
            mail = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
        found = re.fullmatch(r"http://localhost:5000/invitation/([\w-]{43})", mail.payload["link"])
        assert found is not None
        return found.group(1)

    def accept(self, token: str, password: str = GOOD) -> invitations.Invited:
        return invitations.accept(self.shop, token, password, address="127.0.0.1")

    def row(self) -> User:
        with self.shop.database.read() as session:
            return session.get_one(User, self.user.id)


@pytest.fixture
def quiet_shop(open_shop_at: Callable[[str], Shop]) -> Shop:
    """Nobody needs a gateway here."""
    return open_shop_at("http://127.0.0.1:9")


@pytest.fixture
def invitee(quiet_shop: Shop) -> Invitee:
    return Invitee(quiet_shop)


def test_the_link_sets_the_password_once(invitee: Invitee) -> None:
    token = invitee.invite()

    invitee.accept(token)

    assert (invitee.row().password or "").startswith("$argon2id$")
    with pytest.raises(LinkIsDead):
        invitee.accept(token)


def test_of_many_who_use_the_link_at_once_one_sets_the_password(invitee: Invitee) -> None:
    token = invitee.invite()

    answers = at_once([lambda n=n: invitee.accept(token, f"{GOOD}-{n}") for n in range(THREADS)])

    won = [one for one in answers if isinstance(one, invitations.Invited)]
    assert (len(won), {type(one) for one in answers}) == (1, {invitations.Invited, LinkIsDead})
    with invitee.shop.database.read() as session:
        accepted = session.scalars(select(Audit).where(Audit.action == "invitation_accepted"))
        assert len(accepted.all()) == 1


def test_looking_does_not_use_the_link_up(invitee: Invitee) -> None:
    token, now = invitee.invite(), invitee.shop.clock.now()
    with invitee.shop.database.read() as session:
        seen = [invitations.look_up(session, token, now) for _ in range(3)]

    invitee.accept(token)

    assert {one.email for one in seen} == {invitee.user.email}


def test_a_weak_password_leaves_the_link_good(invitee: Invitee) -> None:
    token = invitee.invite()

    with pytest.raises(WeakPassword):
        invitee.accept(token, "password1234")

    assert invitee.accept(token).email == invitee.user.email


def test_the_link_dies_after_a_week(invitee: Invitee, clock: MovableClock) -> None:
    token = invitee.invite()
    clock.advance(seconds=WEEK - 60)
    with invitee.shop.database.read() as session:
        invitations.look_up(session, token, clock.now())
    clock.advance(seconds=60)

    with pytest.raises(LinkIsDead):
        invitee.accept(token)


def test_a_new_link_kills_the_old_one(invitee: Invitee) -> None:
    old = invitee.invite()
    new = invitee.invite()

    with pytest.raises(LinkIsDead):
        invitee.accept(old)
    assert invitee.accept(new).public_id == invitee.user.public_id


def test_a_link_that_was_taken_back_is_dead(invitee: Invitee) -> None:
    token = invitee.invite()

    invitations.revoke(invitee.shop, invitee.keeper, invitee.user.public_id)

    with pytest.raises(LinkIsDead):
        invitee.accept(token)
    with pytest.raises(NothingToInvite):
        invitations.revoke(invitee.shop, invitee.keeper, invitee.user.public_id)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "A", lambda _t: "", str.swapcase]
)
def test_a_link_that_was_tampered_with_is_dead(
    invitee: Invitee, change: Callable[[str], str]
) -> None:
    token = invitee.invite()

    with pytest.raises(LinkIsDead):
        invitee.accept(change(token))


def test_who_was_switched_off_cannot_accept(invitee: Invitee) -> None:
    token = invitee.invite()
    with invitee.shop.database.write() as session:
        session.get_one(User, invitee.user.id).active = False

    with pytest.raises(LinkIsDead):
        invitee.accept(token)


def test_who_has_a_password_is_not_invited_again(quiet_shop: Shop) -> None:
    invitee = Invitee(quiet_shop, password="x")

    with pytest.raises(NothingToInvite):
        invitee.invite()


def test_a_mailbox_gets_three_invitations_an_hour(invitee: Invitee) -> None:
    tokens = [invitee.invite() for _ in range(3)]

    with pytest.raises(TooManyMails):
        invitee.invite()
    assert invitee.accept(tokens[-1])


def test_the_database_holds_the_digest_of_the_link_only(
    invitee: Invitee, database: Database
) -> None:
    token = invitee.invite()
    postbox = Postbox()

    deliveries.deliver_mail(invitee.shop, postbox, owner="test")

    with database.read() as session:
        payloads = [str(row.payload) for row in session.scalars(select(Outbox))]
        told = [str((row.before, row.after, row.reason)) for row in session.scalars(select(Audit))]
    content = postbox.letters[0].content
    assert isinstance(content, Invitation)
    assert content.link.endswith(token)
    assert token not in "".join([*payloads, *told, str(invitee.row().invitation_sha256)])
    assert token not in repr(content)
