"""Terminals: added once each, keys of their own, and what stays of those that were used."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import requests
from komet_clearent.plugin import plugin as clearent
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

from komet_shop.domain import identifiers
from komet_shop.models import CardTerminal, GatewayAccount, Operation
from komet_shop.plugin_api import Deadlines
from komet_shop.services import card_terminals, terminal_changes
from komet_shop.services.card_terminals import (
    EnvironmentFixed,
    LocationTurnedOff,
    NoSuchLocation,
    NoSuchTerminal,
    SerialTaken,
    Terminal,
)
from komet_shop.services.gateways import seal_purpose
from komet_shop.services.key_checks import (
    Given,
    KeyMissing,
    KeysDoNotWork,
    Unanswered,
    WrongEnvironment,
)
from komet_shop.services.scope import Scope
from komet_shop.services.secret_box import SealBroken
from komet_shop.services.shop import Shop
from komet_shop.services.terminal_changes import New
from tests import factories
from tests.at_once import at_once
from tests.services.branches import MIAMI, QUITO, Branches
from tests.world import TIMEOUT

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SETTINGS = [one.name for one in clearent.settings if one.scope == "account"]
NO_KEYS = Given(environment="test", keys={})
Keys = Callable[..., Given]


@pytest.fixture
def gateway() -> Iterator[SandboxServer]:
    """A gateway with two terminals."""
    with SandboxServer(Options(labels=("FRONT", "BACK"))) as server:
        yield server


@pytest.fixture
def branches(shop: Shop) -> Branches:
    """Miami and Quito."""
    return Branches.build(shop)


@pytest.fixture
def keys(gateway: SandboxServer) -> Keys:
    """`keys(1, environment="live")`: the second set that works, and whose it is said to be."""

    def of(number: int = 0, environment: str = "test", **other: str) -> Given:
        shown = {name: gateway.accounts[number][name] for name in SETTINGS}
        return Given(environment=environment, keys={**shown, **other})

    return of


def in_production(branches: Branches) -> Branches:
    config = replace(branches.shop.config, env="production")
    return replace(branches, shop=replace(branches.shop, config=config))


def add(branches: Branches, **values: Any) -> str:
    given = {"location": MIAMI, "name": "Front counter", "serial": "PX-1", "keys": NO_KEYS}
    return terminal_changes.add(branches.shop, branches.scope(), New(**{**given, **values}))


def read(branches: Branches, terminal: str, scope: Scope | None = None) -> Terminal:
    with branches.shop.database.read() as session:
        return card_terminals.read(session, scope or branches.scope(), terminal)


def row(branches: Branches, terminal: str) -> tuple[CardTerminal, GatewayAccount]:
    """Also of a terminal that was deleted."""
    with branches.shop.database.read() as session:
        found = session.query(CardTerminal).filter_by(public_id=terminal).one()
        return found, session.get_one(GatewayAccount, found.account_id)


def change(branches: Branches, terminal: str, given: Given = NO_KEYS, name: str = "Front") -> None:
    terminal_changes.change(branches.shop, branches.scope(), terminal, name=name, keys=given)


def use(branches: Branches, terminal: str) -> None:
    """Let it have tried to take a payment."""
    _, account = row(branches, terminal)
    now = branches.shop.clock.now()
    with branches.shop.database.write() as session:
        session.add(
            Operation(
                public_id=identifiers.public_id("op"),
                company_id=account.company_id,
                location_id=account.location_id,
                account_id=account.id,
                kind="sale",
                state="declined",
                action_key=identifiers.action_key(),
                request_hash="0" * 64,
                gateway_ref=identifiers.gateway_reference(),
                amount_cents=100,
                currency="USD",
                created_at=now,
                sent_at=now,
            )
        )


def actions(branches: Branches) -> list[str]:
    return [entry.action for entry in branches.entries()]


def test_a_terminal_has_an_account_of_its_own_and_no_keys_at_first(branches: Branches) -> None:
    found = read(branches, add(branches, name=" Front counter ", serial=" px-1 "))

    assert (found.row.name, found.row.serial, found.row.active) == ("Front counter", "PX-1", True)
    assert (found.account.kind, found.account.location_id) == ("device", found.location.id)
    assert not found.has_keys
    assert actions(branches) == ["terminal_added"]


def test_keys_are_sealed_for_the_device_and_shown_by_their_last_four(
    branches: Branches, keys: Keys
) -> None:
    found = read(branches, add(branches, keys=keys()))

    sealed = found.account.settings_ciphertext
    opened = branches.shop.box.open(sealed, purpose=seal_purpose(found.account))
    assert json.loads(opened) == keys().keys
    assert found.shown_keys == {name: value[-4:] for name, value in keys().keys.items()}
    assert not any(value in sealed for value in keys().keys.values())
    assert found.account.tested_at is not None


@pytest.mark.parametrize(
    ("other", "environment", "refusal"),
    [
        ({"api_key": "sandbox-0000"}, "test", KeysDoNotWork),
        ({"public_key": "30"}, "test", KeysDoNotWork),
        ({}, "live", WrongEnvironment),
    ],
)
def test_keys_that_do_not_work_are_not_kept(
    branches: Branches,
    keys: Keys,
    other: dict[str, str],
    environment: str,
    refusal: type[Exception],
) -> None:
    terminal = add(branches, keys=keys())
    bad = keys(1, environment, **other)

    with pytest.raises(refusal):
        add(branches, serial="PX-2", keys=bad)
    with pytest.raises(refusal):
        change(branches, terminal, bad, name="Renamed")

    found = read(branches, terminal)
    opened = branches.shop.box.open(
        found.account.settings_ciphertext, purpose=seal_purpose(found.account)
    )
    assert json.loads(opened) == keys().keys
    assert found.row.name == "Front counter"
    assert actions(branches) == ["terminal_added"]


def test_a_gateway_that_hangs_leaves_the_terminal_as_it_was(
    branches: Branches, keys: Keys, gateway: SandboxServer
) -> None:
    config = replace(branches.shop.config, deadlines=Deadlines(connect=1.0, total=0.2))
    hurried = replace(branches, shop=replace(branches.shop, config=config))
    fault = {"fault": "silence_before_booking", "times": 100}
    requests.post(f"{gateway.url}/_control/faults", json=fault, timeout=TIMEOUT).raise_for_status()

    with pytest.raises(Unanswered, match=r"0\.2"):
        add(hurried, keys=keys())

    assert actions(branches) == []


@SQLITE
def test_the_gateway_is_asked_only_where_keys_may_be_kept(
    open_shop_at: Callable[[str], Shop], keys: Keys
) -> None:
    branches = Branches.build(open_shop_at("http://127.0.0.1:9"))
    terminal = add(branches)
    foreign = branches.scope(QUITO)

    with pytest.raises(SerialTaken):
        add(branches, keys=keys())
    with pytest.raises(NoSuchTerminal):
        terminal_changes.change(branches.shop, foreign, terminal, name="Mine", keys=keys())
    new = New(location=MIAMI, name="Mine", serial="PX-9", keys=keys())
    with pytest.raises(NoSuchLocation):
        terminal_changes.add(branches.shop, foreign, new)
    with pytest.raises(KeysDoNotWork):
        add(branches, serial="PX-2", keys=keys())


@SQLITE
def test_the_audit_log_holds_no_key(branches: Branches, keys: Keys) -> None:
    terminal = add(branches, keys=keys())
    change(branches, terminal, keys(1))

    told = str([(entry.before, entry.after) for entry in branches.entries()])
    assert all(value[-4:] in told for value in keys(1).keys.values())
    assert not any(value in told for value in keys(1).keys.values())


@SQLITE
def test_a_ciphertext_copied_to_another_terminal_fails(branches: Branches, keys: Keys) -> None:
    first = read(branches, add(branches, keys=keys()))
    second = read(branches, add(branches, serial="PX-2"))

    with pytest.raises(SealBroken):
        branches.shop.box.open(
            first.account.settings_ciphertext, purpose=seal_purpose(second.account)
        )


@SQLITE
def test_new_keys_take_the_place_of_the_old_ones(branches: Branches, keys: Keys) -> None:
    terminal = add(branches, keys=keys())
    change(branches, terminal, keys(1), name="Back")

    found = read(branches, terminal)
    opened = branches.shop.box.open(
        found.account.settings_ciphertext, purpose=seal_purpose(found.account)
    )
    assert json.loads(opened) == keys(1).keys
    assert (found.account.revision, found.row.name) == (2, "Back")
    assert actions(branches) == ["terminal_added", "terminal_renamed", "terminal_keys_entered"]


@SQLITE
def test_empty_fields_leave_the_keys_alone(branches: Branches, keys: Keys) -> None:
    terminal = add(branches, keys=keys())
    before = read(branches, terminal).account.settings_ciphertext

    change(branches, terminal, Given(environment="test", keys=dict.fromkeys(SETTINGS, " ")))

    assert read(branches, terminal).account.settings_ciphertext == before


@SQLITE
def test_keys_are_entered_all_or_none(branches: Branches) -> None:
    half = Given(environment="test", keys={SETTINGS[0]: "only-this-one"})

    with pytest.raises(KeyMissing):
        add(branches, keys=half)

    assert actions(branches) == []


@pytest.mark.parametrize("serial", ["PX-1", "px-1", " p x-1"])
@pytest.mark.parametrize("place", [MIAMI, QUITO])
def test_a_device_is_added_once_in_the_company(branches: Branches, serial: str, place: str) -> None:
    add(branches)

    with pytest.raises(SerialTaken):
        add(branches, serial=serial, location=place)

    assert actions(branches) == ["terminal_added"]


def test_of_many_who_add_the_same_device_at_once_one_does(branches: Branches) -> None:
    answers = at_once([partial(add, branches)] * 6)

    refused = [one for one in answers if not isinstance(one, str)]
    assert {type(one) for one in refused} == {SerialTaken}
    assert len(refused) == 5


def test_a_deleted_device_can_be_added_again(branches: Branches, keys: Keys) -> None:
    first = add(branches, keys=keys())
    terminal_changes.delete(branches.shop, branches.scope(), first)

    second = add(branches)

    assert read(branches, second).row.serial == "PX-1"
    assert row(branches, first)[0].deleted_at is not None
    with pytest.raises(NoSuchTerminal):
        read(branches, first)


@pytest.mark.parametrize("was_used", [True, False])
def test_a_deleted_terminal_keeps_its_keys_for_refunds_only(
    branches: Branches, was_used: bool, keys: Keys
) -> None:
    terminal = add(branches, keys=keys())
    if was_used:
        use(branches, terminal)

    terminal_changes.delete(branches.shop, branches.scope(), terminal)

    kept, account = row(branches, terminal)
    assert (kept.active, account.retired_at is None) == (False, False)
    assert bool(account.settings_ciphertext) is was_used
    assert branches.entries()[-1].after == {"keys_kept": was_used}


@SQLITE
def test_it_is_deactivated_and_activated_once_each(branches: Branches) -> None:
    terminal = add(branches)
    switch = partial(terminal_changes.set_active, branches.shop, branches.scope(), terminal)

    changed = [switch(active=active) for active in (False, False, True, True)]

    assert changed == [True, False, True, False]
    assert actions(branches)[1:] == ["terminal_deactivated", "terminal_activated"]


@SQLITE
def test_a_used_terminal_stays_with_its_environment(branches: Branches, keys: Keys) -> None:
    production = in_production(branches)
    terminal = add(production, keys=keys())
    change(production, terminal, keys(environment="live"))
    use(branches, terminal)

    with pytest.raises(EnvironmentFixed):
        change(production, terminal, keys(environment="test"), name="Renamed")

    assert read(branches, terminal).row.name == "Front"
    assert read(branches, terminal).account.environment == "live"


@SQLITE
def test_a_location_that_was_turned_off_takes_no_keys(branches: Branches, keys: Keys) -> None:
    terminal = add(branches)
    branches.stop(MIAMI, "disabled_contact_support")

    with pytest.raises(LocationTurnedOff):
        change(branches, terminal, keys())
    with pytest.raises(LocationTurnedOff):
        add(branches, serial="PX-2", keys=keys())

    assert not read(branches, terminal).has_keys


@SQLITE
def test_keys_bring_back_an_account_that_was_retired_with_its_location(
    branches: Branches, keys: Keys
) -> None:
    terminal = add(branches)
    with branches.shop.database.write() as session:
        account = session.get_one(GatewayAccount, row(branches, terminal)[1].id)
        account.retired_at = factories.NOW

    change(branches, terminal, keys())

    assert read(branches, terminal).account.retired_at is None


@SQLITE
def test_terminals_of_other_locations_are_not_there(branches: Branches) -> None:
    terminal = add(branches)
    foreign = branches.scope(QUITO)

    with pytest.raises(NoSuchTerminal):
        read(branches, terminal, foreign)
    with pytest.raises(NoSuchTerminal):
        terminal_changes.delete(branches.shop, foreign, terminal)
    with pytest.raises(NoSuchTerminal):
        terminal_changes.set_active(branches.shop, foreign, terminal, active=False)
    with pytest.raises(NoSuchTerminal):
        terminal_changes.change(branches.shop, foreign, terminal, name="Mine", keys=NO_KEYS)
    new = New(location=MIAMI, name="Mine", serial="PX-9", keys=NO_KEYS)
    with pytest.raises(NoSuchLocation):
        terminal_changes.add(branches.shop, foreign, new)
    assert actions(branches) == ["terminal_added"]


def test_long_lists_have_pages(branches: Branches) -> None:
    for number in range(card_terminals.PAGE + 2):
        add(branches, serial=f"PX-{number}", location=(MIAMI, QUITO)[number % 2])

    with branches.shop.database.read() as session:
        first, place = card_terminals.page(session, branches.scope())
        second, end = card_terminals.page(session, branches.scope(), place)
        own, _ = card_terminals.page(session, branches.scope(QUITO))

    found = [one.location.name for one in first + second]
    assert (len(first), len(second), end) == (card_terminals.PAGE, 2, None)
    assert found == sorted(found)
    assert len({one.row.id for one in first + second}) == card_terminals.PAGE + 2
    assert {one.location.code for one in own} == {QUITO}
