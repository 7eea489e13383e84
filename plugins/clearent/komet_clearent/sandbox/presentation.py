"""How a transaction looks in an answer to a charge and in a list."""

from typing import Any

from .amounts import dollars
from .assumptions import Assumptions
from .cards import masked
from .transactions import AUTH, Transaction

_FEE = ("base-amount", "service-fee", "surcharge-applied")


def posted(row: Transaction, assumptions: Assumptions) -> dict[str, Any]:
    """The transaction in the answer to the request that made or changed it."""
    shown = {
        **_amounts(row, assumptions),
        "id": str(row.id),
        "created": _stamp(row),
        "type": row.kind,
        "result": row.result,
        "card": masked(row.card_last4),
        "authorization-code": row.authorization_code,
        "avs-result-code": row.avs,
        "csc-result-code": row.csc,
        "batch-string-id": str(row.batch or ""),
        "display-message": row.message,
        "result-code": _code(row, assumptions),
        "exp-date": row.card_expiry,
        "card-type": row.card_brand,
        "last-four": row.card_last4,
        **_references(row),
    }
    return {name: value for name, value in shown.items() if value != ""}


def listed(row: Transaction, assumptions: Assumptions, *, settled: bool) -> dict[str, Any]:
    """The transaction in a search."""
    flags = {
        "voided": row.voided,
        "voided-auth": row.voided and row.kind == AUTH,
        "pending": row.pending,
        "settled": settled,
    }
    shown = {
        **posted(row, assumptions),
        **{name: flag(value, assumptions) for name, value in flags.items()},
        "status": {"APPROVED": "Approved", "DECLINED": "Declined"}.get(row.result, "Error"),
        "card": row.card_last4,
        "batch-string-id": f"{row.batch:06d}" if row.batch else "",
        "tip-adjusted": "1" if row.tip_adjusted else "0",
    }
    hidden = () if assumptions.search_shows_fee else _FEE
    return {name: value for name, value in shown.items() if value != "" and name not in hidden}


def flag(value: bool, assumptions: Assumptions) -> bool | str:
    """Yes or no, as text unless the switch says otherwise."""
    return value if assumptions.booleans_as_json else str(value).lower()


def _amounts(row: Transaction, assumptions: Assumptions) -> dict[str, Any]:
    without_fee = 0 if assumptions.reply_amount_includes_fee else row.fee_cents
    shown: dict[str, Any] = {"amount": dollars(row.amount_cents - without_fee)}
    if row.original_cents is not None:
        shown["original-amount"] = dollars(row.original_cents)
    if row.tip_cents:
        shown["tip-amount"] = dollars(row.tip_cents)
    if row.tip_adjusted:
        shown |= {"tip-adjusted": "1", "tip-adjusted-amount": dollars(row.tip_cents)}
    if row.fee_cents:
        shown["base-amount"] = dollars(row.amount_cents - row.fee_cents)
        shown["service-fee"] = dollars(row.fee_cents)
        shown["surcharge-applied"] = flag(True, assumptions)
    if row.fee_refused:
        shown["surcharge-applied"] = False
    if row.partial:
        shown["partial-approved"] = flag(True, assumptions)
    return shown


def _references(row: Transaction) -> dict[str, Any]:
    return {
        "invoice": row.invoice,
        "order-id": row.order_id or str(row.id),
        "ref-id": "" if row.ref_id is None else str(row.ref_id),
        **row.echoes,
    }


def _code(row: Transaction, assumptions: Assumptions) -> str:
    return assumptions.result_code_zeros if row.is_approved else row.result_code


def _stamp(row: Transaction) -> str:
    return row.created.strftime("%Y-%m-%d %H:%M:%S.") + f"{row.created.microsecond // 1000:03d}"
