"""Refuses card-like numbers wherever a request may carry them, and never keeps them."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import structlog
from flask import abort, g, request

from komet_shop.domain.card_numbers import has_card_number
from komet_shop.plugin_api import N_

log = structlog.get_logger(__name__)

EXEMPT: frozenset[str] = frozenset({"notifications.receive"})
"""Signed bodies of the gateway, which may name masked or made-up numbers."""
MOST_FILE_BYTES = 1_000_000
ADDRESS = N_("the address")
BODY = N_("the body")
FIELD_NAME = N_("a field's name")
PLACES = frozenset({ADDRESS, BODY, FIELD_NAME})
"""Where a card number can stand beside a field of a form."""


def refuse_card_numbers() -> None:
    """Before everything else: 422 when a path, query, field, file or JSON holds a card number.

    What is logged is the name of the field, never the value.
    Rule: docs/payments.md, "Card data".
    """
    if request.endpoint in EXEMPT:
        return
    for field, text in _texts():
        if has_card_number(unicodedata.normalize("NFKC", text)):
            safe_name = FIELD_NAME if _is_bad(field) else field[:60]
            log.warning("card_data_refused", field=safe_name, route=_route())
            g.address_is_unspeakable = True
            g.card_data_at = safe_name
            abort(422, f"card-like data refused at {safe_name}")


def _texts() -> Iterator[tuple[str, str]]:
    yield ADDRESS, request.path
    for name, value in request.args.items(multi=True):
        yield name, name
        yield name, value
    if request.method in ("GET", "HEAD"):
        return
    if request.is_json:
        yield from _json_texts(BODY, request.get_json(silent=True, force=True))
        yield BODY, request.get_data(as_text=True)
        return
    yield from _form_texts()


def _form_texts() -> Iterator[tuple[str, str]]:
    for name, value in request.form.items(multi=True):
        yield name, name
        yield name, value
    for name, upload in request.files.items(multi=True):
        yield name, upload.filename or ""
        yield name, upload.stream.read(MOST_FILE_BYTES).decode("utf-8", "replace")
        upload.stream.seek(0)
    if not request.form and not request.files:
        yield BODY, request.get_data(as_text=True)


def _json_texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), str(key)
            yield from _json_texts(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _json_texts(name, inner)
    elif value is not None:
        yield name, str(value)


def _is_bad(name: str) -> bool:
    return has_card_number(unicodedata.normalize("NFKC", name))


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else ""
