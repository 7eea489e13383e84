"""The plugin itself: its name, its settings, and how it opens an account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from komet_shop.plugin_api.connection import Account, Deadlines, Host
from komet_shop.plugin_api.payments import TakesPayments

if TYPE_CHECKING:
    from click import Command
    from flask import Blueprint

API_VERSION = 1
GROUP = "komet_shop.plugins"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One field of the settings form that the shop draws for the plugin.

    `scope` is "account" (one value per gateway account) or "company". A secret is kept
    encrypted, shown by its last four characters, and can only be replaced. `exclusive`: the
    gateway gave it to one account alone. Spaces and line breaks in it come from copying and
    are dropped, and no second account may have it.
    """

    name: str
    label: str
    help: str = ""
    secret: bool = False
    scope: str = "account"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    exclusive: bool = False


class Rehearsal(Protocol):
    """What the demo asks of a local gateway to show a payment that needs a person's eye.

    `url` is the gateway's address, `account` a label of the ready file.
    """

    def card_token(self, url: str, settings: Mapping[str, str]) -> str:
        """A one-time token of a practice card, as the card form would give it."""
        ...

    def approve_part_next(self, url: str, account: str) -> None:
        """Let the next charge of the account be approved and booked for a part only."""
        ...


@dataclass(frozen=True, kw_only=True)
class SandboxProgram:
    """A local gateway that a person can run: `python -m <module>` with the options below.

    The shop adds `--port N --ready-file FILE --data DIR --clock-file FILE`, and once per
    location `--account LABEL` and `--webhook-url LABEL=URL`. The ready file holds
    `{"url": ..., "accounts": [{"label": ..., <setting name>: value, ...}]}`. Without a
    `rehearsal` the demo starts with no payment. `applications` is the path at which the
    gateway's portal takes a location's application as JSON and issues keys in answer; empty
    where it takes none.
    """

    module: str
    rehearsal: Rehearsal | None = None
    applications: str = ""


class Plugin(Protocol):
    """What an entry point of the group `komet_shop.plugins` must give."""

    name: str
    title: str
    api_version: int
    settings: Sequence[Setting]
    script_inventory: Mapping[str, str]
    """Path of each script the card form loads → what it is for."""

    def open(self, account: Account, host: Host, deadlines: Deadlines) -> TakesPayments:
        """A connection to one account; the shop asks it `isinstance` for further abilities.

        The shop keeps it until `account.revision` changes. It must be safe to use from
        several threads.
        """
        ...

    def default_url(self, environment: str) -> str:
        """The gateway's address for "live" or "test" when the operator gave none."""
        ...

    def blueprint(self) -> "Blueprint | None":
        """Pages and static files of the plugin, mounted under /plugins/<name>."""
        ...

    def commands(self) -> Sequence["Command"]:
        """Commands mounted as `komet-shop <name> …`."""
        ...

    def sandbox(self) -> SandboxProgram | None:
        """The local gateway for demo and tests, if there is one."""
        ...

    def guide(self) -> str:
        """Name of a template with help for the shop's staff, or an empty string."""
        ...

    def translations(self) -> str:
        """Folder with the plugin's message catalogues, or an empty string."""
        ...
