"""Configuration from KOMET_SHOP_* environment variables, refused as a whole when wrong."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from komet_shop.domain.permissions import ROLES, SECOND_FACTOR, roles_with
from komet_shop.plugin_api import Deadlines

PREFIX = "KOMET_SHOP_"
ENVIRONMENTS = ("development", "demo", "test", "production")
NO_ROLES = "none"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ConfigError(Exception):
    """Something is missing or wrong. The message lists every problem, one a line."""


class Secret(str):
    """A string that does not print itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return str.__str__(self)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything the shop's processes need to know about their surroundings."""

    env: str
    base_url: str
    database_url: str
    secret_key: Secret
    master_key: bytes
    data_dir: Path
    old_master_key: bytes = b""
    queue_url: str = ""
    mail_url: str = ""
    mail_from: str = "shop@komet-shop.example"
    applications_to: str = ""
    komet_url: str = ""
    komet_token: Secret = Secret("")
    komet_users: int = 5
    gateway_url: str = ""
    deadlines: Deadlines = Deadlines()
    komet_seconds: int = 20
    clock_file: Path | None = None
    proxy_hops: int = 0
    debug: bool = False
    payments_in_flight: int = 8
    plugin: str = ""
    metrics_token: Secret = Secret("")
    second_factor_roles: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Config(env={self.env!r}, base_url={self.base_url!r})"

    @property
    def is_production(self) -> bool:
        """True when real money and real people are at the other end."""
        return self.env == "production"

    @property
    def master_keys(self) -> tuple[bytes, ...]:
        """The one that seals, and the one from before while it is being exchanged."""
        return (self.master_key, self.old_master_key) if self.old_master_key else (self.master_key,)

    @property
    def posts_applications(self) -> bool:
        """True when applications for card payments go to an address by HTTP, not by mail."""
        return "://" in self.applications_to

    @property
    def uses_https(self) -> bool:
        """True when browsers reach the shop by https."""
        return self.base_url.startswith("https:")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Config":
        """Read KOMET_SHOP_* variables.

        Raises:
            ConfigError: names each variable that is missing or wrong, and what it should be.
        """
        reader = _Reader(environ)
        config = cls(
            env=reader.choice("ENV", ENVIRONMENTS, default="development"),
            base_url=reader.text("BASE_URL", default="http://localhost:5000").rstrip("/"),
            database_url=reader.text("DATABASE_URL"),
            secret_key=Secret(reader.text("SECRET_KEY")),
            master_key=reader.master_key("MASTER_KEY"),
            old_master_key=reader.master_key("OLD_MASTER_KEY", default=""),
            data_dir=Path(reader.text("DATA_DIR", default="var")),
            queue_url=reader.text("QUEUE_URL", default=""),
            mail_url=reader.text("MAIL_URL", default=""),
            mail_from=reader.text("MAIL_FROM", default="shop@komet-shop.example"),
            applications_to=reader.recipient("APPLICATIONS_TO"),
            komet_url=reader.text("KOMET_URL", default="").rstrip("/"),
            komet_token=Secret(reader.text("KOMET_TOKEN", default="")),
            komet_users=reader.whole("KOMET_USERS", default=5),
            gateway_url=reader.text("GATEWAY_URL", default="").rstrip("/"),
            deadlines=Deadlines(
                connect=reader.milliseconds("GATEWAY_CONNECT_MS", default=3_000),
                total=reader.milliseconds("GATEWAY_TOTAL_MS", default=30_000),
            ),
            komet_seconds=reader.whole("KOMET_SECONDS", default=20),
            clock_file=reader.path("CLOCK_FILE"),
            proxy_hops=reader.whole("PROXY_HOPS", default=0),
            debug=reader.flag("DEBUG"),
            payments_in_flight=reader.whole("PAYMENTS_IN_FLIGHT", default=8),
            plugin=reader.text("PLUGIN", default=""),
            metrics_token=Secret(reader.text("METRICS_TOKEN", default="")),
            second_factor_roles=reader.roles("SECOND_FACTOR_ROLES", default=_careful_roles()),
        )
        problems = [*reader.problems, *_dangers(config)]
        if problems:
            raise ConfigError("\n".join(problems))
        return config


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environ.get(PREFIX + name, default)
        if value is None:
            self.problems.append(f"{PREFIX}{name} is not set.")
            return ""
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.problems.append(f"{PREFIX}{name} is {value!r}; use one of {', '.join(allowed)}.")
        return value

    def whole(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal():
            self.problems.append(f"{PREFIX}{name} is {value!r}; use a whole number.")
            return default
        return int(value)

    def milliseconds(self, name: str, default: int) -> float:
        return self.whole(name, default) / 1000

    def flag(self, name: str) -> bool:
        return self.choice(name, ("0", "1"), default="0") == "1"

    def recipient(self, name: str) -> str:
        """Nobody, an email address, or an http(s) address."""
        value = self.text(name, default="").strip()
        is_url = value.startswith(("http://", "https://")) and urlsplit(value).hostname
        is_mail = re.fullmatch(r"[^@\s<>,;\"/]+@[^@\s<>,;\"/]+", value)
        if value and not is_url and not is_mail:
            self.problems.append(
                f"{PREFIX}{name} is {value!r}; use an email address or an http(s) address."
            )
        return value

    def roles(self, name: str, default: frozenset[str]) -> frozenset[str]:
        """Role names with commas between them, or "none". Set to nothing means the default."""
        value = self.text(name, default="").strip()
        if value in ("", NO_ROLES):
            return default if not value else frozenset()
        chosen = frozenset(one.strip() for one in value.split(","))
        if not chosen <= set(ROLES):
            self.problems.append(
                f"{PREFIX}{name} is {value!r}; use {NO_ROLES}, or some of {', '.join(ROLES)}."
            )
        return chosen

    def path(self, name: str) -> Path | None:
        value = self.text(name, default="")
        return Path(value) if value else None

    def master_key(self, name: str, default: str | None = None) -> bytes:
        value = self.text(name, default)
        try:
            key = base64.urlsafe_b64decode(value)
        except (binascii.Error, ValueError):
            key = b""
        if value and len(key) != 32:
            self.problems.append(
                f"{PREFIX}{name} must be 32 random bytes in URL-safe base64; "
                "`komet-shop keys generate` prints one."
            )
        return key


def _careful_roles() -> frozenset[str]:
    """The roles that see keys, change roles or send money back."""
    return frozenset(role for needed in SECOND_FACTOR for role in roles_with(needed))


def _dangers(config: Config) -> list[str]:
    """What may be right by itself but must not run here. Rule: docs/operations.md, "Safety"."""
    found = _unsafe_addresses(config)
    if not config.is_production:
        return found
    checks: list[tuple[Callable[[Config], bool], str]] = [
        (lambda c: c.debug, "DEBUG must not be set"),
        (lambda c: c.clock_file is not None, "CLOCK_FILE must not be set"),
        (lambda c: len(c.secret_key) < 32, "SECRET_KEY needs at least 32 characters"),
        (lambda c: c.secret_key.startswith("demo-"), "SECRET_KEY is the demo's"),
        (lambda c: _looks_like_sandbox(c.gateway_url), "GATEWAY_URL points at a sandbox"),
        (lambda c: _looks_like_sandbox(c.komet_url), "KOMET_URL points at a sandbox"),
        (lambda c: _looks_like_sandbox(c.applications_to), "APPLICATIONS_TO points at a sandbox"),
        (lambda c: not c.mail_url, "MAIL_URL is needed: receipts go out by mail"),
    ]
    return found + [
        f"{PREFIX}ENV=production: {PREFIX}{message}." for wrong, message in checks if wrong(config)
    ]


def _unsafe_addresses(config: Config) -> list[str]:
    addresses = {
        "BASE_URL": config.base_url,
        "KOMET_URL": config.komet_url,
        "GATEWAY_URL": config.gateway_url,
        "APPLICATIONS_TO": config.applications_to,
    }
    return [
        f"{PREFIX}{name} is plain http to another machine; use https."
        for name, address in addresses.items()
        if _is_plain_http(address, allow_loopback=not config.is_production)
    ]


def _is_plain_http(address: str, *, allow_loopback: bool) -> bool:
    parts = urlsplit(address)
    if parts.scheme != "http":
        return False
    return not (allow_loopback and parts.hostname in LOOPBACK)


def _looks_like_sandbox(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host in LOOPBACK or host.split(".")[0].endswith("-sb")
