"""The vault's calls: list, create, read, change and delete a stored card."""

from datetime import datetime, timedelta

from .asked import Asked
from .cards import has_expired, is_expiry
from .charge_request import read_card
from .charges import REFUSED_SECURITY_CODE
from .envelope import Reply, link, refusal
from .pages import page_of
from .search import moment
from .settings import is_yes
from .vault import ACTIVE, DELETED, INACTIVE, StoredCard, presented

_STATUSES = {"ACTIVE": ACTIVE, "INACTIVE": INACTIVE, "DELETED": DELETED}
_TEXTS = {
    "description": "description",
    "customer-key": "customer_key",
    "avs-address": "avs_address",
    "avs-zip": "avs_zip",
}
_DAYS_BACK = {
    "last_24_hours": 1,
    "yesterday": 2,
    "last_week": 7,
    "last_month": 31,
    "last_180_days": 180,
}


def create(asked: Asked) -> Reply:
    """Store a card by its number; with a card inquiry (the default) a refused card stays out."""
    card = read_card(asked)
    if card.token:
        raise refusal("009", service=asked.service)
    inquiry = is_yes(asked.body.get("card-inquiry", True))
    if inquiry and has_expired(card.expiry, asked.now):
        raise refusal("003", service=asked.service)
    if inquiry and card.security_code == REFUSED_SECURITY_CODE:
        raise refusal("021", service=asked.service)
    details = {ours: asked.text(theirs) for theirs, ours in _TEXTS.items()}
    stored = asked.sandbox.vault.store(
        card, asked.account.label, asked.now, default=asked.says("default"), **details
    )
    return _answer(asked, stored)


def read(asked: Asked) -> Reply:
    """One stored card."""
    return _answer(asked, _stored(asked))


def change(asked: Asked) -> Reply:
    """Change description, owner, address or status; the expiry date only by its switch."""
    with asked.sandbox.ledger.changing():
        stored = _stored(asked)
        status = asked.text("status").upper()
        if status and status not in _STATUSES:
            raise refusal("041", "status is ACTIVE, INACTIVE or DELETED", service=asked.service)
        stored.status = _STATUSES.get(status, stored.status)
        for theirs, ours in _TEXTS.items():
            if theirs in asked.body:
                setattr(stored, ours, asked.text(theirs))
        stored.default = is_yes(asked.body.get("default", stored.default))
        expiry = asked.text("exp-date")
        if is_expiry(expiry) and asked.assumptions.token_expiry_changeable:
            stored.expiry = expiry
        stored.updated = asked.now
        asked.sandbox.vault.keep(stored)
        return _answer(asked, stored)


def delete(asked: Asked) -> Reply:
    """Take a stored card out of use for ever."""
    with asked.sandbox.ledger.changing():
        stored = _stored(asked)
        if asked.assumptions.token_delete_refused:
            raise refusal("091", "Token is used by a payment plan", status=402)
        stored.status, stored.updated = DELETED, asked.now
        asked.sandbox.vault.keep(stored)
        return _answer(asked, stored, **{"description": "deleted", "result-code": "089"})


def index(asked: Asked) -> Reply:
    """One page of stored cards, newest first unless asked otherwise; 204 when there is none."""
    cards = [stored for stored in asked.sandbox.vault.all() if _wanted(asked, stored)]
    if asked.call.query.get("isDescending", "true").lower() == "false":
        cards.reverse()
    shown, page = page_of(asked, cards)
    if not shown:
        return Reply(status=204)
    tokens = {"token": [presented(stored) for stored in shown]}
    payload = {"tokens": tokens, "payloadType": "TokenResponses"}
    return Reply(status=200, payload=payload, page=page, service=asked.service)


def _stored(asked: Asked) -> StoredCard:
    stored = asked.sandbox.vault.find(asked.item)
    if stored is None or stored.status == DELETED or not _reachable(asked, stored):
        raise refusal("091", service=asked.service)
    return stored


def _reachable(asked: Asked, stored: StoredCard) -> bool:
    return asked.assumptions.token_per_merchant or stored.account == asked.account.label


def _answer(asked: Asked, stored: StoredCard, **more: str) -> Reply:
    name = "token" if asked.assumptions.token_object_old_name else "tokenResponse"
    payload = {name: presented(stored, **more), "payloadType": "token"}
    to_token = link("token", f"/tokens/{stored.token_id}", stored.token_id)
    return Reply(status=200, payload=payload, links=(to_token,), service=asked.service)


def _wanted(asked: Asked, stored: StoredCard) -> bool:
    query = asked.call.query
    start, end = _window(asked)
    return (
        stored.status != DELETED
        and _reachable(asked, stored)
        and query.get("token-id") in (None, "", stored.token_id)
        and not query.get("merchant-legacy-token-id")
        and (start is None or stored.updated >= start)
        and (end is None or stored.updated <= end)
    )


def _window(asked: Asked) -> tuple[datetime | None, datetime | None]:
    query = asked.call.query
    named = query.get("date-filter", "")
    if named in _DAYS_BACK:
        return asked.now - timedelta(days=_DAYS_BACK[named]), None
    start = _bound(asked, "updated-start-date", end=False)
    return start, _bound(asked, "updated-end-date", end=True)


def _bound(asked: Asked, name: str, *, end: bool) -> datetime | None:
    text = asked.call.query.get(name)
    found = moment(text, end=end) if text else None
    if text and found is None:
        raise refusal("041", f"{name} is not a date", service=asked.service)
    return found
