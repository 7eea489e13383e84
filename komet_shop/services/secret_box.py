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

    def __init__(self, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._digest_key = hashlib.sha256(b"digest of card tokens" + master_key).digest()

    def seal(self, text: str, *, purpose: str) -> str:
        """Ciphertext, as URL-safe base64."""
        data_key = AESGCM.generate_key(bit_length=256)
        outer, inner = os.urandom(NONCE), os.urandom(NONCE)
        wrapped = self._master.encrypt(outer, data_key, purpose.encode())
        sealed = AESGCM(data_key).encrypt(inner, text.encode(), purpose.encode())
        return base64.urlsafe_b64encode(outer + wrapped + inner + sealed).decode()

    def open(self, ciphertext: str, *, purpose: str) -> str:
        """The text again.

        Raises:
            SealBroken: altered, of another purpose, or of another master key.
        """
        raw = base64.urlsafe_b64decode(ciphertext)
        wrapped, rest = raw[:WRAPPED], raw[WRAPPED:]
        aad = purpose.encode()
        try:
            data_key = self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], aad)
            return AESGCM(data_key).decrypt(rest[:NONCE], rest[NONCE:], aad).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(purpose) from error

    def digest(self, text: str) -> str:
        """A keyed digest: finds an equal token without telling what it is."""
        return hmac.new(self._digest_key, text.encode(), hashlib.sha256).hexdigest()
