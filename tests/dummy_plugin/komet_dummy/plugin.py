"""The dummy plugin as the shop finds it."""

from collections.abc import Mapping, Sequence

from click import Command
from flask import Blueprint

from komet_dummy.connection import OWN_SCRIPT, DummyConnection
from komet_shop.plugin_api import (
    API_VERSION,
    Account,
    Deadlines,
    Host,
    SandboxProgram,
    Setting,
)


class DummyPlugin:
    """Everything a plugin must say of itself."""

    name = "dummy"
    title = "Dummy"
    api_version = API_VERSION
    settings: Sequence[Setting] = (
        Setting(name="key", label="Key", help="Any text will do.", secret=True),
    )
    script_inventory: Mapping[str, str] = {OWN_SCRIPT: "Fills in a token for the one test card."}

    def open(self, account: Account, host: Host, deadlines: Deadlines) -> DummyConnection:
        """A connection. Nothing here takes time, so no deadline is needed."""
        del deadlines
        return DummyConnection(account, host)

    def default_url(self, environment: str) -> str:
        """One gateway in this process for each environment."""
        return f"dummy://{environment}"

    def blueprint(self) -> Blueprint:
        """Template and script of the card form."""
        return Blueprint(
            "dummy",
            __name__,
            template_folder="templates",
            static_folder="static/dummy",
            static_url_path="/static",
        )

    def commands(self) -> Sequence[Command]:
        """None."""
        return ()

    def sandbox(self) -> SandboxProgram | None:
        """None: the gateway is an object, see `komet_dummy.gateway`."""
        return None

    def guide(self) -> str:
        """None."""
        return ""

    def translations(self) -> str:
        """None."""
        return ""


plugin = DummyPlugin()
