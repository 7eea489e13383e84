"""`komet-shop <plugin> …`: what an operator does for a location's integration."""

import click
from sqlalchemy.orm import Session

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.services import turning_off
from komet_shop.services.activation import OutOfTurn
from komet_shop.services.gateway_accounts import open_locations
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop

ACTOR = Actor(label="command line")


@click.command()
@click.argument("location")
def reactivate(location: str) -> None:
    """Let LOCATION (its code), which was turned off, begin anew with its application."""
    with running_shop() as shop:
        shop.database.run(lambda session: _reactivate(session, shop, location))
    click.echo(f"{location} may send its application form again.")


def _reactivate(session: Session, shop: Shop, code: str) -> None:
    known = {location.code: location for location in open_locations(session)}
    if code not in known:
        raise Stop(f"There is no location {code}. Known: {', '.join(known) or 'none'}.")
    try:
        turning_off.reactivate(session, shop, known[code], actor=ACTOR)
    except OutOfTurn as refusal:
        raise Stop(f"{code} was not turned off, so there is nothing to reactivate.") from refusal


plugin_commands = (reactivate,)
