"""Signed places to read a list on from, carried in the address as `?after=`."""

from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer

from komet_shop.web.current import shop

SALT = "list-cursor"


def after(kind: str) -> Any:
    """The place named in the address; None, so page one, when it is missing or made up.

    `kind` binds a cursor to one list in one order.
    """
    text = request.args.get("after", "")
    if not text:
        return None
    try:
        place = _serializer().loads(text)
    except BadSignature:
        return None
    return place[1] if place[0] == kind else None


def cursor(kind: str, place: Any) -> str | None:
    """What to put into `?after=`; None on the last page."""
    return None if place is None else str(_serializer().dumps([kind, place]))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(shop().config.secret_key.reveal(), salt=SALT)
