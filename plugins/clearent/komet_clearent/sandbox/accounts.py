"""Terminals of the one merchant: each with its secret key and its signing key."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from ecdsa import SigningKey
from ecdsa.curves import BRAINPOOLP384t1
from ecdsa.util import sigencode_der

# Twelve digits, so that no guard against card numbers takes it for one.
MERCHANT_ID = "658800000011"
FIRST_TERMINAL = 88_800_000


@dataclass(frozen=True, kw_only=True)
class Account:
    """One gateway terminal. `public_key` is 248 hex characters of a SubjectPublicKeyInfo."""

    label: str
    api_key: str
    public_key: str
    terminal_id: str
    signing_key: str = field(repr=False)
    merchant_id: str = MERCHANT_ID

    def sign(self, text: str) -> str:
        """Sign as the gateway signs notifications: hex DER ECDSA over SHA-384."""
        key = SigningKey.from_der(bytes.fromhex(self.signing_key))
        signed: bytes = key.sign(text.encode(), hashfunc=hashlib.sha384, sigencode=sigencode_der)
        return signed.hex()

    def shown(self) -> dict[str, Any]:
        """What the ready file tells about the account."""
        names = ("label", "api_key", "public_key", "merchant_id", "terminal_id")
        return {name: getattr(self, name) for name in names}


def issue(label: str, number: int) -> Account:
    """Issue fresh keys for the merchant's terminal of this number."""
    key = SigningKey.generate(curve=BRAINPOOLP384t1)
    return Account(
        label=label,
        api_key=f"sandbox-{secrets.token_hex(16)}",
        public_key=key.verifying_key.to_der().hex(),
        terminal_id=f"{FIRST_TERMINAL + number}",
        signing_key=key.to_der().hex(),
    )
