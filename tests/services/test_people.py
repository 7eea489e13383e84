"""Who may add and change whom, and what comes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from komet_shop.domain.permissions import ROLES, permissions_of
from komet_shop.models import (
    Audit,
    Company,
    Customer,
    Location,
    Outbox,
    User,
    WebSession,
    buyer_customer,
)
from komet_shop.services import people, people_changes
from komet_shop.services.people import Filters, Keeper, Kind, NoSuchPerson, Standing
from komet_shop.services.people_changes import (
    ChangedMeanwhile,
    Details,
    EmailTaken,
    LastAdministrator,
    MixedKinds,
    OwnAccount,
    RoleAbove,
    UnknownChoice,
)
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories
from tests.at_once import at_once
from tests.statements import count_statements

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on the database is tried on one."""


class Team:
    """A company with a keeper of each kind, and people to look after."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        with shop.database.write() as session:
            self.company: Company = factories.make_company(session)
            self.place: Location = factories.make_location(session, self.company)
            self.customer: Customer = factories.make_customer(session, self.company)
            self.other: Customer = factories.make_customer(session, self.company)
            self.roles = {name: factories.make_role(session, name) for name in ROLES}
        self.admin = self.person("admin", password="x")
        self.manager = self.person("sales_manager", password="x")

    def person(self, *roles: str, **values: Any) -> User:
        with self.shop.database.write() as session:
            given = {"roles": [session.merge(self.roles[name]) for name in roles], **values}
            return factories.make_user(session, self.company, **given)

    def buyer(self, *customers: Customer, **values: Any) -> User:
        user = self.person("buyer", password="x", **values)
        with self.shop.database.write() as session:
            rows = [{"user_id": user.id, "customer_id": one.id} for one in customers]
            session.execute(insert(buyer_customer), rows)
        return user

    def keeper(self, user: User, **changes: Any) -> Keeper:
        scope = Scope(
            actor=Actor(label=user.public_id, user_id=user.id, address="127.0.0.1"),
            company_id=self.company.id,
            location_ids=frozenset({self.place.id}),
        )
        permissions = permissions_of([role.name for role in user.roles])
        return Keeper(scope=replace(scope, **changes), permissions=permissions)

    def seen(self, keeper: Keeper, **filters: str) -> list[str]:
        with self.shop.database.read() as session:
            found, _ = people.page(
                session, keeper, Filters(**filters), after=None, now=self.shop.clock.now()
            )
        return [one.public_id for one in found]

    def read(self, keeper: Keeper, user: User) -> people.Person:
        with self.shop.database.read() as session:
            return people.read(session, keeper, user.public_id, self.shop.clock.now())

    def change(self, keeper: Keeper, user: User, details: Details) -> None:
        version = self.read(keeper, user).version
        people_changes.change(self.shop, keeper, user.public_id, version, details)

    def last_entry(self) -> Audit:
        with self.shop.database.read() as session:
            return session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()


@pytest.fixture
def team(open_shop_at: Callable[[str], Shop]) -> Team:
    """Nobody of them needs a gateway."""
    return Team(open_shop_at("http://127.0.0.1:9"))


def clerk(**values: Any) -> Details:
    return Details(**{"name": "Cleo", "locale": "en", "roles": frozenset({"cashier"}), **values})


def buyer_of(*customers: Customer, **values: Any) -> Details:
    keys = frozenset(one.public_id for one in customers)
    given = {"name": "Bo", "locale": "es", "roles": frozenset({"buyer"}), "customers": keys}
    return Details(**{**given, **values})


def test_a_person_who_is_added_is_invited_and_cannot_log_in_yet(team: Team) -> None:
    keeper = team.keeper(team.admin)
    details = clerk(locations=frozenset({team.place.code}))

    public_id = people_changes.add(team.shop, keeper, " Cleo@People.Example ", details)

    with team.shop.database.read() as session:
        added = people.read(session, keeper, public_id, team.shop.clock.now())
        mail = session.scalars(select(Outbox)).one()
        actions = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert (added.email, added.standing) == ("cleo@people.example", Standing.INVITED)
    assert (added.roles, [one.key for one in added.locations]) == (("cashier",), [team.place.code])
    assert mail.payload["template"] == "invitation"
    assert actions == ["user_added", "invitation_sent"]


def test_an_address_logs_in_once(team: Team) -> None:
    keeper = team.keeper(team.admin)
    people_changes.add(team.shop, keeper, "cleo@people.example", clerk())

    with pytest.raises(EmailTaken):
        people_changes.add(team.shop, keeper, "CLEO@people.example", clerk())


def test_the_same_address_added_by_many_at_once_is_added_once(team: Team) -> None:
    keeper = team.keeper(team.admin)

    def add() -> str:
        return people_changes.add(team.shop, keeper, "cleo@people.example", clerk())

    answers = at_once([add] * 4)

    assert sum(isinstance(one, str) for one in answers) == 1
    assert all(isinstance(one, (str, EmailTaken)) for one in answers)


@SQLITE
@pytest.mark.parametrize("role", sorted(ROLES))
def test_an_administrator_may_give_every_role(team: Team, role: str) -> None:
    assert team.keeper(team.admin).may_give(role)


@SQLITE
@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_sales_manager_gives_no_role_but_that_of_buyers(team: Team, role: str) -> None:
    assert team.keeper(team.manager).may_give(role) == (role == "buyer")


@SQLITE
def test_who_may_only_give_roles_of_staff_cannot_make_an_administrator(team: Team) -> None:
    lesser = replace(
        team.keeper(team.admin),
        permissions=permissions_of(["admin"]) - {people.Permission.AUDIT_LOG},
    )

    with pytest.raises(RoleAbove):
        people_changes.add(team.shop, lesser, "a@people.example", clerk(roles=frozenset({"admin"})))
    with pytest.raises(RoleAbove):  # nor take the role away from one
        team.change(lesser, team.person("admin"), clerk())


@SQLITE
def test_a_sales_manager_looks_after_buyers_only(team: Team) -> None:
    buyer = team.buyer(team.customer)
    keeper = team.keeper(team.manager)

    with pytest.raises(RoleAbove):
        people_changes.add(team.shop, keeper, "a@people.example", clerk())
    with pytest.raises(NoSuchPerson):
        team.read(keeper, team.admin)
    assert team.seen(keeper) == [buyer.public_id]


@SQLITE
def test_with_own_customers_only_buyers_of_others_are_not_there(team: Team) -> None:
    own = team.buyer(team.customer)
    team.buyer(team.other)
    shared = team.buyer(team.customer, team.other)
    keeper = team.keeper(team.manager, customer_ids=frozenset({team.customer.id}))

    with pytest.raises(UnknownChoice):
        people_changes.add(team.shop, keeper, "b@people.example", buyer_of(team.other))
    with pytest.raises(NoSuchPerson):
        team.read(keeper, shared)
    assert team.seen(keeper) == [own.public_id]


@SQLITE
@pytest.mark.parametrize("roles", [frozenset(), frozenset({"buyer", "sales"})])
def test_a_login_is_for_staff_or_for_a_buyer(team: Team, roles: frozenset[str]) -> None:
    with pytest.raises(MixedKinds):
        people_changes.add(
            team.shop, team.keeper(team.admin), "c@people.example", clerk(roles=roles)
        )


@SQLITE
@pytest.mark.parametrize(
    "details",
    [
        clerk(locations=frozenset({"NOWHERE"})),
        clerk(own_customers_only=True, sales_person="Nobody"),
        clerk(name=""),
        clerk(locale="fr"),
        buyer_of(),
        Details(
            name="B", locale="en", roles=frozenset({"buyer"}), customers=frozenset({"cus_none"})
        ),
    ],
)
def test_choices_that_are_not_there_are_refused(team: Team, details: Details) -> None:
    with pytest.raises(UnknownChoice):
        people_changes.add(team.shop, team.keeper(team.admin), "d@people.example", details)

    assert len(team.seen(team.keeper(team.admin))) == 2


@SQLITE
def test_nobody_changes_their_own_rights(team: Team) -> None:
    with pytest.raises(OwnAccount):
        team.change(team.keeper(team.admin), team.admin, clerk(roles=frozenset({"admin"})))


@SQLITE
@pytest.mark.parametrize("details", [clerk(), clerk(roles=frozenset({"admin"}), active=False)])
def test_the_last_administrator_who_can_log_in_stays_one(team: Team, details: Details) -> None:
    team.person("admin")  # invited, never came
    team.person("admin", password="x", active=False)
    another = team.person("admin", password="x")
    keeper = team.keeper(another)
    team.change(keeper, team.admin, clerk())
    stranger = replace(keeper, scope=replace(keeper.scope, actor=Actor(label="command line")))

    with pytest.raises(LastAdministrator):
        team.change(stranger, another, details)


def test_two_administrators_who_switch_each_other_off_at_once_leave_one(team: Team) -> None:
    another = team.person("admin", password="x")
    pairs = [(team.admin, another), (another, team.admin)]
    jobs = []
    for keeper, person in pairs:
        version = team.read(team.keeper(keeper), person).version
        jobs.append(
            lambda keeper=keeper, person=person, version=version: people_changes.change(
                team.shop, team.keeper(keeper), person.public_id, version, clerk(active=False)
            )
        )

    answers = at_once(jobs)

    assert [type(one) for one in answers if one is not None] == [LastAdministrator]


@SQLITE
def test_a_page_that_is_out_of_date_changes_nothing(team: Team) -> None:
    person, keeper = team.person("sales"), team.keeper(team.admin)
    old = team.read(keeper, person).version
    team.change(keeper, person, clerk())

    with pytest.raises(ChangedMeanwhile):
        people_changes.change(team.shop, keeper, person.public_id, old, clerk(active=False))

    assert team.read(keeper, person).active


def test_of_many_changes_from_the_same_page_one_is_made(team: Team) -> None:
    person, keeper = team.person("sales"), team.keeper(team.admin)
    version = team.read(keeper, person).version

    def change() -> None:
        people_changes.change(team.shop, keeper, person.public_id, version, clerk())

    answers = at_once([change] * 4)

    assert sorted(type(one).__name__ for one in answers) == ["ChangedMeanwhile"] * 3 + ["NoneType"]


@pytest.mark.parametrize(
    ("details", "stay"),
    [
        (clerk(roles=frozenset({"cashier", "sales"})), 1),
        (clerk(roles=frozenset({"sales"})), 0),
        (clerk(active=False), 0),
    ],
)
def test_sessions_end_when_rights_are_lost(team: Team, details: Details, stay: int) -> None:
    person = team.person("cashier", password="x")
    now = team.shop.clock.now()
    with team.shop.database.write() as session:
        session.add(
            WebSession(
                id_sha256="1" * 64,
                user_id=person.id,
                data={},
                created_at=now,
                seen_at=now,
                expires_at=now,
            )
        )

    team.change(team.keeper(team.admin), person, details)

    with team.shop.database.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == stay


@SQLITE
def test_the_audit_log_holds_what_changed_and_no_names(team: Team) -> None:
    person = team.person("sales", name="Cleo")
    details = clerk(name="Cleo Married", hides_cards=True, locations=frozenset({team.place.code}))

    team.change(team.keeper(team.admin), person, details)

    entry = team.last_entry()
    assert (entry.action, entry.actor) == ("user_changed", team.admin.public_id)
    assert entry.before == {"roles": ["sales"], "locations": [], "hides_cards": False}
    assert entry.after == {
        "roles": ["cashier"],
        "locations": [team.place.code],
        "hides_cards": True,
        "name_changed": True,
    }


@SQLITE
def test_a_sales_person_is_one_that_customers_have(team: Team) -> None:
    person, keeper = team.person("sales"), team.keeper(team.admin)
    details = clerk(own_customers_only=True, sales_person=team.customer.sales_person)

    team.change(keeper, person, details)
    limited = team.read(keeper, person)
    team.change(keeper, person, replace(details, own_customers_only=False))

    assert (limited.own_customers_only, limited.sales_person) == (True, "Sam Sales")
    assert team.read(keeper, person).sales_person == ""


@SQLITE
@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"kind": "ecommerce"}, {"Bo"}),
        ({"kind": "staff"}, {"Ana", "Cora", "Ivy"}),
        ({"role": "cashier"}, {"Cora"}),
        ({"standing": "off"}, {"Cora"}),
        ({"standing": "uninvited"}, {"Ivy"}),
        ({"standing": "active"}, {"Ana", "Bo"}),
        ({"standing": "invited"}, set()),
        ({"standing": "expired"}, set()),
        ({"location": "NOWHERE"}, set()),
        ({"text": "IVY"}, {"Ivy"}),
        ({"text": "%"}, set()),
    ],
)
def test_the_list_is_narrowed(team: Team, filters: dict[str, str], wanted: set[str]) -> None:
    keeper = team.keeper(team.admin)
    team.buyer(team.customer, name="Bo")
    team.person("cashier", name="Cora", active=False, password="x")
    team.person("sales", name="Ivy")
    team.change(team.keeper(team.person("admin", password="x", name="Ana")), team.manager, clerk())

    with team.shop.database.read() as session:
        found, _ = people.page(
            session, keeper, Filters(**filters), after=None, now=team.shop.clock.now()
        )

    assert {one.name for one in found} - {"Ana Person", "Cleo"} == wanted


def test_long_lists_have_pages_and_cost_the_same(team: Team) -> None:
    keeper, now = team.keeper(team.admin), team.shop.clock.now()
    for number in range(people.PAGE):
        team.person("sales", name=f"Same {number % 3}")

    with team.shop.database.read() as session, count_statements(session.get_bind()) as counted:
        first, place = people.page(session, keeper, Filters(), after=None, now=now)
        one_page = len(counted)
        second, end = people.page(session, keeper, Filters(), after=place, now=now)

    assert (len(first), len(second), end) == (people.PAGE, 2, None)
    assert len({one.public_id for one in first + second}) == people.PAGE + 2
    assert one_page == len(counted) - one_page <= 4


@SQLITE
def test_customers_are_found_within_the_scope(team: Team) -> None:
    limited = team.keeper(team.manager, customer_ids=frozenset({team.other.id})).scope

    with team.shop.database.read() as session:
        found = people.find_customers(session, limited, "bloom")

    assert [one.key for one in found] == [team.other.public_id]


@SQLITE
def test_a_person_without_a_role_is_staff(team: Team) -> None:
    nobody = team.person()

    assert team.read(team.keeper(team.admin), nobody).kind is Kind.STAFF
