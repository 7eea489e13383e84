"""The dummy plugin keeps every promise of the plugin interface."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from komet_dummy.gateway import gateway_at
from komet_dummy.plugin import plugin

from komet_shop.plugin_api import Account
from komet_shop.plugin_api.contract import PluginContract, Subject


class TestDummy(PluginContract):
    @contextmanager
    def subject(self) -> Iterator[Subject]:
        url = f"dummy://{uuid4().hex}"
        account = Account(
            id=1,
            location="Miami",
            environment="test",
            url=url,
            revision=1,
            settings={"key": "dummy-secret-key"},
        )
        yield Subject(plugin=plugin, account=account, gateway=gateway_at(url))
