"""The environment of the demo's processes: where everything is, and with which keys."""

import os
from collections.abc import Mapping

from komet_shop.config import PREFIX
from komet_shop.demo.folder import DemoFolder
from komet_shop.demo.keys import DemoKeys
from komet_shop.demo.outside import Gateway, Komet, Mail

KEPT = frozenset(
    PREFIX + name for name in ("PLUGIN", "GATEWAY_CONNECT_MS", "GATEWAY_TOTAL_MS", "KOMET_SECONDS")
)
"""Settings from outside that mean the same in a demo."""


def of_everybody(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the person's own environment gives, without settings meant for another shop."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(PREFIX) or name in KEPT
    }
    return {**kept, f"{PREFIX}ENV": "demo", "PYTHONUNBUFFERED": "1"}


def of_the_shop(
    *,
    folder: DemoFolder,
    keys: DemoKeys,
    base_url: str,
    database_url: str,
    komet: Komet,
    mail: Mail,
) -> dict[str, str]:
    """The shop's settings while there is no gateway yet: enough to migrate and to sync."""
    settings = {
        "BASE_URL": base_url,
        "DATABASE_URL": database_url,
        "QUEUE_URL": folder.queue_url,
        "DATA_DIR": str(folder.shop),
        "CLOCK_FILE": str(folder.clock),
        "SECRET_KEY": keys.secret_key.reveal(),
        "MASTER_KEY": keys.master_key.reveal(),
        "MAIL_URL": mail.smtp_url,
        "KOMET_URL": komet.api_url,
        "KOMET_TOKEN": komet.token.reveal(),
        "SECOND_FACTOR_ROLES": "none",
    }
    return of_everybody() | {f"{PREFIX}{name}": value for name, value in settings.items()}


def with_gateway(environment: Mapping[str, str], gateway: Gateway) -> dict[str, str]:
    """The same, with the gateway's address, and where it takes applications."""
    return {
        **environment,
        f"{PREFIX}GATEWAY_URL": gateway.url,
        f"{PREFIX}APPLICATIONS_TO": gateway.applications_url,
    }
