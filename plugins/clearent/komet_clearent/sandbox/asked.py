"""One request to the gateway, once its key and its body have been read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from werkzeug.datastructures import Headers

from .accounts import Account
from .assumptions import Assumptions
from .envelope import refusal
from .state import Sandbox


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it came over the wire; it outlives the connection that brought it.

    `issuer_code` comes from a fault: the issuer then declines with it, whatever the amount.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Headers
    raw: bytes
    issuer_code: str = ""

    def json(self) -> dict[str, Any] | None:
        """The body, when it is a JSON object."""
        try:
            body = json.loads(self.raw)
        except (ValueError, RecursionError):
            return None
        return body if isinstance(body, dict) else None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a handler needs to answer: who asks, when, and what."""

    sandbox: Sandbox
    account: Account
    call: Call
    service: str
    body: dict[str, Any] = field(default_factory=dict)
    item: str = ""
    mobile: bool = False

    @property
    def assumptions(self) -> Assumptions:
        """The switches as they stand."""
        return self.sandbox.assumptions

    @property
    def now(self) -> datetime:
        """The sandbox's time."""
        return self.sandbox.clock.now()

    def text(self, name: str, longest: int = 255) -> str:
        """A field as text, empty when absent; too long a one is refused with 400 041."""
        value = self.body.get(name)
        text = "" if value is None else str(value).strip()
        if len(text) > longest:
            raise refusal("041", f"{name} is longer than {longest}", service=self.service)
        return text

    def says(self, name: str) -> bool:
        """A yes-or-no field, in any spelling."""
        return self.text(name).lower() in {"true", "1"}
