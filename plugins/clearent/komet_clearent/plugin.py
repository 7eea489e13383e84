"""The plugin as the shop finds it: name, settings, and how an account is opened."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from click import Command
from flask import Blueprint

from komet_clearent import card_form, views
from komet_clearent.connection import ClearentConnection
from komet_clearent.sandbox.rehearsal import SandboxRehearsal
from komet_shop.plugin_api import (
    API_VERSION,
    N_,
    Account,
    Deadlines,
    Host,
    SandboxProgram,
    Setting,
)

_URLS = {
    "live": "https://gateway.clearent.net",
    "test": "https://gateway-sb.clearent.net",
}


class ClearentPlugin:
    """Card payments through Clearent, which also trades as Xplor Pay."""

    name = "clearent"
    title = "Clearent"
    api_version = API_VERSION
    settings: Sequence[Setting] = (
        Setting(
            name="api_key",
            label=N_("API key"),
            help=N_(
                "From your Clearent welcome letter. It belongs to one terminal and can move "
                "money: treat it like a password."
            ),
            secret=True,
            exclusive=True,
        ),
        Setting(
            name="public_key",
            label=N_("Public key"),
            help=N_(
                "The long key of the same terminal, starting with 307a. It draws the card "
                "fields and proves notifications."
            ),
            exclusive=True,
        ),
    )
    script_inventory: Mapping[str, str] = {
        card_form.VENDOR_SCRIPT: "Clearent draws its card fields in a frame of its own origin. "
        "Hosted and changed by Clearent.",
        card_form.OWN_SCRIPT: "Puts Clearent's one-time token into the payment form.",
    }

    def open(self, account: Account, host: Host, deadlines: Deadlines) -> ClearentConnection:
        """A connection to one terminal.

        Raises:
            ValueError: the account's address is neither https nor on this machine.
        """
        return ClearentConnection(account, host, deadlines)

    def default_url(self, environment: str) -> str:
        """Clearent's public gateway for "live" or "test"."""
        return _URLS[environment]

    def blueprint(self) -> Blueprint:
        """Templates and the script of the card form."""
        return views.blueprint()

    def commands(self) -> Sequence[Command]:
        """None of its own."""
        return ()

    def sandbox(self) -> SandboxProgram:
        """A local Clearent on a real socket."""
        return SandboxProgram(
            module="komet_clearent.sandbox",
            rehearsal=SandboxRehearsal(),
            applications="/portal/applications",
        )

    def guide(self) -> str:
        """Where keys come from and what to ask Clearent for."""
        return "clearent/guide.html"

    def translations(self) -> str:
        """What buyers are told about results; the card form carries its own texts."""
        return str(Path(__file__).parent / "translations")


plugin = ClearentPlugin()
