"""Capture, void, refund and tip of an earlier transaction."""

from dataclasses import replace
from datetime import timedelta

from .amounts import cents
from .asked import Asked
from .cards import Card
from .charge_request import ChargeRequest, check_fields, read_charge
from .charges import unmatched_refund
from .codes import words_of
from .duplicates import answer as duplicate_answer
from .envelope import Reply, refusal
from .ledger import authorization_code
from .outcomes import answered, approved, declined
from .transactions import (
    AUTH,
    CAPTURE,
    REFUND,
    TAKES_MONEY,
    VOID,
    Transaction,
)


def capture(asked: Asked) -> Reply:
    """Take some or all of what an authorization holds."""
    _require_id(asked)
    with asked.sandbox.ledger.changing():
        original = _original(asked)
        charge = _read(asked, CAPTURE, original)
        code = asked.call.issuer_code or _capture_code(asked, charge, original)
        row = _row(asked, charge, original, code)
        if code or original is None:
            return declined(asked, row)
        if not asked.assumptions.several_captures_allowed:
            original.pending = False
            asked.sandbox.ledger.keep(original)
        row.original_cents = original.amount_cents
        return approved(asked, row)


def void(asked: Asked) -> Reply:
    """Undo a transaction while its batch is open."""
    _require_id(asked)
    check_fields(asked)
    with asked.sandbox.ledger.changing():
        original = _original(asked)
        code = asked.call.issuer_code or _void_code(asked, original)
        row = _row(asked, _void_charge(asked, original), original, code)
        if code or original is None:
            return declined(asked, row)
        original.voided, original.pending = True, False
        asked.sandbox.ledger.keep(original)
        reply = approved(asked, row)
        if asked.assumptions.void_reply_has_new_id:
            return reply
        return answered(asked, original, shown={"type": VOID})


def refund(asked: Asked) -> Reply:
    """Return part or all of a sale; without an id, money goes to a card or a stored card."""
    if "id" not in asked.body and "card" in asked.body:
        return unmatched_refund(asked)
    _require_id(asked)
    with asked.sandbox.ledger.changing():
        original = _original(asked)
        charge = _read(asked, REFUND, original)
        repeated = duplicate_answer(asked, charge)
        if repeated is not None:
            return repeated
        code = asked.call.issuer_code or _refund_code(asked, charge, original)
        row = _row(asked, charge, original, code)
        return declined(asked, row) if code else approved(asked, row)


def tip(asked: Asked) -> Reply:
    """Add a tip to a sale of the open batch."""
    amount = cents(asked.body.get("tip-amount"))
    if amount is None:
        raise refusal("041", "tip-amount is required as 0.00")
    with asked.sandbox.ledger.changing():
        row = _find(asked, asked.item)
        if row is None or row.kind not in TAKES_MONEY or not row.counts or not _is_open(asked, row):
            raise refusal("027")
        row.original_cents = row.amount_cents if row.original_cents is None else row.original_cents
        row.amount_cents += amount - row.tip_cents
        row.tip_cents, row.tip_adjusted = amount, True
        asked.sandbox.ledger.keep(row)
        return answered(asked, row)


def _require_id(asked: Asked) -> None:
    if not asked.text("id"):
        raise refusal("003", "transaction-id required", status=400)


def _read(asked: Asked, kind: str, original: Transaction | None) -> ChargeRequest:
    check_fields(asked)
    return read_charge(asked, kind, card=_no_card(), original=original)


def _void_charge(asked: Asked, original: Transaction | None) -> ChargeRequest:
    """A void names no amount: it undoes all of the original, under the original's references."""
    return ChargeRequest(
        kind=VOID,
        base_cents=original.amount_cents if original else 0,
        card=_no_card(),
        invoice=asked.text("invoice") or (original.invoice if original else ""),
        order_id=asked.text("order-id") or (original.order_id if original else ""),
    )


def _no_card() -> Card:
    return Card(last4="", brand="", expiry="")


def _original(asked: Asked) -> Transaction | None:
    return _find(asked, asked.text("id"))


def _find(asked: Asked, row_id: str) -> Transaction | None:
    known = row_id.isascii() and row_id.isdigit()
    row = asked.sandbox.ledger.find(int(row_id)) if known else None
    everywhere = asked.assumptions.followups_across_terminals
    reachable = row is not None and (everywhere or row.account == asked.account.label)
    return row if reachable else None


def _capture_code(asked: Asked, charge: ChargeRequest, original: Transaction | None) -> str:
    """Why the capture is refused; empty when it is not."""
    if original is None or original.kind != AUTH or not original.is_approved:
        return "027"
    if not original.pending:
        return "024"
    if asked.now > original.created + timedelta(days=asked.assumptions.auth_days):
        return "027"
    captures = asked.sandbox.ledger.referring_to(original, CAPTURE)
    left = original.amount_cents - sum(row.base_cents + row.fee_cents for row in captures)
    above = charge.base_cents + charge.fee_cents > left
    return "014" if above and not asked.assumptions.capture_above_auth_allowed else ""


def _void_code(asked: Asked, original: Transaction | None) -> str:
    if original is None or not original.is_approved or original.kind == VOID:
        return "027"
    if original.voided:
        return asked.assumptions.second_void_code
    if original.kind == REFUND and not asked.assumptions.matched_refund_void_allowed:
        return "027"
    if original.kind == AUTH:
        return "" if original.pending else "027"
    if not _is_open(asked, original):
        return asked.assumptions.closed_batch_void_code
    # Undoing a sale of which part went back would give that part away twice.
    return "024" if asked.sandbox.ledger.referring_to(original, REFUND) else ""


def _refund_code(asked: Asked, charge: ChargeRequest, original: Transaction | None) -> str:
    if original is None or not original.is_approved or original.kind not in TAKES_MONEY:
        return "027"
    if original.voided:
        return "024"
    if _is_open(asked, original) and not asked.assumptions.refund_in_open_batch_allowed:
        return "027"
    refunds = asked.sandbox.ledger.referring_to(original, REFUND)
    refunded = sum(row.amount_cents for row in refunds)
    return "025" if refunded + charge.total_cents > original.amount_cents else ""


def _is_open(asked: Asked, row: Transaction) -> bool:
    batch = asked.sandbox.ledger.batch_of(row)
    return batch is not None and batch.closed is None


def _row(
    asked: Asked, charge: ChargeRequest, original: Transaction | None, code: str
) -> Transaction:
    row = Transaction(
        id=asked.sandbox.ledger.next_id(),
        account=asked.account.label,
        kind=charge.kind,
        amount_cents=charge.total_cents,
        created=asked.now,
        base_cents=charge.base_cents,
        tip_cents=charge.tip_cents,
        fee_cents=charge.fee_cents,
        fee_refused=charge.fee_refused,
        result="DECLINED" if code else "APPROVED",
        result_code=code or "000",
        message=words_of(code or "000"),
        authorization_code="" if code else authorization_code(),
        invoice=charge.invoice,
        order_id=charge.order_id,
        ref_id=original.id if original else None,
        echoes=charge.echoes,
    )
    return _with_card_of(row, original) if original else row


def _with_card_of(row: Transaction, original: Transaction) -> Transaction:
    return replace(
        row,
        card_last4=original.card_last4,
        card_brand=original.card_brand,
        card_expiry=original.card_expiry,
        token=original.token,
    )
