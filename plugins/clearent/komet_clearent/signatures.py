"""Proof that a notification comes from the gateway: ECDSA on brainpoolP384t1 over SHA-384."""

import functools
import hashlib
import json
import re

from ecdsa import VerifyingKey
from ecdsa.curves import BRAINPOOLP384t1, UnknownCurveError
from ecdsa.der import UnexpectedDER
from ecdsa.keys import (
    BadDigestError,
    BadSignatureError,
    MalformedPointError,
)
from ecdsa.util import sigdecode_der

_NOT_A_PROOF = (
    ValueError,
    BadDigestError,
    BadSignatureError,
    MalformedPointError,
    UnexpectedDER,
    UnknownCurveError,
)
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def verify(public_key_hex: str, signed_text: str, signature_hex: str) -> bool:
    """Tell whether the terminal that owns the public key signed exactly this text.

    The key is the hex of a DER SubjectPublicKeyInfo, the signature the hex of a DER ECDSA
    signature. Whatever is malformed proves nothing and gives False. Rule: the vendor's
    "HPP signature verification".
    """
    try:
        key = _key(public_key_hex)
        signature = bytes.fromhex(signature_hex)
        text = signed_text.encode()
        return bool(key.verify(signature, text, hashfunc=hashlib.sha384, sigdecode=sigdecode_der))
    except _NOT_A_PROOF:
        return False


def is_public_key(text: str) -> bool:
    """Tell whether this is a whole public key of a terminal: DER, curve and point."""
    try:
        _key(text)
    except _NOT_A_PROOF:
        return False
    return True


def payload_text(body: str) -> str | None:
    """Cut the exact text of the top-level `payload` value out of a notification.

    The gateway signs that text, so it must not be parsed and written again. None when the body
    is not one JSON object, has no `payload`, or has two of them: a reader that takes the second
    would then act on what nobody signed.
    """
    try:
        found = [text for name, text in _members(body) if name == "payload"]
    except (ValueError, RecursionError):
        return None
    return found[0] if len(found) == 1 else None


@functools.lru_cache(maxsize=64)
def _key(public_key_hex: str) -> VerifyingKey:
    der = bytes.fromhex(public_key_hex)
    key = VerifyingKey.from_der(
        der,
        hashfunc=hashlib.sha384,
        valid_encodings=["uncompressed"],
        valid_curve_encodings=["named_curve"],
    )
    if key.curve != BRAINPOOLP384t1:
        raise UnknownCurveError("the gateway signs on brainpoolP384t1 only")
    return key


def _members(body: str) -> list[tuple[str, str]]:
    """Names and untouched value texts of a JSON object's own members, in order."""
    members = []
    at = _expect(body, 0, "{")
    if body[at : at + 1] == "}":
        at += 1
    else:
        more = True
        while more:
            name, value, at = _member(body, at)
            members.append((name, value))
            more = body[at : at + 1] == ","
            at = _expect(body, at, "," if more else "}")
    if at != len(body):
        raise ValueError("text after the object")
    return members


def _member(body: str, at: int) -> tuple[str, str, int]:
    name, at = _DECODER.raw_decode(body, at)
    if not isinstance(name, str):
        raise ValueError("a member's name must be text")
    start = _expect(body, _skip(body, at), ":")
    _, end = _DECODER.raw_decode(body, start)
    return name, body[start:end], _skip(body, end)


def _expect(body: str, at: int, mark: str) -> int:
    """Position after the mark and the space around it."""
    at = _skip(body, at)
    if body[at : at + 1] != mark:
        raise ValueError(f"{mark} expected")
    return _skip(body, at + 1)


def _skip(body: str, at: int) -> int:
    match = _SPACE.match(body, at)
    return match.end() if match else at
