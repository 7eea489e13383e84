"""What a change of card settings is said to do: to whom, to how many, and where."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import Fees, FeeType, Way
from komet_shop.domain.payment_methods import Method
from komet_shop.services import card_impact, payment_methods
from komet_shop.services.card_impact import Effect
from komet_shop.services.shop import Shop
from tests.services.branches import MIAMI, QUITO, Branches, deciding
from tests.statements import count_statements

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOTH = "Miami Quito"
SURCHARGE = Fees(
    type=FeeType.SURCHARGE,
    basis_points=300,
    channels=frozenset(Channel),
    ways=frozenset(Way),
    blocked_states=("CT", "MA"),
)
FLAT = Fees(
    type=FeeType.CONVENIENCE, flat_cents=250, channels=frozenset(Channel), ways=frozenset(Way)
)


@pytest.fixture
def branches(open_shop_at: Callable[[str], Shop]) -> Branches:
    """Nobody needs a gateway here."""
    return Branches.build(open_shop_at("http://127.0.0.1:9"))


@pytest.fixture
def crowd(branches: Branches) -> Branches:
    """Seven buyers who count, and one of each kind that does not."""
    ordinary = branches.customer(buyers=3)
    required = branches.customer(buyers=2, card_rule="required")
    restricted = branches.customer(buyers=1, card_rule="restricted")
    branches.customer(buyers=1, currency="CAD", card_rule="required")
    branches.customer(buyers=1, active=False, card_rule="required")
    branches.customer(card_rule="required")
    branches.buyer(ordinary, active=False)
    branches.buyer(ordinary, required)
    branches.buyer(ordinary, restricted)
    return branches


def test_switching_cards_off_in_the_shop_counts_buyers_and_requirements(crowd: Branches) -> None:
    crowd.save(None, deciding(ecommerce_on=True))

    told = crowd.told(MIAMI, deciding(ecommerce_on=False))

    assert told == {Effect.PAY_LOST: (7, "Miami"), Effect.REQUIREMENT_RESTS: (1, "Miami")}


@pytest.mark.parametrize(
    ("on", "told"),
    [(True, {Effect.PAY_GAINED: 7, Effect.REQUIREMENT_COUNTS: 1}), (False, {})],
)
def test_a_location_that_begins_to_take_cards_tells_who_will_see_it(
    crowd: Branches, on: bool, told: dict[Effect, int]
) -> None:
    crowd.stop(MIAMI, "keys_pending")
    crowd.save(None, deciding(ecommerce_on=on))

    with crowd.shop.database.read() as session:
        found = card_impact.of_activation(session, crowd.scope(), MIAMI)

    assert {one.effect: one.count for one in found} == told


def test_switching_cards_on_in_the_shop_says_the_reverse(crowd: Branches) -> None:
    told = crowd.told(None, deciding(ecommerce_on=True))

    assert told == {Effect.PAY_GAINED: (7, BOTH), Effect.REQUIREMENT_COUNTS: (1, BOTH)}


@SQLITE
def test_a_location_that_decides_itself_is_not_touched_by_the_company(crowd: Branches) -> None:
    crowd.save(MIAMI, deciding(ecommerce_on=False))

    told = crowd.told(None, deciding(ecommerce_on=True))

    assert told[Effect.PAY_GAINED] == (7, "Quito")


@SQLITE
@pytest.mark.parametrize("status", ["off", "requested", "keys_pending", "disabled_contact_support"])
def test_where_no_cards_are_taken_nothing_happens(crowd: Branches, status: str) -> None:
    crowd.stop(MIAMI, status)

    assert crowd.told(MIAMI, deciding(SURCHARGE, ecommerce_on=True)) == {}


@SQLITE
def test_a_company_without_dollars_takes_no_cards(open_shop_at: Callable[[str], Shop]) -> None:
    branches = Branches.build(open_shop_at("http://127.0.0.1:9"), currency="CAD")
    branches.customer(buyers=1)

    assert branches.told(None, deciding(SURCHARGE, ecommerce_on=True)) == {}


@SQLITE
def test_what_happens_to_nobody_is_not_said(branches: Branches) -> None:
    changed = deciding(
        SURCHARGE,
        ecommerce_on=True,
        preauthorization_on=True,
        salespeople_manage_cards=True,
        pay_on_confirmation_on=True,
    )

    assert branches.told(None, changed) == {}


@SQLITE
def test_money_is_held_where_buyers_pay_by_card(crowd: Branches) -> None:
    crowd.save(MIAMI, deciding(ecommerce_on=True))

    on = crowd.told(None, deciding(preauthorization_on=True))
    crowd.save(None, deciding(preauthorization_on=True))
    off = crowd.told(None, deciding())

    assert on == {Effect.MONEY_HELD: (7, "Miami")}
    assert off == {Effect.MONEY_TAKEN: (7, "Miami")}


def test_staff_are_counted_where_they_work(branches: Branches) -> None:
    branches.person("sales", at=MIAMI)
    branches.person("sales", at=MIAMI)
    branches.person("sales", at=QUITO)
    branches.person("sales", "cashier", at=QUITO)
    branches.person("sales", at=MIAMI, hides_cards=True)
    branches.person("sales", at=MIAMI, active=False)
    branches.person("receivables", at=MIAMI)
    branches.person("admin")

    managing = branches.impacts(None, deciding(salespeople_manage_cards=True))
    confirming = branches.impacts(None, deciding(pay_on_confirmation_on=True))

    assert [(one.effect, one.count, one.places) for one in managing] == [
        (Effect.CARDS_MANAGED, 2, ("Miami",)),
        (Effect.CARDS_MANAGED, 1, ("Quito",)),
    ]
    assert [(one.effect, one.count, one.places) for one in confirming] == [
        (Effect.CONFIRMING_PAID, 4, ("Miami",)),
        (Effect.CONFIRMING_PAID, 3, ("Quito",)),
    ]


@SQLITE
def test_staff_lose_what_is_switched_off(branches: Branches) -> None:
    branches.person("sales", at=MIAMI)
    branches.save(None, deciding(salespeople_manage_cards=True, pay_on_confirmation_on=True))

    told = branches.told(
        MIAMI, deciding(salespeople_manage_cards=False, pay_on_confirmation_on=False)
    )

    assert told == {
        Effect.CARDS_LEFT_ALONE: (1, "Miami"),
        Effect.CONFIRMING_UNPAID: (1, "Miami"),
    }


@pytest.fixture
def payers(branches: Branches) -> Branches:
    """Five customers who may pay fees, and three who never do."""
    branches.customer(billing_state="NY")
    branches.customer(billing_state="NY", card_rule="required")
    branches.customer(billing_state="CT")
    branches.customer(billing_state="ct")
    branches.customer(billing_state="", card_rule="restricted")
    branches.customer(billing_state="NY", fee_exempt=True)
    branches.customer(billing_state="NY", currency="CAD")
    branches.customer(billing_state="NY", active=False)
    return branches


def test_a_fee_counts_those_who_will_pay_it(payers: Branches) -> None:
    assert payers.told(None, deciding(FLAT)) == {Effect.FEE_ADDED: (5, BOTH)}
    assert payers.told(MIAMI, deciding(SURCHARGE)) == {Effect.FEE_ADDED: (3, "Miami")}


@SQLITE
def test_restricted_customers_pay_by_card_to_staff_only(payers: Branches) -> None:
    in_shop = replace(SURCHARGE, channels=frozenset({Channel.ECOMMERCE, Channel.ORDER_ENTRY}))

    assert payers.told(None, deciding(in_shop)) == {Effect.FEE_ADDED: (2, BOTH)}


@SQLITE
def test_another_fee_is_told_apart_from_a_new_one_and_from_none(payers: Branches) -> None:
    payers.save(None, deciding(FLAT))

    told = payers.told(MIAMI, deciding(SURCHARGE))
    gone = payers.told(MIAMI, deciding(Fees()))

    assert told == {Effect.FEE_CHANGED: (3, "Miami"), Effect.FEE_GONE: (2, "Miami")}
    assert gone == {Effect.FEE_GONE: (5, "Miami")}


@SQLITE
@pytest.mark.parametrize("fees", [replace(FLAT, flat_cents=0), replace(SURCHARGE, basis_points=0)])
def test_a_fee_of_nothing_is_paid_by_nobody(payers: Branches, fees: Fees) -> None:
    assert payers.told(None, deciding(fees)) == {}


@SQLITE
def test_blocking_a_state_frees_its_customers(payers: Branches) -> None:
    payers.save(None, deciding(SURCHARGE))

    told = payers.told(None, deciding(replace(SURCHARGE, blocked_states=("CT", "MA", "NY"))))

    assert told == {Effect.FEE_GONE: (2, BOTH)}


@SQLITE
def test_without_in_app_payments_only_terminals_count(crowd: Branches) -> None:
    crowd.person("sales", at=MIAMI)
    everything = deciding(
        FLAT,
        ecommerce_on=True,
        preauthorization_on=True,
        salespeople_manage_cards=True,
        pay_on_confirmation_on=True,
    )
    in_app = replace(FLAT, ways=frozenset({Way.IN_APP}))

    payment_methods.set_active(crowd.shop, crowd.scope(), Method.CARD_IN_APP, active=False)

    assert crowd.told(MIAMI, everything) == {
        Effect.CARDS_MANAGED: (1, "Miami"),
        Effect.FEE_ADDED: (4, "Miami"),
    }
    assert crowd.told(MIAMI, deciding(in_app)) == {}


def test_counting_costs_five_statements_at_most(crowd: Branches) -> None:
    everything = deciding(
        FLAT,
        ecommerce_on=True,
        preauthorization_on=True,
        salespeople_manage_cards=True,
        pay_on_confirmation_on=True,
    )
    before = crowd.board()
    after = before.deciding(None, everything)
    database = crowd.shop.database

    with database.read() as session, count_statements(database.engine) as counted:
        card_impact.impacts(session, crowd.company.id, before=before, after=after)

    assert len(counted) == 5
