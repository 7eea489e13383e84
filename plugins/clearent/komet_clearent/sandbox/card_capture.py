"""Turns a card from the browser into a one-time token; asks for the public key only."""

import re

from .asked import Asked
from .cards import Card, brand_of, is_expiry, passes_luhn
from .charge_request import read_card
from .envelope import Reply, refusal

_TRACK2 = re.compile(r";?(\d{12,19})=(\d\d)(\d\d)\d*\??", re.ASCII)


def manual(asked: Asked) -> Reply:
    """A card typed by its holder."""
    card = read_card(asked)
    if card.token or card.unusable:
        raise refusal("009", service=asked.service)
    return _mint(asked, card)


def reader(asked: Asked) -> Reply:
    """A card read by a device; only plain track 2 data can be read without the device's keys."""
    found = _TRACK2.fullmatch(asked.text("track2-data"))
    if found is None:
        raise refusal("041", "track2-data is required", service=asked.service)
    number, year, month = found.groups()
    if not passes_luhn(number) or not is_expiry(month + year):
        raise refusal("009", service=asked.service)
    return _mint(asked, Card(last4=number[-4:], brand=brand_of(number), expiry=month + year))


def _mint(asked: Asked, card: Card) -> Reply:
    seconds = asked.assumptions.jwt_seconds
    tokens = asked.sandbox.one_time_tokens
    jwt = tokens.mint(asked.account, card, now=asked.now, seconds=seconds)
    shown = {"jwt": jwt, "last-four": card.last4, "card-type": card.brand}
    payload = {"mobile-jwt": shown, "payloadType": "mobile-jwt"}
    return Reply(status=200, payload=payload, service=asked.service)
