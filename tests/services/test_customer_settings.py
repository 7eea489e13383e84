"""Changing a customer's card rule, fees and credit: rights to refuse, old tabs, the audit log."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from komet_shop.domain.card_rules import CardRule
from komet_shop.models import Audit, Customer
from komet_shop.services import customer_settings
from komet_shop.services.customer_settings import (
    ChangedMeanwhile,
    CreditDecision,
    LimitBelowZero,
    NoSuchCustomer,
    Others,
    RequireNeedsDollars,
    Settings,
    Wanted,
)
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests.at_once import at_once
from tests.services.florist import Florist

REQUIRED = Wanted(rule=CardRule.REQUIRED)


@pytest.fixture
def florist(shop: Shop) -> Florist:
    """A customer; its scope serves as that of a sales person with own customers."""
    made: Florist = Florist.build(shop, credit_limit_cents=150_000)
    return made


def customer(florist: Florist) -> Customer:
    with florist.shop.database.read() as session:
        return session.get_one(Customer, florist.customer_id)


def settings(florist: Florist) -> Settings:
    return Settings.of(customer(florist))


def save(florist: Florist, wanted: Wanted, drawn: str = "", scope: Scope | None = None) -> None:
    customer_settings.save(
        florist.shop,
        scope or florist.scope,
        customer(florist).public_id,
        wanted,
        drawn=drawn or settings(florist).digest,
    )


def change(florist: Florist, **values: Any) -> None:
    with florist.shop.database.write() as session:
        session.execute(update(Customer).values(**values))


def decided(limit_cents: int | None = None, hold: bool = False) -> Wanted:
    credit = CreditDecision(limit_cents=limit_cents, hold=hold)
    return Wanted(others=Others(pays_on_confirmation=False, fee_exempt=False, credit=credit))


def entries(florist: Florist) -> list[Audit]:
    with florist.shop.database.read() as session:
        chosen = select(Audit).where(Audit.action == customer_settings.CHANGED)
        return list(session.scalars(chosen.order_by(Audit.id)))


def test_a_change_is_saved_and_told_with_before_and_after(florist: Florist) -> None:
    save(florist, REQUIRED)

    (entry,) = entries(florist)
    assert customer(florist).card_rule == "required"
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["card_rule"], entry.after["card_rule"]) == ("optional", "required")
    assert (entry.actor, entry.object_id) == ("florist", florist.customer_id)


def test_a_part_that_somebody_may_not_change_stays(florist: Florist) -> None:
    change(florist, fee_exempt=True, card_rule="restricted")

    save(florist, decided(limit_cents=500))

    assert customer(florist).card_rule == "restricted"
    assert customer(florist).fee_exempt is False


def test_what_is_as_it_was_leaves_no_trace(florist: Florist) -> None:
    save(florist, Wanted(rule=CardRule.OPTIONAL))

    assert entries(florist) == []


@pytest.mark.parametrize("limit_cents", [None, 0, 99_900])
@pytest.mark.parametrize("hold", [True, False])
def test_limit_and_hold_are_decided_here_and_given_back(
    florist: Florist, limit_cents: int | None, hold: bool
) -> None:
    change(florist, komet_credit_limit_cents=150_000, komet_credit_hold=True)

    save(florist, decided(limit_cents=limit_cents, hold=hold))
    here = customer(florist)
    as_in_komet = Others(pays_on_confirmation=False, fee_exempt=False, credit=None)
    save(florist, Wanted(others=as_in_komet))
    back = customer(florist)

    assert (here.credit_decided_here, here.credit_limit_cents) == (True, limit_cents)
    assert here.credit_hold is hold
    assert (back.credit_decided_here, back.credit_limit_cents) == (False, 150_000)
    assert back.credit_hold is True


def test_a_limit_is_never_below_zero(florist: Florist) -> None:
    with pytest.raises(LimitBelowZero):
        save(florist, decided(limit_cents=-1))

    assert entries(florist) == []


def test_a_card_is_not_required_of_who_pays_in_another_currency(florist: Florist) -> None:
    change(florist, currency="CAD")

    with pytest.raises(RequireNeedsDollars, match="CAD"):
        save(florist, REQUIRED)


def test_one_that_is_required_already_may_be_saved_with_other_changes(florist: Florist) -> None:
    change(florist, currency="CAD", card_rule="required")

    save(florist, decided(limit_cents=0))

    assert customer(florist).credit_limit_cents == 0


def test_an_old_tab_is_told_who_changed_what(florist: Florist) -> None:
    old = settings(florist).digest
    save(florist, decided(limit_cents=700))
    save(florist, Wanted(rule=CardRule.RESTRICTED))

    with pytest.raises(ChangedMeanwhile) as refused:
        save(florist, REQUIRED, drawn=old)

    newest, older = refused.value.changes
    assert newest.who == "florist"
    assert newest.fields == {"card_rule": ("optional", "restricted")}
    assert older.fields["credit_limit_cents"] == (None, 700)
    assert customer(florist).card_rule == "restricted"


def test_a_pull_of_a_limit_is_no_change_of_somebody(florist: Florist) -> None:
    drawn = settings(florist).digest
    change(florist, credit_limit_cents=1, credit_hold=True)

    save(florist, REQUIRED, drawn=drawn)

    assert customer(florist).card_rule == "required"


def test_of_two_at_once_one_wins(florist: Florist) -> None:
    drawn = settings(florist).digest
    wanted = [REQUIRED, Wanted(rule=CardRule.RESTRICTED)] * 4

    answers = at_once([partial(save, florist, one, drawn) for one in wanted])

    assert answers.count(None) == 1
    assert {type(answer) for answer in answers if answer is not None} == {ChangedMeanwhile}
    assert len(entries(florist)) == 1


@pytest.mark.parametrize(
    "foreign",
    [{"company_id": 99, "customer_ids": None}, {"customer_ids": frozenset({0})}],
    ids=["of another company", "not looked after"],
)
def test_a_foreign_customer_looks_as_if_it_were_not_there(
    florist: Florist, foreign: dict[str, Any]
) -> None:
    given = {"company_id": florist.company_id, "location_ids": frozenset({florist.location_id})}
    scope = Scope(**{"actor": Actor(label="nosy"), **given, **foreign})

    with pytest.raises(NoSuchCustomer):
        save(florist, REQUIRED, scope=scope)
