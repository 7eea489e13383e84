"""What counts at a location: every level with every value, and who is named for it."""

import itertools

import pytest

from komet_shop.domain import card_settings
from komet_shop.domain.card_decisions import Decisions
from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import Effective, Fees, FeeType, Origin, Switch, Way

DECIDED = (None, True, False)
LEVELS = (*DECIDED, "no row")

SURCHARGE = Fees(
    type=FeeType.SURCHARGE,
    basis_points=300,
    channels=frozenset({Channel.ECOMMERCE, Channel.RECEIVABLES}),
    ways=frozenset({Way.IN_APP}),
    blocked_states=("CT", "MA"),
)
CONVENIENCE = Fees(
    type=FeeType.CONVENIENCE,
    flat_cents=250,
    channels=frozenset(Channel),
    ways=frozenset(Way),
)
FEES = (None, Fees(), SURCHARGE, CONVENIENCE)


def level(which: Switch, value: bool | str | None) -> Decisions | None:
    if isinstance(value, str):
        return None
    return Decisions.deciding({which: value}, None)


@pytest.mark.parametrize("which", Switch)
@pytest.mark.parametrize(("company", "location"), list(itertools.product(LEVELS, LEVELS)))
def test_the_nearest_level_that_decided_counts(
    which: Switch, company: bool | str | None, location: bool | str | None
) -> None:
    found = card_settings.switch(
        which, company=level(which, company), location=level(which, location)
    )

    if isinstance(location, bool):
        assert found == Effective(value=location, origin=Origin.LOCATION)
    elif isinstance(company, bool):
        assert found == Effective(value=company, origin=Origin.COMPANY)
    else:
        assert found == Effective(value=False, origin=Origin.DEFAULT)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(Switch, 2)))
def test_a_switch_says_nothing_about_another(one: Switch, other: Switch) -> None:
    decided = Decisions.deciding({one: True}, None)

    found = card_settings.switch(other, company=decided, location=decided)

    assert found == Effective(value=False, origin=Origin.DEFAULT)


@pytest.mark.parametrize(("company", "location"), list(itertools.product(FEES, FEES)))
def test_a_fee_is_decided_as_a_whole(company: Fees | None, location: Fees | None) -> None:
    found = card_settings.fees(
        company=Decisions.deciding({}, company), location=Decisions.deciding({}, location)
    )

    if location is not None:
        assert found == Effective(value=location, origin=Origin.LOCATION)
    elif company is not None:
        assert found == Effective(value=company, origin=Origin.COMPANY)
    else:
        assert found == Effective(value=Fees(), origin=Origin.DEFAULT)


@pytest.mark.parametrize("fees", FEES)
def test_decisions_are_the_same_after_they_were_kept(fees: Fees | None) -> None:
    decided = Decisions.deciding({Switch.ECOMMERCE: True, Switch.SALESPEOPLE: None}, fees)

    kept = Decisions(**decided.columns())

    assert Decisions.of(kept) == decided


def test_of_a_fee_only_what_belongs_to_its_type_is_kept() -> None:
    both = Fees(
        type=FeeType.CONVENIENCE,
        flat_cents=250,
        basis_points=300,
        channels=frozenset({Channel.ECOMMERCE}),
        ways=frozenset({Way.IN_APP}),
        blocked_states=("CT",),
    )

    columns = Decisions.deciding({}, both).columns()

    assert (columns["fee_cents"], columns["fee_bp"], columns["fee_blocked_states"]) == (250, 0, "")


def test_left_overs_of_a_fee_that_was_given_up_decide_nothing() -> None:
    row = Decisions(ecommerce_on=True, fee_type=None, fee_cents=250, fee_channels="ecommerce")

    assert Decisions.of(row) == Decisions(ecommerce_on=True)
    assert Decisions.of(None) == Decisions()
