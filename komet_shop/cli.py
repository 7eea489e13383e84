"""The command `komet-shop`. A module in `komet_shop/commands/` adds commands by listing them."""

import importlib
import pkgutil
from collections.abc import Iterator

import click

from komet_shop import commands, logs
from komet_shop.app import software_version
from komet_shop.commands import integration
from komet_shop.plugins import PluginError, active_plugin, installed


class ShopGroup(click.Group):
    """Our commands, and those of installed plugins under the plugin's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, ours first."""
        return [*super().list_commands(ctx), *(entry.name for entry in installed())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of ours, or the group of a plugin."""
        own = super().get_command(ctx, cmd_name)
        is_plugin = cmd_name in {entry.name for entry in installed()}
        return _group_of(cmd_name) if own is None and is_plugin else own


def _group_of(plugin_name: str) -> click.Group:
    try:
        plugin = active_plugin(plugin_name)
    except PluginError as error:
        raise click.UsageError(str(error)) from error
    group = click.Group(plugin_name, help=f"Commands of {plugin.title}.")
    for command in (*integration.plugin_commands, *plugin.commands()):
        group.add_command(command)
    return group


def _own_commands() -> Iterator[click.Command]:
    for module in pkgutil.iter_modules(commands.__path__, "komet_shop.commands."):
        yield from getattr(importlib.import_module(module.name), "commands", ())


@click.group(cls=ShopGroup)
@click.version_option(software_version(), prog_name="komet-shop")
def main() -> None:
    """Komet Shop: a web shop with card payments for wholesale flower companies."""
    logs.configure()


for own_command in _own_commands():
    main.add_command(own_command)
