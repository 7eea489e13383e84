"""What the demo tells when everything answers: addresses and logins, on screen and in a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from komet_shop.config import Secret
from komet_shop.demo.keys import write_private
from komet_shop.demo.people import PEOPLE


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A demo that answers."""

    shop_url: str
    plugin_name: str
    plugin_title: str
    gateway_url: str
    komet_url: str
    mail_url: str
    database_url: Secret
    pids: Mapping[str, int]
    passwords: Mapping[str, Secret]
    totp_key: Secret
    folder: Path

    def write(self, path: Path) -> None:
        """The ready file: one JSON object, whole or not at all, for its owner only."""
        write_private(path, json.dumps(self._facts(), indent=2) + "\n")

    def show(self, console: Console) -> None:
        """Addresses and logins as tables."""
        console.print()
        console.print(self._addresses())
        console.print(self._logins())
        console.print(f"Data, logs and passwords: {self.folder}", soft_wrap=True)
        console.print("End the demo with Ctrl-C. It goes on where it stopped at the next start.")

    def _facts(self) -> dict[str, Any]:
        return {
            "shop_url": self.shop_url,
            f"{self.plugin_name}_url": self.gateway_url,
            "komet_url": self.komet_url,
            "mail_url": self.mail_url,
            "database_url": self.database_url.reveal(),
            "pids": dict(self.pids),
            "logins": {person.login: self._login(person.login) for person in PEOPLE},
        }

    def _login(self, login: str) -> dict[str, str]:
        person = next(one for one in PEOPLE if one.login == login)
        facts = {"email": person.email, "password": self.passwords[login].reveal()}
        if login == "admin_2fa":
            facts["totp_secret"] = self.totp_key.reveal()
        return facts

    def _addresses(self) -> Table:
        table = Table(title="Open these", title_justify="left", show_header=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        table.add_row("Shop", self.shop_url)
        table.add_row(self.plugin_title, self.gateway_url)
        table.add_row("Komet", self.komet_url)
        table.add_row("Mail that the shop sent", self.mail_url)
        return table

    def _logins(self) -> Table:
        table = Table(title="Logins", title_justify="left", caption_justify="left")
        table.add_column("Who")
        table.add_column("E-mail", no_wrap=True)
        table.add_column("Password", no_wrap=True)
        for person in PEOPLE:
            password = self.passwords[person.login].reveal()
            table.add_row(person.shows, person.email, password)
        table.caption = f"Key for an authenticator app: {self.totp_key.reveal()}"
        return table
