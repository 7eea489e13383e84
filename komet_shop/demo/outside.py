"""The world around the shop: a gateway, a Komet and a mail server, ours or somebody else's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from komet_shop.config import Secret
from komet_shop.demo.answers import Patience
from komet_shop.demo.children import Program
from komet_shop.demo.failures import CannotStart
from komet_shop.demo.folder import DemoFolder
from komet_shop.demo.options import Options
from komet_shop.plugin_api import Plugin

KOMET, MAIL = "komet", "mail"
HISTORY = 150
"""Invoices that Komet has from before the demo."""


@dataclass(frozen=True, kw_only=True)
class Komet:
    """Where Komet's API is, and the page or address to show for it."""

    api_url: str
    page_url: str
    token: Secret


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Where mail is sent, and where it can be read."""

    smtp_url: str
    page_url: str


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Where the gateway is, and the settings of each location's account, by location code.

    `applications_url`: where its portal takes applications, if it is ours and does.
    """

    url: str
    accounts: Mapping[str, Mapping[str, str]]
    applications_url: str = ""


class Outside:
    """Describes the programs around the shop, and reads what they say once they are ready."""

    def __init__(self, folder: DemoFolder, options: Options, plugin: Plugin) -> None:
        self._folder = folder
        self._options = options
        self._plugin = plugin

    def first_programs(self) -> list[Program]:
        """Mail, and Komet unless another one was named."""
        mail = self._program(MAIL, "komet_shop.sandboxes.mail")
        if self._options.komet_url:
            return [mail]
        clock = ("--clock-file", str(self._folder.clock), "--history", str(HISTORY))
        return [self._program(KOMET, "komet_shop.sandboxes.komet", *clock), mail]

    def komet(self, patience: Patience) -> Komet:
        """Komet, once it answers."""
        if self._options.komet_url:
            url = self._options.komet_url
            return Komet(api_url=url, page_url=url, token=self._options.komet_token)
        facts = patience.for_file(self._folder.ready_path(KOMET), name=KOMET)
        page = facts["url"].removesuffix("/api")
        patience.for_answer(page, name=KOMET)
        return Komet(api_url=facts["url"], page_url=page, token=Secret(facts["token"]))

    def mail(self, patience: Patience) -> Mail:
        """The mail catcher, once it answers."""
        facts = patience.for_file(self._folder.ready_path(MAIL), name=MAIL)
        patience.for_answer(facts["url"], name=MAIL)
        return Mail(smtp_url=facts["smtp"], page_url=facts["url"])

    def gateway_program(
        self, locations: Iterable[str], notify: Mapping[str, str]
    ) -> Program | None:
        """The plugin's own gateway with an account for each location; None: one was named.

        `notify` has for each location's code where news of its account go.

        Raises:
            CannotStart: the plugin brings no local gateway.
        """
        if self._options.gateway_url:
            return None
        sandbox = self._plugin.sandbox()
        if sandbox is None:
            raise CannotStart(
                f"{self._plugin.title} has no local gateway. Name one with --gateway-url."
            )
        accounts = [part for code in locations for part in ("--account", code)]
        addresses = [
            part
            for code, address in notify.items()
            for part in ("--webhook-url", f"{code}={address}")
        ]
        clock = ("--clock-file", str(self._folder.clock))
        return self._program(self._plugin.name, sandbox.module, *clock, *accounts, *addresses)

    def gateway(self, locations: Iterable[str], patience: Patience) -> Gateway:
        """The gateway with its accounts, once it answers."""
        names = [setting.name for setting in self._plugin.settings if setting.scope == "account"]
        if self._options.gateway_url:
            given = self._options.gateway_keys
            keys = {name: given[name] for name in names if name in given}
            return Gateway(url=self._options.gateway_url, accounts=dict.fromkeys(locations, keys))
        facts = patience.for_file(
            self._folder.ready_path(self._plugin.name), name=self._plugin.name
        )
        patience.for_answer(facts["url"], name=self._plugin.name)
        accounts = {
            account["label"]: {name: account[name] for name in names if name in account}
            for account in facts["accounts"]
        }
        sandbox = self._plugin.sandbox()
        path = sandbox.applications if sandbox is not None else ""
        return Gateway(
            url=facts["url"],
            accounts=accounts,
            applications_url=f"{facts['url']}{path}" if path else "",
        )

    def _program(self, name: str, module: str, *more: str) -> Program:
        ready = self._folder.fresh_ready_path(name)
        kept = self._folder.sandbox(name)
        arguments = ("--port", "0", "--ready-file", str(ready), "--data", str(kept), *more)
        return Program(name=name, module=module, arguments=arguments, is_outside=True)
