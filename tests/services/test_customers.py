"""The list of customers: found by what, in which order, and at what cost."""

from typing import Any

import pytest
from sqlalchemy import insert

from komet_shop.domain.card_rules import CardRule
from komet_shop.models import Company, Customer, buyer_customer
from komet_shop.services import checkout, customers
from komet_shop.services.customers import Account, Filters, Listed, Place
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories
from tests.services.florist import Florist
from tests.statements import count_statements

NAMES = ("Zinnia Events", "Anemone Market", "Poppy & Pine")


@pytest.fixture
def florist(shop: Shop) -> Florist:
    """One customer, and some more of the same company."""
    made: Florist = Florist.build(shop, name="Bloom & Vine Florist", code="BLOOM1")
    given: tuple[dict[str, Any], ...] = (
        {"card_rule": "restricted", "credit_limit_cents": 0, "sales_person": "Ana Restrepo"},
        {"card_rule": "required", "credit_hold": True, "code": "100%"},
        {"active": False},
    )
    with shop.database.write() as session:
        company = session.get_one(Company, made.company_id)
        for name, values in zip(NAMES, given, strict=True):
            factories.make_customer(session, company, name=name, **values)
        made.link(session)
    return made


def staff(florist: Florist, customer_ids: frozenset[int] | None = None) -> Scope:
    return Scope(
        actor=Actor(label="clerk"),
        company_id=florist.company_id,
        location_ids=frozenset({florist.location_id}),
        customer_ids=customer_ids,
    )


def listed(florist: Florist, scope: Scope | None = None, **filters: Any) -> list[Listed]:
    with florist.shop.database.read() as session:
        return customers.page(session, scope or staff(florist), Filters(**filters))[0]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Anemone Market", "Bloom & Vine Florist", "Zinnia Events"]),
        ({"words": "vine"}, ["Bloom & Vine Florist"]),
        ({"words": "bloom1"}, ["Bloom & Vine Florist"]),
        ({"words": "%"}, ["Anemone Market"]),
        ({"rule": CardRule.RESTRICTED}, ["Zinnia Events"]),
        ({"rule": CardRule.OPTIONAL}, ["Bloom & Vine Florist"]),
        ({"account": Account.ON_HOLD}, ["Anemone Market"]),
        ({"account": Account.INACTIVE}, ["Poppy & Pine"]),
        ({"sales_person": "Ana Restrepo"}, ["Zinnia Events"]),
        ({"sales_person": "Ana Restrepo", "account": Account.ON_HOLD}, []),
    ],
)
def test_filters_narrow_the_list(
    florist: Florist, filters: dict[str, Any], names: list[str]
) -> None:
    assert [one.name for one in listed(florist, **filters)] == names


def test_over_the_limit_is_who_owes_more(florist: Florist) -> None:
    florist.add(florist.shelve())
    cart = florist.cart()
    checkout.place(florist.shop, florist.scope, cart.public_id, cart.total_cents)
    with florist.shop.database.write() as session:
        session.get_one(Customer, florist.customer_id).credit_limit_cents = 11_374

    (bloom,) = listed(florist, account=Account.OVER_LIMIT)

    assert (bloom.code, bloom.credit.is_over, bloom.buyers) == ("BLOOM1", True, 1)
    assert bloom.credit.exposure_cents == 11_375


def test_a_sales_person_sees_own_customers_only(florist: Florist) -> None:
    own = staff(florist, frozenset({florist.customer_id}))

    with florist.shop.database.read() as session:
        people = customers.sales_people(session, own)

    assert [one.code for one in listed(florist, own)] == ["BLOOM1"]
    assert people == ["Sam Sales"]


def test_another_company_has_none_of_them(florist: Florist) -> None:
    elsewhere = Scope(actor=Actor(label="x"), company_id=99, location_ids=frozenset())

    assert listed(florist, elsewhere) == []


def test_pages_follow_each_other_also_where_names_are_the_same(florist: Florist) -> None:
    with florist.shop.database.write() as session:
        company = session.get_one(Company, florist.company_id)
        for _ in range(3):
            factories.make_customer(session, company, name="Bloom & Vine Florist")
    seen: list[str] = []
    place: Place | None = None

    with florist.shop.database.read() as session:
        for _ in range(10):
            found, place = customers.page(session, staff(florist), Filters(), after=place, size=2)
            seen += [one.public_id for one in found]
            if place is None:
                break

    assert len(seen) == len(set(seen)) == 6


def test_a_page_is_one_statement(florist: Florist) -> None:
    with count_statements(florist.shop.database.engine) as sent:
        listed(florist)

    assert len(sent) == 1


def test_one_customer_comes_with_its_buyers(florist: Florist) -> None:
    with florist.shop.database.write() as session:
        company = session.get_one(Company, florist.company_id)
        gone = factories.make_user(session, company, name="Zoe Gone", active=False)
        row = {"user_id": gone.id, "customer_id": florist.customer_id}
        session.execute(insert(buyer_customer).values(**row))
    (bloom,) = listed(florist, words="BLOOM1")

    with florist.shop.database.read() as session:
        found = customers.read(session, staff(florist), bloom.public_id)
        foreign = customers.read(session, staff(florist, frozenset()), bloom.public_id)

    assert found is not None
    assert [buyer.name for buyer in found.buyers] == ["Ana Person", "Zoe Gone"]
    assert (found.active_buyers, found.pulled_at, foreign) == (1, None, None)
