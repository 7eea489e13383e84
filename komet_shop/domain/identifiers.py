"""Names of things that never look like card numbers: random ones, and those of a content."""

import hashlib
import secrets

_BASE32 = "abcdefghijkmnpqrstuvwxyz23456789"
_REFERENCE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def public_id(prefix: str) -> str:
    """An outside name for a row: a prefix and 12 letters, 60 bits of chance."""
    return f"{prefix}_" + "".join(secrets.choice(_BASE32) for _ in range(12))


def gateway_reference() -> str:
    """Our name for one operation at the gateway: 20 characters of A-Z and 2-9.

    Unique per operation, not per order: a retry after a decline is another operation.
    """
    return "KS" + "".join(secrets.choice(_REFERENCE) for _ in range(18))


def action_key() -> str:
    """The key of one user action, made when the page with the button is drawn."""
    return secrets.token_urlsafe(24)


def fingerprint(content: bytes) -> str:
    """What a content is recognised by: its SHA-256 in 64 letters.

    Without digits it is no card number, whoever cuts it short.
    """
    return hashlib.sha256(content).hexdigest().translate(_LETTERS)
