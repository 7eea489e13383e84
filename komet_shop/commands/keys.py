"""`komet-shop keys …`: making the keys that the configuration asks for, and a new master key."""

import base64
import secrets
from collections import Counter

import click

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.services import master_key
from komet_shop.services.scope import Actor


@click.group()
def keys() -> None:
    """Keys of the installation."""


@keys.command()
def generate() -> None:
    """Print new keys as environment variables. Nothing is stored: keep them safe.

    Whoever loses the master key loses the gateway keys and saved cards that it seals.
    """
    master = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    click.echo(f"KOMET_SHOP_SECRET_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"KOMET_SHOP_MASTER_KEY={master}")


@keys.command()
def rotate() -> None:
    """Seal under a new master key what the old one sealed.

    Set KOMET_SHOP_MASTER_KEY to the new key and KOMET_SHOP_OLD_MASTER_KEY to the one from before,
    everywhere, before you run this. It may be interrupted: run it again.
    """
    resealed: Counter[str] = Counter()
    unreadable = 0
    with running_shop() as shop:
        try:
            for batch in master_key.exchange(shop, actor=Actor(label="command line")):
                resealed[batch.what] += batch.resealed
                unreadable += batch.unreadable
        except master_key.NoOldKey as error:
            raise Stop("Set KOMET_SHOP_OLD_MASTER_KEY to the key from before.") from error
    for what, count in resealed.items():
        click.echo(f"{what.replace('_', ' ')}: {count} sealed anew")
    if unreadable:
        raise click.ClickException(
            f"{unreadable} opened with neither key and were left: see seal_broken in the logs."
        )
    click.echo("Now take KOMET_SHOP_OLD_MASTER_KEY away everywhere, and restart.")


commands = (keys,)
