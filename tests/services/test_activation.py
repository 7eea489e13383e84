"""From nothing to cards, and off again: each step in its turn, kept, audited and told."""

from dataclasses import replace
from datetime import date

import pytest
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import select, update

from komet_shop.domain.activation import Status
from komet_shop.models import (
    CardApplication,
    CardTerminal,
    GatewayAccount,
    LocationCardSettings,
    Outbox,
    SavedCard,
)
from komet_shop.services import activation, card_applications, turning_off
from komet_shop.services.activation import (
    ActivationRefused,
    NoSuchLocation,
    NotTested,
    OutOfTurn,
    WrongCurrency,
)
from komet_shop.services.gateways import NoAccount
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from komet_shop.services.turning_off import NotConfirmed, UnderWay
from tests.services.branch import APPLICATION, RATES, Branch
from tests.services.mishaps import part_approved
from tests.world import World

STEPS = {
    "enable": lambda branch: activation.enable(branch.shop, branch.scope, branch.code),
    "apply": Branch.apply,
    "agree": Branch.agree,
    "enter": Branch.enter,
    "activate": lambda branch: activation.activate(branch.shop, branch.scope, branch.code),
    "turn_off": lambda branch: turning_off.turn_off(
        branch.shop, branch.scope, branch.code, typed="CONFIRM"
    ),
}
ALLOWED = {
    Status.OFF: {"enable"},
    Status.REQUESTED: {"apply", "turn_off"},
    Status.RATES_PENDING: {"apply", "agree", "turn_off"},
    Status.KEYS_PENDING: {"agree", "enter", "turn_off"},
    Status.ACTIVE: {"agree", "enter", "turn_off"},
    Status.DISABLED: set(),
}


@pytest.fixture
def branch(shop: Shop, gateway: SandboxServer) -> Branch:
    """A location with nothing."""
    return Branch.build(shop, gateway)


def turn_off(branch: Branch, typed: str = "CONFIRM") -> None:
    turning_off.turn_off(branch.shop, branch.scope, branch.code, typed=typed)


def test_every_step_leads_to_the_next_and_is_told(branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)

    assert branch.status == "active"
    assert branch.told() == ["requested", "applied", "rates_agreed", "keys_entered", "active"]
    assert branch.audited() == [
        "cards_requested",
        "cards_applied",
        "cards_rates_agreed",
        "gateway_keys_set",
        "cards_switched_on",
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("status", "step"),
    [(status, step) for status in Status for step in STEPS if step not in ALLOWED[status]],
)
def test_no_step_can_be_taken_out_of_turn(branch: Branch, status: Status, step: str) -> None:
    if status is Status.DISABLED:
        branch.go_to(Status.REQUESTED)
        turn_off(branch)
    else:
        branch.go_to(status)

    with pytest.raises(ActivationRefused):
        STEPS[step](branch)

    assert branch.status == status


def test_a_company_in_another_currency_cannot_begin(shop: Shop, gateway: SandboxServer) -> None:
    branch = Branch.build(shop, gateway, currency="CAD")

    with pytest.raises(WrongCurrency, match="CAD"):
        activation.enable(shop, branch.scope, branch.code)

    assert branch.status == "off"


def test_a_location_of_others_is_as_if_it_were_not_there(branch: Branch) -> None:
    stranger = replace(branch.scope, location_ids=frozenset({branch.location_id + 1}))

    for code in (branch.code, "XXX"):
        with pytest.raises(NoSuchLocation):
            activation.enable(branch.shop, stranger, code)


def test_an_application_may_be_corrected_and_the_newest_counts(branch: Branch) -> None:
    branch.go_to(Status.RATES_PENDING)
    corrected = replace(APPLICATION, contact_phone="305 555 0199")

    card_applications.submit(branch.shop, branch.scope, branch.code, corrected)

    with branch.shop.database.read() as session:
        newest = card_applications.latest(session, branch.location_id)
        kept = session.scalars(select(CardApplication)).all()
    assert newest is not None
    assert (newest.contact_phone, len(kept)) == ("305 555 0199", 2)
    assert newest.submitted_by_id == branch.scope.actor.user_id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("address", "messages"),
    [
        ("", []),
        ("specialist@gateway.example", ["mail"]),
        ("http://127.0.0.1:9/applications", ["application"]),
    ],
)
def test_an_application_goes_where_the_operator_said(
    branch: Branch, address: str, messages: list[str]
) -> None:
    config = replace(branch.shop.config, applications_to=address)
    branch = replace(branch, shop=replace(branch.shop, config=config))
    branch.go_to(Status.RATES_PENDING)

    with branch.shop.database.read() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        row = card_applications.latest(session, branch.location_id)
        assert row is not None
        delivery = card_applications.delivery(session, row)
    sent = [one.kind for one in rows if one.payload.get("template") != "activation"]
    assert sent == messages
    assert (delivery is None) == (address == "")


