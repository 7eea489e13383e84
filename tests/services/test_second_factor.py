"""Codes count once, recovery codes too, keys are sealed, and a reset takes it all away."""

from collections.abc import Iterator

import pytest
from passlib.totp import TOTP
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from komet_shop.config import Secret
from komet_shop.domain.permissions import ROLES, permissions_of
from komet_shop.models import Audit, Company, Outbox, Passkey, User, WebSession
from komet_shop.models.database import Database
from komet_shop.services import second_factor, totp_keys
from komet_shop.services.people import Keeper, NoSuchPerson
from komet_shop.services.people_changes import OwnAccount, RoleAbove
from komet_shop.services.scope import Actor, Scope
from tests import factories
from tests.factories import NOW

KEY = Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
OTHER_MASTER = bytes(31) + b"x"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction for the whole test."""
    with database.write() as unit:
        yield unit


def _person(session: Session, company: Company, role: str = "receivables") -> User:
    return factories.make_user(
        session,
        company,
        roles=[factories.make_role(session, role)],
        tf_primary_method="authenticator",
        tf_totp_secret=totp_keys.seal(KEY, factories.MASTER_KEY),
        tf_last_counter=7,
    )


def _keeper(user_id: int, company: Company, role: str = "admin") -> Keeper:
    actor = Actor(label="keeper", user_id=user_id)
    scope = Scope(actor=actor, company_id=company.id, location_ids=frozenset(), customer_ids=None)
    return Keeper(scope=scope, permissions=permissions_of([role]))


def test_a_counter_is_accepted_once_and_only_forward(session: Session) -> None:
    person = factories.make_user(session, factories.make_company(session))

    accepted = [
        second_factor.accept_counter(session, person.id, counter) for counter in (100, 100, 99, 101)
    ]

    assert accepted == [True, False, False, True]


def test_each_recovery_code_is_good_once_however_it_is_spelled(session: Session) -> None:
    person = factories.make_user(session, factories.make_company(session))
    codes = second_factor.new_recovery_codes(person)
    session.flush()
    spelled = codes[0].upper().replace("-", " ")

    used = [
        second_factor.use_recovery_code(session, person, code)
        for code in (spelled, codes[0], "", "none-of-them", codes[1])
    ]

    assert used == [True, False, False, False, True]
    assert len(person.mf_recovery_codes or []) == second_factor.RECOVERY_CODES - 2


def test_a_recovery_code_is_its_owners_alone(session: Session) -> None:
    company = factories.make_company(session)
    owner, other = (factories.make_user(session, company) for _ in range(2))
    codes = second_factor.new_recovery_codes(owner)
    other.mf_recovery_codes = owner.mf_recovery_codes
    session.flush()

    assert not second_factor.use_recovery_code(session, other, codes[0])


def test_a_sealed_key_opens_under_its_master_key_alone() -> None:
    sealed = totp_keys.seal(KEY, factories.MASTER_KEY)
    right = TOTP.using(secrets=totp_keys.wallet(factories.MASTER_KEY))
    wrong = TOTP.using(secrets=totp_keys.wallet(OTHER_MASTER))

    assert right.from_source(sealed).base32_key == KEY.reveal()
    assert KEY.reveal() not in sealed
    with pytest.raises(KeyError):
        wrong.from_source(sealed)


def test_a_reset_takes_it_away_ends_sessions_and_is_audited(session: Session) -> None:
    company = factories.make_company(session)
    person = _person(session, company)
    second_factor.new_recovery_codes(person)
    values = {"id_sha256": "a" * 64, "user_id": person.id, "data": {}}
    times = dict.fromkeys(("created_at", "seen_at", "expires_at"), NOW)
    session.execute(insert(WebSession).values(**values, **times))

    had_one = second_factor.reset(session, _keeper(0, company), person.public_id, NOW)

    assert had_one
    assert not person.has_second_factor
    assert (person.mf_recovery_codes, person.tf_last_counter) == (None, None)
    assert session.scalar(select(func.count()).select_from(WebSession)) == 0
    entry = session.scalars(select(Audit)).one()
    assert (entry.action, entry.object_id, entry.actor) == (
        "second_factor_reset",
        person.id,
        "keeper",
    )
    assert (entry.before, entry.after) == ({"second_factor": True}, {"second_factor": False})


def test_a_reset_takes_passkeys_and_tells_their_owner(session: Session) -> None:
    company = factories.make_company(session)
    person, other = (factories.make_user(session, company) for _ in range(2))
    for user in (person, person, other):
        factories.make_passkey(session, user)
    session.expire_all()
    before = person.has_second_factor

    had_one = second_factor.reset(session, _keeper(0, company), person.public_id, NOW)

    mails = session.scalars(select(Outbox.payload)).all()
    assert (before, had_one, person.has_second_factor) == (True, True, False)
    assert session.scalars(select(Passkey.user_id)).all() == [other.id]
    assert [(one["user_id"], one["change"]) for one in mails] == [
        (person.id, "second_factor_reset")
    ]


def test_nobody_resets_their_own_or_that_of_somebody_above(session: Session) -> None:
    company = factories.make_company(session)
    admin = _person(session, company, "admin")

    with pytest.raises(OwnAccount):
        second_factor.reset(session, _keeper(admin.id, company), admin.public_id, NOW)
    above = Keeper(
        scope=_keeper(0, company).scope,
        permissions=ROLES["admin"] - {next(iter(ROLES["receivables"]))},
    )
    with pytest.raises(RoleAbove):
        second_factor.reset(session, above, admin.public_id, NOW)
    assert admin.has_second_factor


def test_somebody_of_another_company_is_not_there(session: Session) -> None:
    company, other = (factories.make_company(session) for _ in range(2))
    person = _person(session, other)

    with pytest.raises(NoSuchPerson):
        second_factor.reset(session, _keeper(0, company), person.public_id, NOW)


def test_the_command_line_finds_by_any_spelling(database: Database) -> None:
    actor = Actor(label="command line")
    with database.write() as session:
        person = _person(session, factories.make_company(session), "admin")

    with database.write() as session:
        address = person.email.upper()
        first = second_factor.reset_by_email(session, address, actor=actor, now=NOW)
        second = second_factor.reset_by_email(session, address, actor=actor, now=NOW)
        with pytest.raises(NoSuchPerson):
            second_factor.reset_by_email(session, "no@people.example", actor=actor, now=NOW)

    assert (first, second) == (True, False)
