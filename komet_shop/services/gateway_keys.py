"""Keys of a gateway account: proved by a harmless call first, then kept by one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, text, update
from sqlalchemy.orm import Session

from komet_shop.config import Config
from komet_shop.models import GatewayAccount, Location, Operation, SavedCard
from komet_shop.models.gateway import UNSETTLED
from komet_shop.plugin_api import Health, Plugin, ProvesHealth, TakesPayments
from komet_shop.services import activation_mails, audit, gateways
from komet_shop.services.audit import Entry
from komet_shop.services.gateway_accounts import has_keys, seal, shown_keys
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop

TEST, LIVE = "test", "live"
LONGEST_KEY = 4096
LONGEST_MESSAGE = 200
_NO_CHECK = Health(ok=True, message="")


class KeysRefused(Exception):
    """Nothing was kept; the keys from before go on working."""


class KeyMissing(KeysRefused):
    """A setting that the plugin needs is empty, or far too long. The message is its label."""


class WrongEnvironment(KeysRefused):
    """Keys of that environment have no place in this installation. The message names it."""


class KeysDoNotWork(KeysRefused):
    """The gateway did not accept them. The message says what is wrong, in the plugin's words."""


class ChangedMeanwhile(KeysRefused):
    """Somebody else entered keys, or turned the account off, in the same moment."""


