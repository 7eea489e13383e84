"""`komet-shop account …`: a location's account at the card gateway, from the command line."""

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.models import GatewayAccount, Location
from komet_shop.plugin_api import Plugin, ProvesHealth, Setting
from komet_shop.services.gateway_accounts import Desk, KeysMissing, open_locations
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
        environment = "live" if live else "test"
        account_id = shop.database.run(
            lambda session: _enter(session, shop, location, keys, environment)
        )
        _prove(shop, account_id)
        shop.database.run(lambda session: _switch_on(session, shop, location))
    click.echo(f"{location} takes cards now.")


@account.command(name="list")
def show() -> None:
    """Every location with its account, keys by their last four characters."""
    with running_shop() as shop, shop.database.read() as session:
        rows = session.execute(
            select(Location.code, GatewayAccount.environment, GatewayAccount.shown_settings)
            .outerjoin(GatewayAccount, GatewayAccount.location_id == Location.id)
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
    now = shop.clock.now()
    plugin = shop.gateways.plugin
    return Desk(session=session, box=shop.box, plugin=plugin, actor=ACTOR, now=now)


def _enter(session: Session, shop: Shop, code: str, keys: dict[str, str], environment: str) -> int:
    location = _location(session, code)
    desk = _desk(session, shop)
    try:
        desk.enter_keys(location, keys, environment=environment)
    except KeysMissing as error:
        raise Stop(str(error)) from error
    return desk.ensure_account(location).id


def _prove(shop: Shop, account_id: int) -> None:
    """One harmless real call; the account stays switched off when it fails."""
    connection = shop.gateways.connect(account_id)
    health = connection.check() if isinstance(connection, ProvesHealth) else None
    if health is not None and not health.ok:
        raise Stop(f"The keys are kept, but do not work: {health.message}")


def _switch_on(session: Session, shop: Shop, code: str) -> None:
    _desk(session, shop).switch_on(_location(session, code))


commands = (account,)
