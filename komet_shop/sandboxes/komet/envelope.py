"""Komet's answers: a status that is often text, a message, and named arrays with exact decimals."""

import json
import re
from decimal import Decimal

from flask import Response

from komet_shop.sandboxes.komet.switches import Switches

Answer = dict[str, object]
# JSON has decimals but Python's writer has floats only: decimals travel marked and are unquoted.
_MARKED = re.compile(r'"\\u0000(-?\d+(?:\.\d+)?)\\u0000"')


def success(method: str, answer: Answer, switches: Switches) -> Response:
    """What a call returned, inside the envelope."""
    message = answer.pop("message", "OK")
    return _envelope(
        {"status": _status(method, 1, switches), "message": message} | answer, switches
    )


def failure(method: str, message: str, switches: Switches, *, http: int = 200) -> Response:
    """Why a call was refused. Komet documents no codes: a text is all there is."""
    body: Answer = {"status": _status(method, 0, switches), "message": message[:500]}
    return _envelope(body, switches, http=http)


def money(cents: int | None) -> Decimal | None:
    """An amount with its two decimals."""
    return None if cents is None else Decimal(cents).scaleb(-2)


def price(price_e4: int) -> Decimal:
    """A unit price with its four decimals."""
    return Decimal(price_e4).scaleb(-4)


def _status(method: str, status: int, switches: Switches) -> int | str:
    as_integer = switches.status_style == "integer" or (
        switches.status_style == "mixed" and method.startswith("ecommerce/")
    )
    return status if as_integer else str(status)


def _envelope(body: Answer, switches: Switches, *, http: int = 200) -> Response:
    text = json.dumps(body, default=_mark)
    text = _MARKED.sub(r'"\1"' if switches.money_as_text else r"\1", text)
    return Response(text, status=http, content_type="application/json;charset=UTF-8")


def _mark(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value)} has no place in an answer")
    return f"\0{value}\0"
