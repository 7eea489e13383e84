"""Keys of authenticator apps at rest: sealed under a key that only this use derives."""

import base64
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from passlib.totp import TOTP, AppWallet

from komet_shop.config import Secret

_KEY = b"komet-shop second factor: key"
_TAG = b"komet-shop second factor: tag"


def wallet(*master_keys: bytes) -> dict[str, str]:
    """The secrets that seal keys of authenticator apps, by the tag that sealed keys carry.

    Both follow from the master key; the first one seals, those from before only open. What yet
    another master key sealed has another tag: it is refused, never misread.
    Rule: docs/operations.md, "Second factor".
    """
    return {_tag(key): _secret(key) for key in master_keys}


def factory(secrets: dict[str, str], *, issuer: str | None = None) -> type[TOTP]:
    """What makes and checks codes; it seals under the first secret."""
    kept = AppWallet(secrets=secrets, default_tag=next(iter(secrets)))
    made: type[TOTP] = TOTP.using(issuer=issuer, wallet=kept)
    return made


def seal(key: Secret, master_key: bytes) -> str:
    """A key (base32, as authenticator apps take it) in the form that the database keeps."""
    made = factory(wallet(master_key))
    return str(made(key=key.reveal(), format="base32").to_json(encrypt=True))


def reseal(sealed: str, *master_keys: bytes) -> str | None:
    """The same key under the first master key; None when that one seals it already.

    Raises:
        KeyError: none of the master keys sealed it.
    """
    if json.loads(sealed).get("enckey", {}).get("t") == _tag(master_keys[0]):
        return None
    opened = factory(wallet(*master_keys)).from_source(sealed)
    return str(opened.to_json(encrypt=True))


def _tag(master_key: bytes) -> str:
    return base64.b32encode(_derived(master_key, _TAG, length=5)).decode().lower()


def _secret(master_key: bytes) -> str:
    return base64.urlsafe_b64encode(_derived(master_key, _KEY, length=32)).decode()


def _derived(master_key: bytes, purpose: bytes, *, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length=length, salt=None, info=purpose).derive(master_key)