def test_rates_are_kept_for_people_and_may_change_later(branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)

    activation.agree_rates(branch.shop, branch.scope, branch.code, replace(RATES, percent_bp=250))

    with branch.shop.database.read() as session:
        row = session.get_one(LocationCardSettings, branch.location_id)
    assert (row.rate_bp, row.status) == (250, "active")
    assert row.rates_agreed_at is not None
    assert row.rates_agreed_at.date() == date(2026, 11, 2)
    assert branch.told()[-1] == "active"


def test_keys_that_stopped_working_cannot_be_switched_on(branch: Branch) -> None:
    branch.go_to(Status.KEYS_PENDING)
    branch.enter()
    with branch.shop.database.write() as session:
        session.execute(update(GatewayAccount).values(tested_at=None))

    with pytest.raises(NotTested):
        activation.activate(branch.shop, branch.scope, branch.code)


def test_live_keys_that_came_with_a_copy_of_production_cannot_be_switched_on(
    branch: Branch,
) -> None:
    branch.go_to(Status.KEYS_PENDING)
    branch.enter()
    with branch.shop.database.write() as session:
        session.execute(update(GatewayAccount).values(environment="live"))

    with pytest.raises(NotTested):
        activation.activate(branch.shop, branch.scope, branch.code)


def test_turning_off_wipes_keys_and_keeps_everything_else(world: World) -> None:
    world.pay()
    world.keep_card()
    branch = branch_of(world)
    account = branch.account

    turn_off(branch)

    wiped = branch.account
    assert (wiped.id, wiped.settings_ciphertext, wiped.shown_settings) == (account.id, "", "{}")
    assert wiped.retired_at is not None
    assert world.only(SavedCard).state == "unusable"
    assert branch.status == "disabled_contact_support"
    assert len(world.payments()) == 1
    with pytest.raises(NoAccount):
        world.shop.gateways.connect(account.id)


def test_terminals_are_turned_off_with_their_location(world: World) -> None:
    branch = branch_of(world)
    with world.shop.database.write() as session:
        terminal = CardTerminal(
            public_id="ter_abcdefghijkm",
            company_id=world.scope.company_id,
            location_id=world.location_id,
            account_id=branch.account_in(session).id,
            name="Counter",
            serial="S1",
            created_at=world.shop.clock.now(),
        )
        session.add(terminal)

    turn_off(branch)

    assert not world.only(CardTerminal).active


def test_turning_off_needs_the_word(world: World) -> None:
    branch = branch_of(world)

    with pytest.raises(NotConfirmed):
        turn_off(branch, typed="confirm")

    assert branch.account.retired_at is None


def test_turning_off_waits_for_payments(world: World) -> None:
    part_approved(world)
    branch = branch_of(world)

    with pytest.raises(UnderWay):
        turn_off(branch)

    assert (branch.status, branch.account.retired_at) == ("active", None)


def test_only_the_operator_begins_anew_and_with_another_account(branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)
    old = branch.account
    turn_off(branch)

    with branch.shop.database.write() as session:
        place = activation.find(session, branch.scope, branch.code)
        turning_off.reactivate(session, branch.shop, place, actor=Actor(label="command line"))
    branch.apply()

    assert branch.status == "rates_pending"
    assert branch.account.id != old.id
    assert branch.account.settings_ciphertext == ""
    assert branch.told()[-2:] == ["reactivated", "applied"]


def test_what_was_not_turned_off_cannot_begin_anew(branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)

    with branch.shop.database.write() as session:
        place = activation.find(session, branch.scope, branch.code)
        with pytest.raises(OutOfTurn):
            turning_off.reactivate(session, branch.shop, place, actor=Actor(label="x"))

    assert branch.status == "active"


def branch_of(world: World) -> Branch:
    """The world's location, for whoever sets it up."""
    return Branch(
        shop=world.shop,
        gateway=world.gateway,
        scope=Scope(
            actor=Actor(label="admin"),
            company_id=world.scope.company_id,
            location_ids=world.scope.location_ids,
        ),
        location_id=world.location_id,
        code=world_code(world),
        admin="",
    )


def world_code(world: World) -> str:
    with world.shop.database.read() as session:
        return str(session.scalars(select(activation.Location.code)).one())
