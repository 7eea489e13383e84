"""Clearent's records of transactions, cards and batches, in the shop's words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from komet_clearent import fields, result_codes
from komet_clearent.client import Answer, Reply
from komet_clearent.envelope import Envelope, open_envelope
from komet_shop.plugin_api import Batch, BatchAnswer, CardDetails, Kind, Outcome, Transaction

Record = Mapping[str, object]

_KINDS = {
    "SALE": Kind.SALE,
    "FORCED SALE": Kind.SALE,
    "AUTH": Kind.AUTHORIZE,
    "CAPTURE": Kind.CAPTURE,
    "VOID": Kind.VOID,
    "REFUND": Kind.REFUND,
    "UNMATCHED REFUND": Kind.CREDIT_REFUND,
}
_BRANDS = {
    "VISA": "Visa",
    "MASTERCARD": "Mastercard",
    "AMERICAN EXPRESS": "American Express",
    "AMEX": "American Express",
    "DISCOVER": "Discover",
    "DINERS CLUB": "Diners Club",
    "JCB": "JCB",
}
_NO_BATCH_CODES = frozenset({"040", "091"})


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a search."""

    transactions: tuple[Transaction, ...]
    is_last: bool


def read_page(reply: Reply) -> Page | None:
    """One page of a search; None when the gateway did not say, or one row cannot be read.

    A row that cannot be read must not look like a transaction that is not there.
    """
    if not isinstance(reply, Answer) or reply.status not in (200, 204):
        return None
    if reply.status == 204:
        return Page(transactions=(), is_last=True)
    envelope = open_envelope(reply.body)
    rows = fields.rows(fields.section(envelope.payload, "transactions"), "transaction")
    if not envelope.is_success or rows is None:
        return None
    read = [read_transaction(row) for row in rows]
    known = tuple(transaction for transaction in read if transaction is not None)
    if len(known) < len(rows):
        return None
    return Page(transactions=known, is_last=not rows or bool(_last(envelope)))


def read_transaction(row: Record) -> Transaction | None:
    """One record of a search; None when its id, amount or time cannot be read."""
    kind = kind_of(row)
    amount_cents, fee_cents = split_amount(row)
    created_at = fields.moment(row.get("created"))
    id_ = fields.word(row.get("id"))
    if amount_cents is None and kind is Kind.VOID:
        amount_cents = 0
    if amount_cents is None or created_at is None or not id_:
        return None
    code = fields.word(row.get("result-code"), fields.SHORT)
    known = result_codes.look_up(code, 402)
    return Transaction(
        id=id_,
        kind=kind,
        outcome=_outcome(row),
        reference=reference_of(row),
        amount_cents=amount_cents,
        service_fee_cents=fee_cents,
        created_at=created_at,
        voided=_either(row, "voided", "voided-auth"),
        settled=_either(row, "settled"),
        batch_id=fields.word(row.get("batch-string-id"), fields.SHORT).lstrip("0"),
        parent_id=fields.word(row.get("ref-id")),
        code=code,
        staff_message=known.staff if known else "",
        authorization_code=fields.word(row.get("authorization-code"), fields.SHORT),
        card=card_details(row),
    )


def is_approved(transaction: Record) -> bool:
    """Whether a transaction says in both places that it was approved."""
    result = transaction.get("result", transaction.get("status", ""))
    return str(result).upper() == "APPROVED" and transaction.get("result-code") in ("000", "0000")


def kind_of(transaction: Record) -> Kind | None:
    """What kind of exchange it was; None for kinds the shop does not know.

    An authorization of nothing stores a card.
    """
    kind = _KINDS.get(str(transaction.get("type", "")).upper().replace("_", " "))
    if kind is Kind.AUTHORIZE and fields.cents(transaction.get("amount")) == 0:
        return Kind.STORE_CARD
    return kind


