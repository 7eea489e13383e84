"""What a person may say when starting the demo, checked before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from komet_shop.config import Secret
from komet_shop.demo.failures import CannotStart
from komet_shop.plugin_api import Plugin


@dataclass(frozen=True, kw_only=True)
class Options:
    """The demo's options. An address that is empty means: start our own program."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path | None = None
    fresh: bool = False
    ready_file: Path | None = None
    workers: int = 1
    database_url: str = ""
    gateway_url: str = ""
    gateway_api_key: Secret = Secret("")
    gateway_public_key: str = ""
    komet_url: str = ""
    komet_token: Secret = Secret("")

    def check(self, plugin: Plugin) -> None:
        """Refuse what cannot work, and what would touch real money.

        Raises:
            CannotStart
        """
        if self.gateway_url and self.gateway_url.rstrip("/") == plugin.default_url("live"):
            raise CannotStart(
                f"{self.gateway_url} is the live gateway: it charges real cards. "
                "Use the gateway's own sandbox, or no --gateway-url at all."
            )
        if bool(self.gateway_url) != bool(self.gateway_api_key and self.gateway_public_key):
            raise CannotStart(
                "--gateway-url, --gateway-api-key and --gateway-public-key go together."
            )
        if bool(self.komet_url) != bool(self.komet_token):
            raise CannotStart("--komet-url and --komet-token go together.")
        if self.ready_file is not None and not self.ready_file.absolute().parent.is_dir():
            raise CannotStart(f"--ready-file: there is no folder {self.ready_file.parent}.")
        if self.database_url and self.fresh:
            raise CannotStart(
                "--fresh does not empty a database of yours. "
                "Make a new one and name it with --database-url."
            )

    @property
    def gateway_keys(self) -> Mapping[str, str]:
        """The given keys, by the names under which a plugin declares them."""
        return {
            "api_key": self.gateway_api_key.reveal(),
            "public_key": self.gateway_public_key,
        }
