"""Keys that somebody entered: whole, of this installation, and accepted by the gateway."""

from collections.abc import Mapping
from concurrent.futures import wait
from dataclasses import dataclass, field

from komet_shop.config import Config
from komet_shop.plugin_api import Account, Health, Plugin, ProvesHealth, Setting
from komet_shop.services.bulkhead import Full
from komet_shop.services.shop import Shop

TEST, LIVE = "test", "live"
LONGEST_KEY = 4096
PATIENCE_SECONDS = 10
"""How long a page waits for the gateway."""
GRACE_SECONDS = 2
"""So much later the call itself ends, and leaves its place in the crew."""
_NO_CHECK = Health(ok=True, message="")


class KeysRefused(Exception):
    """Nothing was kept; the keys from before go on working."""


class KeyMissing(KeysRefused):
    """A setting that the plugin needs is empty, or far too long. The message is its label."""


class KeyTaken(KeysRefused):
    """Another account has the key already. The message is its label, `place` that location."""

    def __init__(self, label: str, *, place: str = "") -> None:
        super().__init__(label)
        self.place = place


class WrongEnvironment(KeysRefused):
    """Keys of that environment have no place in this installation. The message names it."""


class KeysDoNotWork(KeysRefused):
    """The gateway did not accept them. The message says what is wrong, in the plugin's words."""


class Unanswered(KeysRefused):
    """The gateway did not answer for so long; the message: how many seconds."""


class Crowded(KeysRefused):
    """As many calls to the gateway as allowed are under way. Nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody entered: the environment, and a value for each setting of the plugin."""

    environment: str
    keys: Mapping[str, str] = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """True when nothing was entered, which may mean: leave things as they are."""
        return not any(value.strip() for value in self.keys.values())


def environments(config: Config) -> tuple[str, ...]:
    """Whose keys may be entered here: live ones in production only."""
    return (LIVE, TEST) if config.is_production else (TEST,)


def settings_of(plugin: Plugin) -> list[Setting]:
    """What the plugin needs to know of each account."""
    return [one for one in plugin.settings if one.scope == "account"]


def complete(shop: Shop, given: Given) -> dict[str, str]:
    """A value for each setting and nothing else, without what copying adds: spaces and breaks.

    Raises:
        WrongEnvironment, KeyMissing.
    """
    if given.environment not in environments(shop.config):
        raise WrongEnvironment(given.environment)
    settings = settings_of(shop.gateways.plugin)
    found = {one.name: _without_spaces(one, given.keys.get(one.name, "")) for one in settings}
    for one in settings:
        if (one.required and not found[one.name]) or len(found[one.name]) > LONGEST_KEY:
            raise KeyMissing(one.label)
    return found


def _without_spaces(setting: Setting, value: str) -> str:
    return "".join(value.split()) if setting.exclusive else value.strip()


def prove(shop: Shop, account: Account) -> Health:
    """Ask the gateway whether it accepts the account's keys. Call with no unit open.

    Raises:
        KeysDoNotWork, Unanswered, Crowded.
    """
    try:
        health = ask(shop, account)
    except ValueError as error:  # the plugin cannot open an account with these
        raise KeysDoNotWork(str(error)) from error
    if not health.ok:
        raise KeysDoNotWork(health.message)
    return health


def ask(shop: Shop, account: Account) -> Health:
    """Make the one harmless call, by the crew and for a moment only. Call with no unit open.

    A plugin that cannot prove anything is believed.

    Raises:
        Unanswered, Crowded.
        ValueError: the plugin cannot open an account like this.
    """
    patience = min(PATIENCE_SECONDS, shop.config.deadlines.total)
    connection = shop.gateways.open_once(account, seconds=patience + GRACE_SECONDS)
    if not isinstance(connection, ProvesHealth):
        return _NO_CHECK
    try:
        future = shop.bulkhead.reserve().submit(connection.check)
    except Full as error:
        raise Crowded from error
    wait([future], timeout=patience)
    if not future.done():
        future.cancel()
        raise Unanswered(f"{patience:g}")
    return future.result()
