"""`komet-shop account …`: a location's account at the card gateway, from the command line."""

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.domain.activation import Status
from komet_shop.models import GatewayAccount, Location, LocationCardSettings
from komet_shop.plugin_api import Plugin, Setting
from komet_shop.services import gateway_keys
from komet_shop.services.gateway_accounts import Desk, open_locations
from komet_shop.services.gateway_keys import ChangedMeanwhile, PaymentsUnderWay
from komet_shop.services.key_checks import (
    LIVE,
    TEST,
    Crowded,
    Given,
    KeyMissing,
    KeysDoNotWork,
    KeysRefused,
    KeyTaken,
    Unanswered,
    WrongEnvironment,
)
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop

ACTOR = Actor(label="command line")


@click.group()
def account() -> None:
    """Accounts at the card gateway."""


@account.command()
@click.argument("location")
@click.option("--live", is_flag=True, help="Keys of the real gateway; without it, of its test one.")
@click.option("--keys-stdin", is_flag=True, help="Read NAME=VALUE lines from standard input.")
def enter(location: str, *, live: bool, keys_stdin: bool) -> None:
    """Enter the keys of LOCATION (its code), test them, and take cards there from now on."""
    with running_shop() as shop:
        plugin = shop.gateways.plugin
        keys = _keys_from_stdin() if keys_stdin else _keys_from_person(plugin)
        given = Given(environment=LIVE if live else TEST, keys=keys)
        _enter(shop, location, given)
        shop.database.run(lambda session: _switch_on(session, shop, location))
    click.echo(f"{location} takes cards now.")


@account.command(name="list")
def show() -> None:
    """Every location with its account, keys by their last four characters."""
    with running_shop() as shop, shop.database.read() as session:
        rows = session.execute(
            select(Location.code, GatewayAccount.environment, GatewayAccount.shown_settings)
            .outerjoin(
                GatewayAccount,
                (GatewayAccount.location_id == Location.id) & GatewayAccount.retired_at.is_(None),
            )
            .where(Location.active)
            .order_by(Location.code)
        ).all()
    for code, environment, shown in rows:
        click.echo(f"{code}\t{environment or 'no account'}\t{shown or ''}")


def _keys_from_person(plugin: Plugin) -> dict[str, str]:
    return {setting.name: _ask(setting) for setting in plugin.settings}


def _ask(setting: Setting) -> str:
    return str(click.prompt(setting.label, hide_input=setting.secret)).strip()


def _keys_from_stdin() -> dict[str, str]:
    pairs = (line.strip().partition("=") for line in sys.stdin if "=" in line)
    return {name: value for name, _, value in pairs}


def _location(session: Session, code: str) -> Location:
    for location in open_locations(session):
        if location.code == code:
            return location
    known = ", ".join(location.code for location in open_locations(session))
    raise Stop(f"There is no location {code}. Known: {known or 'none; run komet-shop sync'}.")


def _desk(session: Session, shop: Shop) -> Desk:
    plugin = shop.gateways.plugin
    return Desk(session=session, plugin=plugin, actor=ACTOR, now=shop.clock.now())


def _enter(shop: Shop, code: str, given: Given) -> None:
    """One harmless real call first; keys that fail are not kept."""
    account_id = shop.database.run(lambda session: _account_id(session, shop, code, given))
    try:
        gateway_keys.enter(shop, account_id, given, actor=ACTOR)
    except KeysRefused as refusal:
        raise Stop(_why_not(refusal, given)) from refusal


def _account_id(session: Session, shop: Shop, code: str, given: Given) -> int:
    location = _location(session, code)
    settings = session.get(LocationCardSettings, location.id)
    if settings is not None and settings.status == Status.DISABLED:
        plugin = shop.gateways.plugin.name
        raise Stop(f"{code} was turned off. First: komet-shop {plugin} reactivate {code}")
    return _desk(session, shop).ensure_account(location, environment=given.environment).id


def _why_not(refusal: KeysRefused, given: Given) -> str:
    reasons = {
        KeyMissing: f"{refusal} is missing.",
        KeyTaken: f"{refusal} belongs to another location or terminal already.",
        WrongEnvironment: f"Keys of the {given.environment} gateway are for another installation: "
        "live ones belong to production only.",
        KeysDoNotWork: f"The keys do not work: {refusal}",
        Unanswered: f"The gateway did not answer within {refusal} seconds.",
        Crowded: "Too many calls to the gateway are under way.",
        PaymentsUnderWay: "A payment is not settled yet at the gateway that these keys replace.",
        ChangedMeanwhile: "Somebody else changed the account in the same moment.",
    }
    return f"{reasons[type(refusal)]} Nothing was kept."


def _switch_on(session: Session, shop: Shop, code: str) -> None:
    _desk(session, shop).switch_on(_location(session, code))


commands = (account,)
