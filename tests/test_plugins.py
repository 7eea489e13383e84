"""Exactly one payment plugin, of the right interface version."""

from importlib.metadata import EntryPoint

import pytest

from komet_shop.plugin_api import GROUP
from komet_shop.plugins import PluginError, active_plugin

OF_VERSION_9 = type("Old", (), {"name": "old", "api_version": 9})()


def _entry(name: str, value: str = "komet_dummy.plugin:plugin") -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def _refusal(name: str, *found: EntryPoint) -> str:
    with pytest.raises(PluginError) as refusal:
        active_plugin(name, found)
    return str(refusal.value)


def test_the_only_plugin_is_the_active_one() -> None:
    assert active_plugin("", [_entry("dummy")]).title == "Dummy"


def test_one_of_several_must_be_chosen() -> None:
    several = (_entry("dummy"), _entry("other"))

    assert "set KOMET_SHOP_PLUGIN" in _refusal("", *several)
    assert active_plugin("dummy", several).name == "dummy"


def test_none_at_all_is_said_plainly() -> None:
    assert "No payment plugin is installed" in _refusal("")


def test_a_name_that_is_not_installed_is_said_with_those_that_are() -> None:
    assert "installed: dummy" in _refusal("stripes", _entry("dummy"))


def test_another_interface_version_is_refused() -> None:
    entry = _entry("old", f"{__name__}:OF_VERSION_9")

    assert "made for version 9" in _refusal("", entry)


def test_a_plugin_that_cannot_be_loaded_is_said_by_name() -> None:
    assert "'gone' cannot be loaded" in _refusal("", _entry("gone", "komet_dummy.nowhere:plugin"))


def test_a_plugin_keeps_the_name_it_was_installed_under() -> None:
    assert "calls itself 'dummy'" in _refusal("", _entry("alias"))
