"""Stored cards: the vault's tokens, without the numbers they stand for."""

import dataclasses
import secrets
from datetime import UTC, datetime
from typing import Any

from .accounts import MERCHANT_ID
from .cards import Card
from .ledger import Ledger
from .storage import Storage

ACTIVE, INACTIVE, DELETED = "Active", "Inactive", "Deleted"


@dataclasses.dataclass(kw_only=True)
class StoredCard:
    """One token of the vault."""

    token_id: str
    account: str
    created: datetime
    updated: datetime
    last4: str
    brand: str
    expiry: str
    status: str = ACTIVE
    times_used: int = 0
    description: str = ""
    customer_key: str = ""
    default: bool = False
    avs_address: str = ""
    avs_zip: str = ""

    def as_card(self, security_code: str = "") -> Card:
        """The card as a charge presents it."""
        return Card(
            last4=self.last4,
            brand=self.brand,
            expiry=self.expiry,
            security_code=security_code,
            token=self.token_id,
        )


class Vault:
    """Stored cards by token id. Changes happen while the ledger is held, and last with it."""

    def __init__(self, storage: Storage, ledger: Ledger) -> None:
        self._storage = storage
        self._ledger = ledger
        self._cards: dict[str, StoredCard] = {}
        for document in storage.all("token"):
            stored = StoredCard(
                **document
                | {
                    name: datetime.fromisoformat(document[name]).astimezone(UTC)
                    for name in ("created", "updated")
                }
            )
            self._cards[stored.token_id] = stored

    def store(self, card: Card, account: str, now: datetime, **details: Any) -> StoredCard:
        """Keep a card: nineteen digits, 1100 first and the card's last four at the end."""
        token_id = f"1100{secrets.randbelow(10**11):011d}{card.last4}"
        stored = StoredCard(
            token_id=token_id,
            account=account,
            created=now,
            updated=now,
            last4=card.last4,
            brand=card.brand,
            expiry=card.expiry,
            **details,
        )
        self.keep(stored)
        return stored

    def keep(self, stored: StoredCard) -> None:
        """Make a change of a stored card last."""
        document = {
            **vars(stored),
            "created": stored.created.isoformat(),
            "updated": stored.updated.isoformat(),
        }
        with self._ledger.changing():
            self._cards[stored.token_id] = stored
            self._storage.put("token", stored.token_id, document)

    def find(self, token_id: str) -> StoredCard | None:
        """A stored card, whatever its status."""
        return self._cards.get(token_id)

    def all(self) -> list[StoredCard]:
        """Every stored card, newest first."""
        with self._ledger.changing():
            return sorted(self._cards.values(), key=lambda one: one.created, reverse=True)

    def forget(self) -> None:
        """Empty the vault."""
        with self._ledger.changing():
            self._cards.clear()
            self._storage.forget("token")


def presented(stored: StoredCard, **more: Any) -> dict[str, Any]:
    """A stored card as the vault answers it; dates are ISO 8601 here, unlike elsewhere."""
    shown = {
        "token-id": stored.token_id,
        "created": _stamp(stored.created),
        "updated": _stamp(stored.updated),
        "times-used": str(stored.times_used),
        "status": stored.status,
        "last-four-digits": stored.last4,
        "exp-date": stored.expiry,
        "card-type": stored.brand,
        "description": stored.description,
        "avs-address": stored.avs_address,
        "avs-zip": stored.avs_zip,
        "customer-key": stored.customer_key,
        "default": stored.default,
        "merchant-id": MERCHANT_ID,
        **more,
    }
    return {name: value for name, value in shown.items() if value != ""}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
