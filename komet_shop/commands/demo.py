"""`komet-shop demo`: everything on this machine, by one command."""

import os
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from komet_shop.commands.opening import Stop
from komet_shop.config import PREFIX, Secret
from komet_shop.demo.failures import Broken, CannotStart
from komet_shop.demo.options import Options
from komet_shop.demo.run import run_demo
from komet_shop.plugins import PluginError, active_plugin

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_PORT = click.IntRange(0, 65_535)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address the shop listens at.")
@click.option("--port", type=_PORT, default=8000, show_default=True, help="0: any free one.")
@click.option("--ready-file", type=_FILE, help="Written as JSON once everything answers.")
@click.option("--data", type=_FOLDER, help="Folder that keeps the demo; by default one of yours.")
@click.option("--fresh", is_flag=True, help="Forget the demo that the folder keeps.")
@click.option("--database-url", default="", help="PostgreSQL or SQLite; by default in the folder.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True,
              help="Processes that serve the shop.")  # fmt: skip
@click.option("--gateway-url", default="", help="Use this gateway instead of a local one.")
@click.option("--gateway-api-key", default="", help="Its secret key, for every location.")
@click.option("--gateway-public-key", default="", help="Its public key, for every location.")
@click.option("--komet-url", default="", help="Use this Komet's API instead of a local one.")
@click.option("--komet-token", default="", help="The token for it.")
def demo(**given: Any) -> None:
    """Run the shop with a gateway, a Komet and a mail server around it, until Ctrl-C.

    No money moves and no mail leaves this machine.
    """
    if os.environ.get(f"{PREFIX}ENV") == "production":
        raise Stop(f"The demo does not run in production ({PREFIX}ENV=production).")
    for secret in ("gateway_api_key", "komet_token"):
        given[secret] = Secret(given[secret])
    try:
        plugin = active_plugin(os.environ.get(f"{PREFIX}PLUGIN", ""))
        run_demo(Options(**given), plugin, Console(highlight=False))
    except (CannotStart, PluginError) as error:
        raise Stop(str(error)) from error
    except Broken as error:
        raise click.ClickException(str(error)) from error


commands = (demo,)
