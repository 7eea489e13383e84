"""What commands share: the configuration, the shop, and one clear line when something is wrong."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from komet_shop.app import open_shop
from komet_shop.config import Config, ConfigError
from komet_shop.plugins import PluginError
from komet_shop.services.shop import Shop

WRONG_USAGE = 2


class Stop(click.ClickException):
    """Ends the command with one line and exit code 2."""

    exit_code = WRONG_USAGE


def configuration() -> Config:
    """The configuration from the environment; ends the command when it is wrong."""
    try:
        return Config.from_environment(os.environ)
    except ConfigError as error:
        raise Stop(" ".join(str(error).splitlines())) from error


@contextmanager
def running_shop() -> Iterator[Shop]:
    """The shop's parts for one command, given back at its end."""
    config = configuration()
    try:
        shop = open_shop(config)
    except PluginError as error:
        raise Stop(str(error)) from error
    try:
        yield shop
    finally:
        shop.bulkhead.drain()
        shop.database.close()
