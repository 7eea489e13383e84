"""The one shape of every answer, and the two shapes of a failure."""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .accounts import Account
from .assumptions import Assumptions
from .codes import status_of, words_of

_NUMBERS = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer before it is written down; `tells` marks those that a notification repeats."""

    status: int
    payload: Mapping[str, Any] | None = None
    links: tuple[Mapping[str, str], ...] = ()
    page: Mapping[str, Any] | None = None
    service: str = "cgw"
    tells: bool = False
    account: Account | None = None

    def text(self, assumptions: Assumptions) -> str:
        """The body as it goes over the wire; a 204 has none."""
        return "" if self.payload is None else _write(self, assumptions)

    def signed(self, assumptions: Assumptions) -> tuple[str, str]:
        """The body of a notification and its signature, in the body too where it belongs."""
        if self.account is None or self.payload is None:
            raise ValueError("only an answer about a transaction can be signed")
        signature = self.account.sign(_compact(self.payload))
        inside = assumptions.webhook_signature_place == "field"
        return _write(self, assumptions, signature if inside else ""), signature


class Refused(Exception):
    """Stops a request with a ready answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"refused with {reply.status}")
        self.reply = reply


def refusal(code: str, words: str = "", *, status: int = 0, service: str = "cgw") -> Refused:
    """Refuse before any transaction came to be: `payload` holds an error and nothing else."""
    error = {"error-message": words or words_of(code), "result-code": code}
    payload = {"error": error, "payloadType": "error"}
    return Refused(Reply(status=status or status_of(code), payload=payload, service=service))


def unauthorized(now: datetime, *, status: int = 401, code: str = "042") -> Refused:
    """Refuse a key or a one-time token: no exchange id, no links, but the time in Java's style."""
    stamp = now.strftime("%a %b %d %H:%M:%S UTC %Y")
    words = words_of(code)
    error = {"error-message": words, "result-code": code, "time-stamp": stamp}
    payload = {"error": error, "payloadType": "error"}
    return Refused(Reply(status=status, payload=payload, service=""))


def link(rel: str, href: str, item_id: str) -> dict[str, str]:
    """One entry of `links`."""
    return {"rel": rel, "href": f"/rest/v2{href}", "id": item_id}


def _write(reply: Reply, assumptions: Assumptions, signature: str = "") -> str:
    word = "success" if reply.status < 400 else "fail"
    head: dict[str, Any] = {
        "code": str(reply.status),
        "status": word.upper() if assumptions.status_in_capitals else word,
    }
    if reply.service:
        head["exchange-id"] = _exchange_id(reply.service)
    if reply.links:
        head["links"] = reply.links
    tail: dict[str, Any] = {"page": reply.page} if reply.page else {}
    if signature:
        tail = {"signature": signature}
    # The signature covers the payload's own text, so that text is spliced in, not written anew.
    parts = [_compact(head)[1:-1], f'"payload":{_compact(reply.payload)}', _compact(tail)[1:-1]]
    return "{" + ",".join(part for part in parts if part) + "}"


def _exchange_id(service: str) -> str:
    return f"ID-clearent-{service}-1-{time.time_ns() // 1_000_000}-0-{next(_NUMBERS)}"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
