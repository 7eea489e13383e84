"""`komet-shop keys …`: making the keys that the configuration asks for."""

import base64
import secrets

import click


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


commands = (keys,)
