"""Keys of a gateway account: proved by a harmless call first, then kept by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, text, update
from sqlalchemy.orm import Session

from komet_shop.models import GatewayAccount, Location, Operation, SavedCard
from komet_shop.models.gateway import UNSETTLED
from komet_shop.plugin_api import Health
from komet_shop.services import activation_mails, audit, gateways, key_checks, key_owners
from komet_shop.services.audit import Entry
from komet_shop.services.gateway_accounts import has_keys, seal, shown_keys
from komet_shop.services.gateways import NoAccount
from komet_shop.services.key_checks import Given, KeysRefused
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop

LONGEST_MESSAGE = 200


class ChangedMeanwhile(KeysRefused):
    """Somebody else entered keys, or turned the account off, in the same moment."""


class PaymentsUnderWay(KeysRefused):
    """A payment of the account waits for the gateway that these keys would leave."""


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Keys that the gateway accepted a moment ago, and the account as it was before."""

    candidate: GatewayAccount
    before: GatewayAccount
    health: Health


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
        KeysRefused: one of its kinds, but for PaymentsUnderWay.
    """
    keys = key_checks.complete(shop, given)
    before, code = _read(shop, account_id)
    with shop.database.read() as session:
        key_owners.require_unused(session, shop, keys, account_id=account_id)
    candidate = _candidate(before, given.environment)
    seal(shop.box, candidate, keys)
    health = key_checks.prove(shop, shop.gateways.account_of(candidate, code))
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
        key_checks.Unanswered, key_checks.Crowded: nothing is known, and nothing was changed.
    """
    account, code = _read(shop, account_id)
    if not has_keys(account):
        raise NoAccount(account_id)
    health = key_checks.ask(shop, shop.gateways.account_of(account, code))
    now = shop.clock.now()
    shop.database.run(lambda session: _note_test(session, account, health, actor=actor, now=now))
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
    if _is_under_way(session, accounts):
        raise PaymentsUnderWay


def is_anything_under_way(session: Session, location_id: int) -> bool:
    """The same as a question, for a page; nothing is locked."""
    own = select(GatewayAccount.id).where(GatewayAccount.location_id == location_id)
    return _is_under_way(session, session.scalars(own).all())


def _is_under_way(session: Session, accounts: Sequence[int]) -> bool:
    under_way = exists().where(Operation.account_id.in_(accounts), text(UNSETTLED))
    return bool(session.scalar(select(under_way)))


def _note_test(
    session: Session, account: GatewayAccount, health: Health, *, actor: Actor, now: datetime
) -> None:
    why = "" if health.ok else health.message
    failure = {"last_failure_at": now, "last_failure": why[:LONGEST_MESSAGE]}
    values: dict[str, Any] = {"tested_at": now} if health.ok else {"tested_at": None, **failure}
    session.execute(_of(account).values(**values))
    entry = Entry(
        actor=actor,
        company_id=account.company_id,
        location_id=account.location_id,
        action="gateway_tested",
        object_type="gateway_account",
        object_id=account.id,
        after={"ok": health.ok},
        reason=why,
    )
    audit.write(session, entry, now)
    if health.ok:
        gateways.note_answer(session, account.id, now)


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
