"""Exchanging the master key: everything that the old one sealed is sealed under the new one.

While both are configured each of them opens, so that whatever ends this half-way leaves
everything readable. Rule: docs/operations.md, "Changing the master key".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from komet_shop.models import Company, GatewayAccount, SavedCard, User
from komet_shop.services import audit, saved_cards, totp_keys
from komet_shop.services.gateway_accounts import NO_KEYS
from komet_shop.services.gateways import seal_purpose
from komet_shop.services.scope import Actor
from komet_shop.services.secret_box import SealBroken, SecretBox
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

BATCH = 100
Values = dict[str, str]


class NoOldKey(Exception):
    """There is nothing to exchange: no old master key is configured, or it is the new one."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one transaction did to one table. `last`: the row it came to, None at the end."""

    what: str
    resealed: int
    unreadable: int
    last: int | None


@dataclass(frozen=True)
class _Sealed:
    """A column that the master key seals, and what a row gets in its place."""

    what: str
    column: InstrumentedAttribute[Any]
    anew: Callable[[Any], Values]


def exchange(shop: Shop, *, actor: Actor, most: int = BATCH) -> Iterator[Batch]:
    """Seal all anew, `most` rows in a transaction; the end is noted in the audit log.

    What is done stays done; doing it again finds the rest. Rows that neither key opens are
    counted and left as they are.

    Raises:
        NoOldKey: nothing was changed.
    """
    if len(set(shop.config.master_keys)) < 2:
        raise NoOldKey
    counts: dict[str, int] = {}
    for sealed in _all_sealed(shop):
        for done in _batches(shop, sealed, most):
            counts[done.what] = counts.get(done.what, 0) + done.resealed
            yield done
    shop.database.run(lambda session: _note(session, shop, actor, counts))


def _all_sealed(shop: Shop) -> tuple[_Sealed, ...]:
    """Retired accounts and deleted cards too: old payments are still asked about with them."""
    box, keys = shop.box, shop.config.master_keys
    return (
        _Sealed("gateway_accounts", GatewayAccount.settings_ciphertext, partial(_keys_anew, box)),
        _Sealed("saved_cards", SavedCard.token_ciphertext, partial(_card_anew, box)),
        _Sealed("authenticator_apps", User.tf_totp_secret, partial(_app_anew, keys)),
    )


def _keys_anew(box: SecretBox, row: GatewayAccount) -> Values:
    sealed = box.rewrap(row.settings_ciphertext, purpose=seal_purpose(row))
    return {"settings_ciphertext": sealed} if sealed else {}


def _card_anew(box: SecretBox, row: SavedCard) -> Values:
    """With the digest by which an equal card is found."""
    purpose = saved_cards.seal_purpose(row.company_id, row.location_id)
    sealed = box.rewrap(row.token_ciphertext, purpose=purpose)
    if sealed is None:
        return {}
    token = box.open(sealed, purpose=purpose)
    return {"token_ciphertext": sealed, "token_hmac": box.digest(token)}


def _app_anew(keys: tuple[bytes, ...], row: User) -> Values:
    try:
        sealed = totp_keys.reseal(row.tf_totp_secret or "", *keys)
    except (KeyError, ValueError) as error:
        raise SealBroken("authenticator app") from error
    return {"tf_totp_secret": sealed} if sealed else {}


def _batches(shop: Shop, sealed: _Sealed, most: int) -> Iterator[Batch]:
    last: int | None = 0
    while last is not None:
        done = shop.database.run(partial(_reseal, sealed=sealed, after=last, most=most))
        yield done
        last = done.last


def _reseal(session: Session, *, sealed: _Sealed, after: int, most: int) -> Batch:
    table = sealed.column.class_
    kept = sealed.column.is_not(None), sealed.column != NO_KEYS
    statement = select(table).where(table.id > after, *kept).order_by(table.id).limit(most)
    rows = session.scalars(statement).unique().all()
    outcomes = [_reseal_one(session, sealed, row) for row in rows]
    return Batch(
        what=sealed.what,
        resealed=outcomes.count(True),
        unreadable=outcomes.count(None),
        last=rows[-1].id if len(rows) == most else None,
    )


def _reseal_one(session: Session, sealed: _Sealed, row: Any) -> bool | None:
    """True when it was sealed anew, None when neither key opens it.

    Only what was read is replaced: somebody may have entered other keys in the same moment.
    """
    try:
        anew = sealed.anew(row)
    except SealBroken:
        log.error("seal_broken", name=f"{sealed.what} {row.id}")
        return None
    if not anew:
        return False
    table, column = sealed.column.class_, sealed.column
    changed = session.execute(
        update(table)
        .where(table.id == row.id, column == getattr(row, column.key))
        .values(**anew)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None


def _note(session: Session, shop: Shop, actor: Actor, counts: dict[str, int]) -> None:
    company = session.scalars(select(Company.id).order_by(Company.id).limit(1)).first()
    if company is None:
        return
    entry = audit.Entry(
        actor=actor,
        company_id=company,
        action="master_key_changed",
        object_type="shop",
        object_id=None,
        after=dict(counts),
    )
    audit.write(session, entry, shop.clock.now())
