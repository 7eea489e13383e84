"""Keys of authenticator apps at rest: sealed under a key that only this use derives."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from passlib.totp import TOTP

from komet_shop.config import Secret

_KEY = b"komet-shop second factor: key"
_TAG = b"komet-shop second factor: tag"


def wallet(master_key: bytes) -> dict[str, str]:
    """The secret that seals keys of authenticator apps, by the tag that sealed keys carry.

    Both follow from the master key. What another master key sealed has another tag: it is
    refused, never misread. Rule: docs/operations.md, "Second factor".
    """
    tag = base64.b32encode(_derived(master_key, _TAG, length=5)).decode().lower()
    key = base64.urlsafe_b64encode(_derived(master_key, _KEY, length=32)).decode()
    return {tag: key}


def seal(key: Secret, master_key: bytes) -> str:
    """A key (base32, as authenticator apps take it) in the form that the database keeps."""
    factory = TOTP.using(secrets=wallet(master_key))
    return str(factory(key=key.reveal(), format="base32").to_json(encrypt=True))


def _derived(master_key: bytes, purpose: bytes, *, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length=length, salt=None, info=purpose).derive(master_key)
