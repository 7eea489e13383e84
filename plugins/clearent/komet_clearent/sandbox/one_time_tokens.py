"""One-time tokens (mobile JWTs): a card, presented in the browser, that can be charged once."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from datetime import datetime, timedelta

from .accounts import Account
from .cards import Card


class OneTimeTokens:
    """Cards waiting to be charged, in memory only."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[str, datetime, Card]] = {}

    def mint(self, account: Account, card: Card, *, now: datetime, seconds: int) -> str:
        """Hand out a token for a card at one terminal, good for some seconds."""
        name = secrets.token_urlsafe(24)
        until = now + timedelta(seconds=seconds)
        with self._lock:
            self._drop_expired(now)
            self._waiting[name] = (account.label, until, card)
        claims = {
            "last-four": card.last4,
            "type": "MANUAL",
            "exp": int(until.timestamp()),
            "token": name,
        }
        return self._signed(claims)

    def peek(self, token: str, account: Account, now: datetime) -> Card | None:
        """The card behind a token, if this terminal may charge it now."""
        with self._lock:
            return self._card(self._name(token), account, now)

    def use(self, token: str, account: Account, now: datetime) -> Card | None:
        """The same, and the token is used up: of two attempts at once only one gets the card."""
        name = self._name(token)
        with self._lock:
            card = self._card(name, account, now)
            if card is not None:
                del self._waiting[name]
            return card

    def forget(self) -> None:
        """Drop every waiting card."""
        with self._lock:
            self._waiting.clear()

    def _card(self, name: str, account: Account, now: datetime) -> Card | None:
        label, until, card = self._waiting.get(name, ("", now, None))
        return card if label == account.label and now < until else None

    def _drop_expired(self, now: datetime) -> None:
        self._waiting = {name: kept for name, kept in self._waiting.items() if kept[1] > now}

    def _signed(self, claims: dict[str, object]) -> str:
        head = _base64({"alg": "HS256", "typ": "JWT"})
        body = _base64(claims)
        return f"{head}.{body}.{self._seal(f'{head}.{body}')}"

    def _name(self, token: str) -> str:
        """The name in a token of ours; empty when we did not sign it."""
        text, _, seal = token.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(text).encode()):
            return ""
        body = text.partition(".")[2]
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        return str(claims["token"])

    def _seal(self, text: str) -> str:
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _base64(value: dict[str, object]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
