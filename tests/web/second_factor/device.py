"""A device that keeps passkeys, in software: what browsers hand to it and get from it."""

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.web.browser import Browser

ORIGIN = "http://localhost:5000"
PASSKEYS, LOGIN, VERIFY = "/second-factor/passkeys", "/second-factor/passkey", "/verify/passkey"
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40
ES256 = -7


@dataclass
class Asked:
    """A page that asks the device: its question, where the answer goes, its hidden fields."""

    options: dict[str, Any]
    action: str
    fields: dict[str, str]


@dataclass
class Device:
    """One key. `uses` is counted as security keys do; phones that copy passkeys say 0."""

    origin: str = ORIGIN
    uses: int = 0
    counts: bool = False
    handle: str = ""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(24))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def seen_on(self, origin: str) -> "Device":
        """The same key, used on a page of another address."""
        return replace(self, origin=origin)

    def make(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        self.handle = options["user"]["id"]
        seen = self.key.public_key().public_numbers()
        public = {1: 2, 3: ES256, -1: 1, -2: _bytes(seen.x), -3: _bytes(seen.y)}
        head = self._head(options["rp"]["id"], PRESENT | VERIFIED | NEW)
        whole = head + bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        said = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": whole})
        return self._credential(
            clientDataJSON=_text(self._client("webauthn.create", options)),
            attestationObject=_text(said),
            transports=["internal", "of-tomorrow"],
        )

    def answer(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        self.uses += self.counts
        head, client = self._head(options["rpId"], PRESENT), self._client("webauthn.get", options)
        signed = head + hashlib.sha256(client).digest()
        return self._credential(
            clientDataJSON=_text(client),
            authenticatorData=_text(head),
            signature=_text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=self.handle,
        )

    def _head(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()

    def _credential(self, **response: Any) -> str:
        name = _text(self.id)
        whole = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(whole)


def ask(browser: Browser, path: str, fields: dict[str, str] | None = None) -> Asked:
    """Press the button of a page that leads to the device, and read what it would be asked."""
    page = browser.post(path, fields or {}).text
    form = re.search(r"<form[^>]*data-passkey=.*?</form>", page, re.DOTALL)
    assert form is not None, page
    hidden = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form[0])
    options = re.search(r'data-passkey-options="([^"]*)"', form[0])
    action = re.search(r'action="([^"]*)"', form[0])
    assert options is not None
    assert action is not None
    return Asked(
        options=json.loads(unescape(options[1])),
        action=unescape(action[1]),
        fields={name: unescape(value) for name, value in hidden},
    )


def tell(browser: Browser, asked: Asked, credential: str) -> Any:
    """Send what the device said."""
    return browser.post_raw(asked.action, {**asked.fields, "credential": credential})


def add(browser: Browser, name: str = "My phone", device: Device | None = None) -> Device:
    """Add a passkey to whoever is logged in."""
    new = device or Device()
    asked = ask(browser, PASSKEYS, {"name": name})
    answer = tell(browser, asked, new.make(asked.options))
    assert answer.headers["Location"] == PASSKEYS
    return new


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(number: int) -> bytes:
    return number.to_bytes(32)
