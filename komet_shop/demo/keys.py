"""Keys and passwords of one demo: made at its first start, kept in one file of its folder."""

import base64
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from komet_shop.config import Secret
from komet_shop.demo import second_factor

_ALL = (
    "acorn amber apple arrow aspen autumn basil basket beach birch bloom bonnet breeze brook "
    "bucket butter cactus camel candle canyon carrot castle cedar chalk cherry cider cliff "
    "cloud clover cobalt comet copper coral cotton crane crayon dahlia daisy dapple dawn "
    "delta denim desert dove dune eagle ember fable falcon fennel fern fiddle field flame "
    "flute forest fresco frost garden ginger glade glass gold grape grass grove harbor hazel "
    "hill honey indigo iris island ivory jade kettle kite lake lamp laurel leaf lemon light "
    "lilac linen lotus lupine magnet mango maple marble meadow mellow mill mimosa mint mist "
    "moon moss nectar nest night north nutmeg oak oasis ocean olive onyx opal orchid otter "
    "owl paddle palm paper peach pearl pebble pencil peony pepper petal piano pine plaza plum "
    "pollen pond poppy quartz quiet quill rabbit rain raven reed ribbon rice river robin rock "
    "rose ruby russet rust sage sail salt sand sandal seed shadow shell silver sky snow song "
    "sorrel south spark spruce star stone storm stream summer sun sunset swan table teal "
    "thyme tiger topaz tower trail tree tulip tundra valley vase velvet vine violet walnut "
    "wave west wheat willow wind winter wolf wood wren yarrow zinnia"
)
WORDS = _ALL.split()


@dataclass(frozen=True, kw_only=True)
class DemoKeys:
    """What nobody else may know; passwords by login name. Nothing of it stands in the code."""

    secret_key: Secret
    master_key: Secret
    passwords: dict[str, Secret]
    totp_key: Secret


def load_or_make(path: Path, logins: Iterable[str]) -> DemoKeys:
    """The keys of this demo, the same at every start; new logins get a password of their own."""
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    known: dict[str, str] = kept.get("passwords", {})
    passwords = {login: known.get(login) or _password() for login in logins}
    secret_key = kept.get("secret_key") or f"demo-{secrets.token_urlsafe(32)}"
    master_key = kept.get("master_key") or _master_key()
    totp_key = kept.get("totp_key") or second_factor.new_key()
    whole = {
        "secret_key": secret_key,
        "master_key": master_key,
        "passwords": passwords,
        "totp_key": totp_key,
    }
    if whole != kept:
        write_private(path, json.dumps(whole, indent=2) + "\n")
    return DemoKeys(
        secret_key=Secret(secret_key),
        master_key=Secret(master_key),
        passwords={login: Secret(text) for login, text in passwords.items()},
        totp_key=Secret(totp_key),
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; it appears whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _master_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _password() -> str:
    """Three words and a number: easy to type from a screen, too many to guess by hand."""
    words = "-".join(secrets.choice(WORDS) for _ in range(3))
    return f"{words}-{secrets.randbelow(900) + 100}"
