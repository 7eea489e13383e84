"""Reads a charge out of a request's body and refuses what the gateway refuses unread."""

import re
from dataclasses import dataclass, field
from typing import Any

from .amounts import cents
from .asked import Asked
from .assumptions import Assumptions
from .cards import Card, brand_of, is_expiry, passes_luhn
from .envelope import refusal, unauthorized
from .transactions import AUTH, Transaction

LENGTHS = {"invoice": 100, "purchase-order": 100, "zip": 10, "first-name": 50, "last-name": 50}
ECHOED = (
    "purchase-order",
    "customer-id",
    "description",
    "comments",
    "email-address",
    "client-ip",
    "sales-tax-amount",
    "sales-tax-type",
    "token-description",
    "software-type",
    "software-type-version",
)
ECHOED_GROUPS = ("billing", "shipping", "level3", "platform-fees", "metadata")
OTHER_FIELDS = (
    *("type", "amount", "card", "exp-date", "csc", "id", "authorization-code", "invoice"),
    *("order-id", "email-receipt", "billing-is-shipping", "tip-amount", "add-tax-to-amount"),
    *("service-fee", "create-token", "card-type", "card-inquiry", "merchant-legacy-token"),
    *("check-field", "check-field-mid", "partial-authorization", "g-recaptcha-response"),
    *("secure3d", "secure3d-eci", "secure3d-platform", "secure3d-protocol-version"),
    "secure3d-directory-server-transaction-id",
)
_FEE_LIMIT_BASIS_POINTS = 399
_TOKEN = re.compile(r"1100\d{15}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ChargeRequest:
    """A sale, authorization, forced sale, capture or refund, read and in bounds.

    `base_cents` is what the caller named; tip, fee and added tax come on top of it.
    """

    kind: str
    base_cents: int
    card: Card
    tip_cents: int = 0
    fee_cents: int = 0
    tax_cents: int = 0
    fee_refused: bool = False
    invoice: str = ""
    order_id: str = ""
    ref_id: int | None = None
    echoes: dict[str, Any] = field(default_factory=dict)

    @property
    def total_cents(self) -> int:
        """What moves when it is approved."""
        return self.base_cents + self.tip_cents + self.fee_cents + self.tax_cents


def read_charge(
    asked: Asked, kind: str, *, card: Card, original: Transaction | None = None
) -> ChargeRequest:
    """Read amounts and references of a charge to a card, or of a follow-up to `original`."""
    base = read_amount(asked, zero_allowed=kind == AUTH)
    tip = _more(asked, "tip-amount")
    tax = _more(asked, "sales-tax-amount") if _adds_tax(asked) else 0
    fee = _more(asked, "service-fee")
    if fee * 10_000 > (base + tip + tax) * _FEE_LIMIT_BASIS_POINTS:
        raise refusal("041", "service-fee is above 3.99 percent", service=asked.service)
    applied = _fee_is_charged(asked.assumptions, original.card_last4 if original else card.last4)
    invoice = asked.text("invoice", LENGTHS["invoice"])
    return ChargeRequest(
        kind=kind,
        base_cents=base,
        card=card,
        tip_cents=tip,
        tax_cents=tax,
        fee_cents=fee if applied else 0,
        fee_refused=bool(fee) and not applied,
        invoice=invoice or (original.invoice if original else ""),
        order_id=asked.text("order-id") or (original.order_id if original else ""),
        ref_id=original.id if original else None,
        echoes=_echoes(asked),
    )


def read_amount(asked: Asked, *, zero_allowed: bool = False) -> int:
    """The amount in cents: 041 when it is none, 043 and 044 when it is out of bounds."""
    amount = cents(asked.body.get("amount"))
    if amount is None:
        raise refusal("041", "amount is required as 0.00", service=asked.service)
    if amount == 0 and not zero_allowed:
        raise refusal("043", service=asked.service)
    if amount > asked.assumptions.amount_maximum_cents:
        raise refusal("044", service=asked.service)
    return amount


def read_card(asked: Asked) -> Card:
    """The card in the body: a number with its expiry date, or a stored card's token."""
    number = asked.text("card").replace(" ", "")
    if _TOKEN.fullmatch(number):
        return _stored(asked, number)
    if not passes_luhn(number):
        raise refusal("009", service=asked.service)
    expiry = asked.text("exp-date")
    if not is_expiry(expiry):
        raise refusal("041", "exp-date is required as MMYY", service=asked.service)
    code = asked.text("csc")
    brand = asked.text("card-type").upper() or brand_of(number)
    return Card(last4=number[-4:], brand=brand, expiry=expiry, security_code=code)


def check_fields(asked: Asked) -> None:
    """Refuse what has nothing to do with the card: too many keys, a receipt for nobody."""
    metadata = asked.body.get("metadata")
    if isinstance(metadata, dict) and len(metadata) > 10:
        raise refusal("087", service=asked.service)
    if asked.says("email-receipt") and not asked.text("email-address"):
        raise refusal("041", "email-receipt needs email-address", service=asked.service)
    unknown = sorted(set(asked.body).difference(OTHER_FIELDS, ECHOED, ECHOED_GROUPS))
    if unknown and asked.assumptions.unknown_fields_refused:
        raise refusal("041", f"unknown field {unknown[0]}", service=asked.service)
    _check_lengths(asked)


def one_time_card(asked: Asked, *, used: bool) -> Card:
    """The card behind the request's one-time token; `used` when the charge goes ahead."""
    tokens = asked.sandbox.one_time_tokens
    take = tokens.use if used else tokens.peek
    card = take(asked.call.headers.get("mobilejwt", ""), asked.account, asked.now)
    if card is None:
        raise unauthorized(asked.now, status=int(asked.assumptions.used_jwt_answer))
    return card


def _stored(asked: Asked, token_id: str) -> Card:
    stored = asked.sandbox.vault.find(token_id)
    everywhere = asked.assumptions.token_per_merchant
    reachable = stored is not None and (everywhere or stored.account == asked.account.label)
    if stored is not None and reachable and stored.status == "Active":
        return stored.as_card(asked.text("csc"))
    if int(asked.assumptions.deleted_token_answer) == 404:
        raise refusal("091", service=asked.service)
    return Card(last4=token_id[-4:], brand="", expiry="", unusable="010")


def _more(asked: Asked, name: str) -> int:
    """An amount on top of the first one, 0 when absent."""
    if not asked.text(name):
        return 0
    amount = cents(asked.body[name])
    if amount is None:
        raise refusal("041", f"{name} must look like 0.00", service=asked.service)
    return amount


def _fee_is_charged(assumptions: Assumptions, card_last4: str) -> bool:
    """Not on debit and prepaid cards."""
    spared = assumptions.debit_card_endings.replace(",", " ").split()
    return assumptions.service_fee_applied and card_last4 not in spared


def _adds_tax(asked: Asked) -> bool:
    if asked.text("add-tax-to-amount"):
        return asked.says("add-tax-to-amount")
    return asked.mobile and asked.assumptions.tax_added_on_mobile


def _echoes(asked: Asked) -> dict[str, Any]:
    texts = {name: asked.text(name, LENGTHS.get(name, 255)) for name in ECHOED}
    groups = {name: asked.body.get(name) for name in ECHOED_GROUPS}
    return {name: value for name, value in (texts | groups).items() if value}


def _check_lengths(asked: Asked) -> None:
    for group in ("billing", "shipping"):
        fields = asked.body.get(group)
        for name, value in fields.items() if isinstance(fields, dict) else ():
            if len(str(value)) > LENGTHS.get(name, 255):
                raise refusal("041", f"{group} {name} is too long", service=asked.service)
