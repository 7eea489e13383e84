"""What the shop asks, in Clearent's words. Pure: nothing is sent from here.

Together with `answers` and `fields` the only place that knows Clearent's field names.
Rule: docs/clearent.md, "Requests".
"""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import quote

from komet_clearent import fields
from komet_clearent.client import PUBLIC_KEY, Request
from komet_shop.plugin_api import (
    BillingAddress,
    CaptureRequest,
    ChargeRequest,
    CreditRequest,
    Kind,
    LookupRequest,
    OneTimeCard,
    RefundRequest,
    StoredCard,
    VoidRequest,
)

PAGE_SIZE = 100

_TRANSACTIONS = "/rest/v2/transactions"
_MOBILE = "/rest/v2/mobile/transactions"
_TOKENS = "/rest/v2/tokens/"
_OPEN_BATCH = "/rest/v2/batches/open"
_MANUAL_CARD = "/rest/v2/mobilejwt/manual"

_ONE_TIME_TOKEN = re.compile(r"[\w-]{1,4000}(\.[\w-]{1,4000}){2}", re.ASCII)
_STORED_TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)
_WAYS = {Kind.SALE: ("SALE", "sale"), Kind.AUTHORIZE: ("AUTH", "auth")} | {
    Kind.STORE_CARD: ("AUTH", "auth")
}

Software = tuple[str, str]


class UnusableCard(ValueError):
    """The token does not look like one of Clearent's. It came from a browser: no bug of ours."""


def charge(request: ChargeRequest, software: Software) -> Request:
    """Sale, authorization, or an authorization of nothing that stores the card.

    Raises:
        UnusableCard: the token has another shape than Clearent's.
        KeyError: the request's kind is not one that starts a payment.
    """
    type_, way = _WAYS[request.kind]
    path, headers, card = _card(request.card)
    body = {
        "type": type_,
        "amount": fields.amount(request.amount_cents),
        **card,
        **_named(request.reference, software),
        **_order(request),
        "billing": _billing(request.billing),
    }
    if request.save_card or request.kind is Kind.STORE_CARD:
        body["create-token"] = "true"
    if request.service_fee_cents:
        body["service-fee"] = fields.amount(request.service_fee_cents)
    return Request(
        name=request.kind.value,
        method="POST",
        path=f"{path}/{way}",
        body=_without_empty(body),
        headers=headers,
    )


def capture(request: CaptureRequest, software: Software) -> Request:
    """Take what was authorized, or part of it."""
    body = {
        "type": "CAPTURE",
        "id": request.transaction_id,
        "amount": fields.amount(request.amount_cents),
        **_named(request.reference, software),
    }
    if request.service_fee_cents:
        body["service-fee"] = fields.amount(request.service_fee_cents)
    return Request(name="capture", method="POST", path=f"{_TRANSACTIONS}/capture", body=body)


def void(request: VoidRequest, software: Software) -> Request:
    """Undo a transaction of the open batch. Always the whole: there is no partial void."""
    body = {
        "type": "VOID",
        "id": request.transaction_id,
        **_named(request.reference, software),
    }
    return Request(name="void", method="POST", path=f"{_TRANSACTIONS}/void", body=body)


def refund(request: RefundRequest, software: Software) -> Request:
    """Return money of one sale; Clearent never returns more than the sale took."""
    body = {
        "type": "REFUND",
        "id": request.transaction_id,
        "amount": fields.amount(request.amount_cents),
        **_named(request.reference, software),
    }
    return Request(name="refund", method="POST", path=f"{_TRANSACTIONS}/refund", body=body)


def credit(request: CreditRequest, software: Software) -> Request:
    """Send money to a stored card: a refund that names a card instead of a sale.

    Raises:
        UnusableCard: the token has another shape than Clearent's.
    """
    body = {
        "type": "REFUND",
        "amount": fields.amount(request.amount_cents),
        "card": _stored(request.card),
        **_named(request.reference, software),
    }
    return Request(name="credit", method="POST", path=f"{_TRANSACTIONS}/refund", body=body)


def search(request: LookupRequest, page: int) -> Request:
    """One page of the merchant's transactions of a period.

    Limits are to the minute, so the last one is moved by one: "now" would lose a minute.
    """
    query = {
        "level": "merchant",
        "start-date": fields.minute(request.since),
        "end-date": fields.minute(request.until, later=1),
        "invoice": request.reference,
        "id": request.transaction_id,
        "page": str(page),
        "page-size": str(PAGE_SIZE),
    }
    query = {name: value for name, value in query.items() if value}
    return Request(name="search", method="GET", path=_TRANSACTIONS, query=query)


def read_card(card: StoredCard) -> Request:
    """Ask for what may be shown of a stored card.

    Raises:
        UnusableCard: the token has another shape than Clearent's.
    """
    return Request(name="read_card", method="GET", path=_TOKENS + quote(_stored(card)))


def delete_card(card: StoredCard) -> Request:
    """Delete a stored card.

    Raises:
        UnusableCard: the token has another shape than Clearent's.
    """
    return Request(name="delete_card", method="DELETE", path=_TOKENS + quote(_stored(card)))


def open_batch() -> Request:
    """Ask for the open batch: also the harmless call that proves a key."""
    return Request(name="open_batch", method="GET", path=_OPEN_BATCH)


def present_public_key(public_key: str) -> Request:
    """Ask for a one-time token without giving a card: nobody gets one, but a key that Clearent
    does not know is refused as such first.
    """
    return Request(
        name="present_public_key",
        method="POST",
        path=_MANUAL_CARD,
        headers={PUBLIC_KEY: public_key},
    )


def close_batch(software: Software) -> Request:
    """Close the open batch and ask for its totals."""
    body = {"lastBatchClosedRequiredInResponse": True, **_software(software)}
    return Request(name="close_batch", method="PUT", path=_OPEN_BATCH, body=body)


def _card(card: OneTimeCard | StoredCard) -> tuple[str, dict[str, str], dict[str, str]]:
    """Where such a card is charged, with which headers and which fields."""
    if isinstance(card, StoredCard):
        return _TRANSACTIONS, {}, {"card": _stored(card)}
    if not _ONE_TIME_TOKEN.fullmatch(card.token):
        raise UnusableCard("not a one-time token of Clearent")
    return _MOBILE, {"mobilejwt": card.token}, {}


def _stored(card: StoredCard) -> str:
    if not _STORED_TOKEN.fullmatch(card.token):
        raise UnusableCard("not a stored card of Clearent")
    return card.token


def _named(reference: str, software: Software) -> dict[str, object]:
    """Our reference in both places that a search can find."""
    return {"invoice": reference, "order-id": reference, **_software(software)}


def _software(software: Software) -> dict[str, object]:
    return {"software-type": software[0], "software-type-version": software[1]}


def _order(request: ChargeRequest) -> dict[str, object]:
    number = request.order_number
    return {
        "purchase-order": number[:100],
        "description": f"Order {number}"[:255] if number else "",
        "client-ip": _address(request.payer_address),
    }


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _billing(address: BillingAddress) -> dict[str, object]:
    first, _, last = address.name.strip().rpartition(" ")
    known = {
        "first-name": first[:50],
        "last-name": last[:50],
        "street": address.street[:255],
        "city": address.city[:255],
        "state": address.state[:50],
        "zip": address.postcode[:10],
    }
    return _without_empty({**known, "country": address.country}) if any(known.values()) else {}


def _without_empty(body: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in body.items() if value not in ("", {}, None)}
