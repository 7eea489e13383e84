"""Keys and card tokens at rest: sealed with AES-GCM, bound to the row they belong to."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
WRAPPED = NONCE + 32 + 16


class SealBroken(Exception):
    """A ciphertext was altered, or copied from another row, or the master key is another."""


class SecretBox:
    """Seals texts under a data key of their own, which the master key wraps.

    `purpose` names the row and the use ("account:7:settings"); opening with another one
    fails, so that a ciphertext copied elsewhere is worthless.
    Rule: docs/payments.md, "Secrets".
    """

    def __init__(self, *master_keys: bytes) -> None:
        """The first key seals; the others, from before, only open."""
        self._masters = [AESGCM(key) for key in master_keys]
        self._digest_keys = [
            hashlib.sha256(b"digest of card tokens" + key).digest() for key in master_keys
        ]

    def seal(self, text: str, *, purpose: str) -> str:
        """Ciphertext, as URL-safe base64."""
        data_key = AESGCM.generate_key(bit_length=256)
        outer, inner = os.urandom(NONCE), os.urandom(NONCE)
        wrapped = self._masters[0].encrypt(outer, data_key, purpose.encode())
        sealed = AESGCM(data_key).encrypt(inner, text.encode(), purpose.encode())
        return base64.urlsafe_b64encode(outer + wrapped + inner + sealed).decode()

    def open(self, ciphertext: str, *, purpose: str) -> str:
        """The text again.

        Raises:
            SealBroken: altered, of another purpose, or of another master key.
        """
        raw = base64.urlsafe_b64decode(ciphertext)
        wrapped, rest = raw[:WRAPPED], raw[WRAPPED:]
        data_key, _number = self._unwrapped(wrapped, purpose)
        try:
            return AESGCM(data_key).decrypt(rest[:NONCE], rest[NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(purpose) from error

    def rewrap(self, ciphertext: str, *, purpose: str) -> str | None:
        """The same under the first master key; None when that one wraps it already.

        Raises:
            SealBroken: as for `open`.
        """
        raw = base64.urlsafe_b64decode(ciphertext)
        data_key, number = self._unwrapped(raw[:WRAPPED], purpose)
        if number == 0:
            return None
        outer = os.urandom(NONCE)
        wrapped = self._masters[0].encrypt(outer, data_key, purpose.encode())
        return base64.urlsafe_b64encode(outer + wrapped + raw[WRAPPED:]).decode()

    def digest(self, text: str) -> str:
        """A keyed digest: finds an equal token without telling what it is."""
        return self.digests(text)[0]

    def digests(self, text: str) -> list[str]:
        """The digests under every key: what was kept before the key changed is found too."""
        return [
            hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._digest_keys
        ]

    def _unwrapped(self, wrapped: bytes, purpose: str) -> tuple[bytes, int]:
        """The data key, and the number of the master key that wraps it."""
        for number, master in enumerate(self._masters):
            try:
                return master.decrypt(wrapped[:NONCE], wrapped[NONCE:], purpose.encode()), number
            except (InvalidTag, ValueError):
                continue
        raise SealBroken(purpose)
