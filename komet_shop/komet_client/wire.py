"""Komet's JSON: exact decimals out, lenient envelopes in. Every number comes in as text."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from komet_shop.komet_client.transport import HttpCall
from komet_shop.services.erp import ErpRefused, ErpUnavailable

Row = dict[str, object]

TOKEN = "authenticationToken"  # noqa: S105 - the parameter's name
_EXACT = re.compile(r'"\\u0000(-?\d+(?:\.\d+)?)\\u0000"')
_YES = frozenset({"1", "true", "yes", "success", "ok"})
_USED_UP = re.compile(r"\blimit\b.*\b(requests?|calls?)\b", re.IGNORECASE | re.DOTALL)
_NOT_LET_IN = re.compile(r"\b(token|authenticat\w*|authoriz\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Where Komet is and how it knows us; `account` is its number for our company."""

    url: str
    token: str
    account: str = ""

    def __repr__(self) -> str:
        return f"Entrance(url={self.url!r})"


def request(entrance: Entrance, verb: str, method: str, values: Mapping[str, object]) -> HttpCall:
    """A call with the token where this kind of method wants it: header, query or body.

    Absent values (None) are left out; Decimals are written as exact JSON numbers.
    """
    given = {name: value for name, value in values.items() if value is not None}
    url, headers = f"{entrance.url}/{method}", {}
    if method.startswith(("ecommerce/", "web-order.")):
        headers = {TOKEN: entrance.token, "X-ACCOUNT": entrance.account}
    else:
        given[TOKEN] = entrance.token
    if verb == "GET":
        query = {name: str(value) for name, value in given.items()}
        return HttpCall(verb=verb, url=url, query=query, headers=headers)
    body = _EXACT.sub(r"\1", json.dumps(given, default=_mark)).encode()
    headers["Content-Type"] = "application/json"
    return HttpCall(verb=verb, url=url, headers=headers, body=body)


def answer(body: bytes) -> Row:
    """The object inside an envelope that says yes.

    Raises:
        ErpUnavailable: no JSON object with a status; or the token or the day's calls are the
            trouble, which is no fault of what was asked.
        ErpRefused: the status says no.
    """
    envelope = _parse(body)
    status, message = envelope.get("status"), str(envelope.get("message") or "")
    if status is None:
        raise ErpUnavailable("Komet: an answer without a status")
    if str(status).strip().lower() in _YES:
        return envelope
    if _USED_UP.search(message) or _NOT_LET_IN.search(message):
        raise ErpUnavailable(f"Komet: {message[:300]}")
    raise ErpRefused(message[:300] or "Komet gave no reason")


def rows(envelope: Row, *names: str) -> list[Row]:
    """The first named array that is there; rows that are no objects are left out."""
    for name in names:
        found = envelope.get(name)
        if isinstance(found, list):
            return [row for row in found if isinstance(row, dict)]
    return []


def text(row: Row, *names: str) -> str:
    """The first of these fields that is there and not empty, as text; else an empty one."""
    for name in names:
        value = row.get(name)
        if value is not None and not isinstance(value, dict | list) and str(value).strip():
            return str(value).strip()
    return ""


def flag(row: Row, *names: str, default: bool = False) -> bool:
    """1, "1", true and "true" are yes; absent is `default`."""
    value = text(row, *names)
    return value.lower() in _YES if value else default


def _parse(body: bytes) -> Row:
    try:
        found = json.loads(body, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise ErpUnavailable("Komet: an answer that is no JSON") from None
    if not isinstance(found, dict):
        raise ErpUnavailable("Komet: an answer that is no object")
    return found


def _mark(value: object) -> str:
    """JSON has decimals but Python's writer has floats only: decimals travel marked."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value)} has no place in a request")
    return f"\0{value}\0"
