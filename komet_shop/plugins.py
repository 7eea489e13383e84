"""Finds the payment plugin: by entry point, of the right interface version, exactly one."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from komet_shop.plugin_api import API_VERSION, GROUP, Plugin


class PluginError(Exception):
    """No usable payment plugin. The message says what is there and what to do."""


def installed() -> list[EntryPoint]:
    """The plugins that are installed, by name."""
    return sorted(entry_points(group=GROUP), key=lambda found: found.name)


def active_plugin(name: str = "", among: Iterable[EntryPoint] | None = None) -> Plugin:
    """The one payment plugin of this installation; `name` chooses among several.

    Raises:
        PluginError: none is installed, several are and `name` is empty, the named one is not
            there, it cannot be loaded, or it was made for another version of the interface.
    """
    found = list(installed() if among is None else among)
    chosen = [one for one in found if one.name == name] if name else found
    if len(chosen) != 1:
        raise PluginError(_which(found, name))
    return _load(chosen[0])


def _which(found: list[EntryPoint], name: str) -> str:
    names = ", ".join(one.name for one in found)
    if not found:
        return "No payment plugin is installed. Install one, for example with pip."
    if name:
        return f"KOMET_SHOP_PLUGIN is {name!r}; installed: {names}."
    return f"Several payment plugins are installed ({names}): set KOMET_SHOP_PLUGIN to one."


def _load(entry: EntryPoint) -> Plugin:
    try:
        plugin = cast(Plugin, entry.load())
    except (ImportError, AttributeError) as error:
        raise PluginError(f"The plugin {entry.name!r} cannot be loaded: {error}") from error
    version = getattr(plugin, "api_version", None)
    if version != API_VERSION:
        raise PluginError(
            f"The plugin {entry.name!r} was made for version {version} of the plugin "
            f"interface; this shop has version {API_VERSION}. Update the plugin or the shop."
        )
    if plugin.name != entry.name:
        raise PluginError(f"The plugin {entry.name!r} calls itself {plugin.name!r}.")
    return plugin
