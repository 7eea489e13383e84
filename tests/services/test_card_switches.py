"""Saving card settings: whole or not at all, from a page that is up to date, told with origins."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import delete

from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import Effective, Fees, FeeType, Origin, Switch, Way
from komet_shop.models import LocationCardSettings
from komet_shop.services import card_board, card_switches
from komet_shop.services.card_board import NoSuchLocation
from komet_shop.services.card_switches import Change, ChangedMeanwhile
from komet_shop.services.shop import Shop
from tests.at_once import at_once
from tests.services.branches import MIAMI, QUITO, Branches, deciding
from tests.statements import count_statements

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on the database is tried on one."""
SURCHARGE = Fees(
    type=FeeType.SURCHARGE,
    basis_points=300,
    channels=frozenset({Channel.ECOMMERCE}),
    ways=frozenset({Way.IN_APP}),
    blocked_states=("CT", "MA", "PR"),
)


@pytest.fixture
def branches(open_shop_at: Callable[[str], Shop]) -> Branches:
    """Nobody needs a gateway here."""
    return Branches.build(open_shop_at("http://127.0.0.1:9"))


def test_what_the_company_decides_counts_at_every_location(branches: Branches) -> None:
    branches.save(None, deciding(SURCHARGE, ecommerce_on=True))

    board = branches.board()
    assert board.switch(Switch.ECOMMERCE, MIAMI) == Effective(value=True, origin=Origin.COMPANY)
    assert board.fees(QUITO) == Effective(value=SURCHARGE, origin=Origin.COMPANY)


def test_a_location_may_decide_otherwise_and_come_back(branches: Branches) -> None:
    branches.save(None, deciding(SURCHARGE, ecommerce_on=True))
    branches.save(MIAMI, deciding(Fees(), ecommerce_on=False))
    own = branches.board()
    branches.save(MIAMI, deciding())

    board = branches.board()
    assert own.switch(Switch.ECOMMERCE, MIAMI) == Effective(value=False, origin=Origin.LOCATION)
    assert own.fees(MIAMI) == Effective(value=Fees(), origin=Origin.LOCATION)
    assert own.fees(QUITO).origin is Origin.COMPANY
    assert board.fees(MIAMI) == Effective(value=SURCHARGE, origin=Origin.COMPANY)
    assert board.switch(Switch.ECOMMERCE, MIAMI).value


def test_the_audit_log_tells_what_counted_and_who_decided_it(branches: Branches) -> None:
    branches.save(None, deciding(ecommerce_on=True))
    branches.save(MIAMI, deciding(SURCHARGE, ecommerce_on=True))

    first, second = branches.entries()
    assert (first.action, first.object_type, first.object_id) == (
        "card_settings_changed",
        "company",
        branches.company.id,
    )
    assert first.before == {"ecommerce_on": False, "ecommerce_on_by": "default"}
    assert first.after == {"ecommerce_on": True, "ecommerce_on_by": "company"}
    assert (second.object_type, second.location_id) == ("location", branches.places[MIAMI].id)
    assert second.before == {
        "ecommerce_on_by": "company",
        "fee_type": "none",
        "fee_bp": 0,
        "fee_channels": "",
        "fee_ways": "",
        "fee_blocked_states": "",
        "fee_by": "default",
    }
    assert second.after == {
        "ecommerce_on_by": "location",
        "fee_type": "surcharge",
        "fee_bp": 300,
        "fee_channels": "ecommerce",
        "fee_ways": "in_app",
        "fee_blocked_states": "CT,MA,PR",
        "fee_by": "location",
    }


def test_an_activation_keeps_its_status_and_a_new_location_starts_off(branches: Branches) -> None:
    branches.stop(QUITO, "rates_pending")
    with branches.shop.database.write() as session:
        session.execute(
            delete(LocationCardSettings).where(
                LocationCardSettings.location_id == branches.places[MIAMI].id
            )
        )

    for code in (MIAMI, QUITO):
        branches.save(code, deciding(ecommerce_on=True))

    assert branches.location_row(MIAMI).status == "off"
    assert branches.location_row(QUITO).status == "rates_pending"


@SQLITE
def test_the_same_again_writes_nothing(branches: Branches) -> None:
    branches.save(MIAMI, deciding())

    assert branches.entries() == []


@SQLITE
@pytest.mark.parametrize("level", [None, MIAMI])
@pytest.mark.parametrize("changed", [None, MIAMI])
def test_a_page_that_is_out_of_date_changes_nothing(
    branches: Branches, level: str | None, changed: str | None
) -> None:
    drawn = branches.board().version(level)
    branches.save(changed, deciding(preauthorization_on=True))

    with pytest.raises(ChangedMeanwhile):
        branches.save(level, deciding(ecommerce_on=True), drawn=drawn)

    assert len(branches.entries()) == 1


@SQLITE
def test_a_location_that_became_active_meanwhile_makes_the_page_old(branches: Branches) -> None:
    branches.stop(MIAMI)
    drawn = branches.board().version(MIAMI)
    branches.stop(MIAMI, "active")

    with pytest.raises(ChangedMeanwhile):
        branches.save(MIAMI, deciding(ecommerce_on=True), drawn=drawn)


@SQLITE
def test_what_happens_at_another_location_does_not_matter(branches: Branches) -> None:
    drawn = branches.board().version(MIAMI)
    branches.save(QUITO, deciding(ecommerce_on=True))

    branches.save(MIAMI, deciding(ecommerce_on=False), drawn=drawn)

    assert branches.location_row(MIAMI).ecommerce_on is False


@SQLITE
@pytest.mark.parametrize("code", [QUITO, "NOWHERE"])
def test_a_foreign_location_is_not_there(branches: Branches, code: str) -> None:
    change = Change(level=code, decisions=deciding(ecommerce_on=True), drawn="")

    with pytest.raises(NoSuchLocation):
        card_switches.save(branches.shop, branches.scope(MIAMI), change)

    assert branches.entries() == []


@pytest.mark.parametrize("level", [None, MIAMI])
def test_of_many_who_save_at_once_one_does(branches: Branches, level: str | None) -> None:
    drawn = branches.board().version(level)
    fees = [Fees(type=FeeType.CONVENIENCE, flat_cents=cents) for cents in range(8)]
    jobs = [partial(branches.save, level, deciding(one), drawn) for one in fees]

    answers = at_once(jobs)

    assert sorted(type(one).__name__ for one in answers) == ["ChangedMeanwhile"] * 7 + ["NoneType"]
    assert len(branches.entries()) == 1


def test_reading_costs_two_statements_however_many_locations(branches: Branches) -> None:
    scope, database = branches.scope(), branches.shop.database

    with database.read() as session, count_statements(database.engine) as counted:
        board = card_board.read(session, scope)

    assert [place.name for place in board.places] == ["Miami", "Quito"]
    assert len(counted) == 2