class PaymentsUnderWay(KeysRefused):
    """A payment of the account waits for the gateway that these keys would leave."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody entered: the environment, and a value for each setting of the plugin."""

    environment: str
    keys: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Keys that the gateway accepted a moment ago, and the account as it was before."""

    candidate: GatewayAccount
    before: GatewayAccount
    health: Health


def environments(config: Config) -> tuple[str, ...]:
    """Whose keys may be entered here: live ones in production only."""
    return (LIVE, TEST) if config.is_production else (TEST,)


def enter(shop: Shop, account_id: int, given: Given, *, actor: Actor, tells: bool = True) -> Health:
    """Prove keys by a real call, then keep them; the old ones are gone in the same moment.

    Whatever ends this half-way leaves exactly one working set: the old one before the one
    UPDATE, the new one after it. `tells`: the location's people get a mail. Call with no
    unit open. Rule: docs/operations.md, "Card gateway keys".

    Raises:
        KeysRefused: one of its kinds; nothing was kept.
    """
    proved = prove(shop, account_id, given)
    keep(shop, proved, actor=actor, tells=tells)
    return proved.health


def prove(shop: Shop, account_id: int, given: Given) -> Proved:
    """Ask the gateway whether it accepts the keys, before anything is written.

    Raises:
        KeyMissing, WrongEnvironment, KeysDoNotWork, ChangedMeanwhile.
    """
    if given.environment not in environments(shop.config):
        raise WrongEnvironment(given.environment)
    keys = _complete(shop.gateways.plugin, given.keys)
    before, code = _read(shop, account_id)
    candidate = _candidate(before, given.environment)
    seal(shop.box, candidate, keys)
    try:
        health = _ask(shop.gateways.open_once(candidate, code))
    except ValueError as error:  # the plugin cannot open an account with these
        raise KeysDoNotWork(str(error)) from error
    if not health.ok:
        raise KeysDoNotWork(health.message)
    return Proved(candidate=candidate, before=before, health=health)


def keep(shop: Shop, proved: Proved, *, actor: Actor, tells: bool = True) -> None:
    """Put proved keys in place of the old ones, with the audit entry and the mail about it.

    Raises:
        ChangedMeanwhile, PaymentsUnderWay.
    """
    now = shop.clock.now()

    def unit(session: Session) -> None:
        if _leaves_its_gateway(proved):
            require_nothing_under_way(session, account_id=proved.before.id)
            _make_cards_unusable(session, proved.before.id)
        _replace(session, proved, now)
        audit.write(session, _entry(proved, actor), now)
        if tells:
            step = "keys_replaced" if has_keys(proved.before) else "keys_entered"
            place = proved.before.location_id
            activation_mails.put(session, place, step, title=shop.gateways.plugin.title, now=now)
        gateways.note_answer(session, proved.before.id, now)

    shop.database.run(unit)


def test(shop: Shop, account_id: int, *, actor: Actor) -> Health:
    """Make the harmless call with the keys that are kept, and note how it went.

    Keys that fail count as not tested until they pass again; where cards are taken already,
    they go on being offered. Call with no unit open.

    Raises:
        NoAccount: there are no keys.
    """
    before, _ = _read(shop, account_id)
    health = _ask(shop.gateways.connect(account_id))
    now = shop.clock.now()
    values: dict[str, Any] = (
        {"tested_at": now}
        if health.ok
        else {
            "tested_at": None,
            "last_failure_at": now,
            "last_failure": health.message[:LONGEST_MESSAGE],
        }
    )

    def unit(session: Session) -> None:
        session.execute(_of(before).values(**values))
        entry = Entry(
            actor=actor,
            company_id=before.company_id,
            location_id=before.location_id,
            action="gateway_tested",
            object_type="gateway_account",
            object_id=before.id,
            after={"ok": health.ok},
            reason="" if health.ok else health.message,
        )
        audit.write(session, entry, now)
        if health.ok:
            gateways.note_answer(session, before.id, now)

    shop.database.run(unit)
    return health


def require_nothing_under_way(
    session: Session, *, account_id: int | None = None, location_id: int | None = None
) -> None:
    """Refuse while the gateway still has to say what became of a payment.

    It locks the accounts: a payment that begins meanwhile is written after this unit ends,
    and then meets what this unit decided.

    Raises:
        PaymentsUnderWay
    """
    wanted = (
        GatewayAccount.id == account_id
        if account_id is not None
        else GatewayAccount.location_id == location_id
    )
    accounts = session.scalars(select(GatewayAccount.id).where(wanted).with_for_update()).all()
    under_way = exists().where(Operation.account_id.in_(accounts), text(UNSETTLED))
    if session.scalar(select(under_way)):
        raise PaymentsUnderWay


def _complete(plugin: Plugin, keys: Mapping[str, str]) -> dict[str, str]:
    """A value for each setting and nothing else, without the spaces that copying adds."""
    found = {setting.name: keys.get(setting.name, "").strip() for setting in plugin.settings}
    for setting in plugin.settings:
        value = found[setting.name]
        if (setting.required and not value) or len(value) > LONGEST_KEY:
            raise KeyMissing(setting.label)
    return found


def _read(shop: Shop, account_id: int) -> tuple[GatewayAccount, str]:
    with shop.database.read() as session:
        row = session.execute(
            select(GatewayAccount, Location.code)
            .join(Location, Location.id == GatewayAccount.location_id)
            .where(GatewayAccount.id == account_id, GatewayAccount.retired_at.is_(None))
        ).one_or_none()
    if row is None:
        raise ChangedMeanwhile
    return row.GatewayAccount, row.code


def _candidate(before: GatewayAccount, environment: str) -> GatewayAccount:
    """The account as it would be; of no session, so that nothing can write it."""
    return GatewayAccount(
        id=before.id,
        company_id=before.company_id,
        location_id=before.location_id,
        plugin=before.plugin,
        kind=before.kind,
        environment=environment,
        revision=before.revision + 1,
    )


def _ask(connection: TakesPayments) -> Health:
    """A plugin that cannot prove anything is believed."""
    return connection.check() if isinstance(connection, ProvesHealth) else _NO_CHECK


def _leaves_its_gateway(proved: Proved) -> bool:
    before = proved.before
    return has_keys(before) and before.environment != proved.candidate.environment


def _make_cards_unusable(session: Session, account_id: int) -> None:
    """The other environment's gateway does not know their tokens."""
    session.execute(
        update(SavedCard)
        .where(SavedCard.account_id == account_id, SavedCard.state == "active")
        .values(state="unusable")
    )


def _of(account: GatewayAccount) -> Any:
    """An UPDATE of the account as long as it is as it was read."""
    return update(GatewayAccount).where(
        GatewayAccount.id == account.id,
        GatewayAccount.revision == account.revision,
        GatewayAccount.retired_at.is_(None),
    )


def _replace(session: Session, proved: Proved, now: datetime) -> None:
    candidate = proved.candidate
    replaced = session.execute(
        _of(proved.before)
        .values(
            environment=candidate.environment,
            settings_ciphertext=candidate.settings_ciphertext,
            shown_settings=candidate.shown_settings,
            revision=candidate.revision,
            tested_at=now,
        )
        .returning(GatewayAccount.id)
    )
    if replaced.scalar_one_or_none() is None:
        raise ChangedMeanwhile


def _entry(proved: Proved, actor: Actor) -> Entry:
    before, candidate = proved.before, proved.candidate
    return Entry(
        actor=actor,
        company_id=before.company_id,
        location_id=before.location_id,
        action="gateway_keys_set",
        object_type="gateway_account",
        object_id=before.id,
        before={"environment": before.environment, "last_four": shown_keys(before)},
        after={"environment": candidate.environment, "last_four": shown_keys(candidate)},
    )