def reference_of(transaction: Record) -> str:
    """The reference it carries; empty for sales made elsewhere.

    Without one, the gateway fills `order-id` with the transaction's own id.
    """
    invoice = fields.word(transaction.get("invoice"))
    order = fields.word(transaction.get("order-id"))
    return invoice or ("" if order == fields.word(transaction.get("id")) else order)


def split_amount(transaction: Record) -> tuple[int | None, int | None]:
    """Amount without fee and the fee really charged, in cents; None for what is not said.

    `amount` is the total, or without the fee where `base-amount` says the same: then only
    `surcharge-applied` tells whether the fee was charged.
    """
    total, base, fee = (
        fields.cents(transaction.get(name)) for name in ("amount", "base-amount", "service-fee")
    )
    is_applied = fields.flag(transaction.get("surcharge-applied"))
    charged = 0 if is_applied is False else fee
    if charged is None and total is not None and base is not None and total > base:
        charged = total - base
    if total is None or total == base:
        is_said = is_applied is not None or not charged
        return base if total is None else total, charged if is_said else None
    return total - (charged or 0), charged


def card_details(record: Record) -> CardDetails:
    """What may be shown of the card: never more than its last four digits."""
    brand = str(record.get("card-type", "")).upper().replace("_", " ")
    number = record.get("last-four") or record.get("last-four-digits") or record.get("card") or ""
    return CardDetails(
        brand=_BRANDS.get(brand, ""),
        last_four=fields.digits(str(number)[-4:], 4),
        expiry=fields.digits(record.get("exp-date"), 4),
    )


def read_card(reply: Reply) -> CardDetails | None:
    """What may be shown of a stored card; None when it is gone or the gateway will not say."""
    if not isinstance(reply, Answer) or reply.status != 200:
        return None
    envelope = open_envelope(reply.body)
    token = fields.section(envelope.payload, "tokenResponse", "token")
    is_usable = str(token.get("status", "Active")).upper() == "ACTIVE"
    return card_details(token) if envelope.is_success and token and is_usable else None


def is_card_gone(reply: Reply) -> bool:
    """Whether a stored card is deleted, now or before."""
    return isinstance(reply, Answer) and reply.status in (200, 204, 404)


def read_batch(reply: Reply) -> BatchAnswer:
    """The batch of an answer. 204 and two codes mean that none is open."""
    if not isinstance(reply, Answer):
        return BatchAnswer(answered=False)
    envelope = open_envelope(reply.body)
    is_none = reply.status in (402, 404) and envelope.error_code in _NO_BATCH_CODES
    if reply.status == 204 or is_none:
        return BatchAnswer(answered=True)
    batch = _batch(fields.section(envelope.payload, "batch"))
    if reply.status != 200 or not envelope.is_success or batch is None:
        return BatchAnswer(answered=False)
    return BatchAnswer(answered=True, batch=batch)


def _batch(record: Record) -> Batch | None:
    """The batch's totals. Some answers write refunds as a negative total."""
    sales, refunds, net = (
        fields.cents(record.get(name)) for name in ("sales-total", "refund-total", "net-amount")
    )
    sold, refunded = (fields.count(record.get(name)) for name in ("sales-count", "refund-count"))
    if sales is None or refunds is None or net is None or sold is None or refunded is None:
        return None
    return Batch(
        id=fields.word(record.get("id")).lstrip("0"),
        status=fields.word(record.get("status")).upper(),
        sales_count=sold,
        sales_cents=sales,
        refund_count=refunded,
        refund_cents=abs(refunds),
        net_cents=net,
    )


def _outcome(row: Record) -> Outcome:
    result = row.get("result") or row.get("status")
    if is_approved(row):
        return Outcome.APPROVED
    if not isinstance(result, str) or result.upper() == "APPROVED":
        return Outcome.UNKNOWN
    return Outcome.DECLINED


def _either(row: Record, *names: str) -> bool:
    return any(fields.flag(row.get(name)) for name in names)


def _last(envelope: Envelope) -> bool | None:
    """Whether the gateway calls this page the last; None when it does not say."""
    return fields.flag(envelope.page.get("last"))
