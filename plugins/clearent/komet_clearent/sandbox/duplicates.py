"""Whether a charge repeats an earlier one: the caller's own check, then the terminal's rule."""

from collections.abc import Iterable
from datetime import timedelta

from .asked import Asked
from .charge_request import ChargeRequest
from .envelope import Reply, link, refusal
from .presentation import flag, posted
from .transactions import Transaction


def answer(asked: Asked, charge: ChargeRequest) -> Reply | None:
    """The answer to a repeated charge, or None for a new one. Nothing is booked either way."""
    checked = _same_invoice(asked, charge)
    if checked is not None:
        return _original(asked, checked, {"check-field-duplicate": flag(True, asked.assumptions)})
    found = _by_rule(asked, charge)
    if found is None:
        return None
    rule = asked.sandbox.duplicate_rules.of(asked.account.label, asked.assumptions)
    if rule.if_duplicate_found_respond_with_error:
        raise refusal("045", service=asked.service)
    return _original(asked, found, {"display-message": "Transaction was previously approved"})


def _same_invoice(asked: Asked, charge: ChargeRequest) -> Transaction | None:
    wanted = asked.text("check-field").lower() == "invoice" and charge.invoice
    if not wanted or not asked.assumptions.check_field_works:
        return None
    rows = asked.sandbox.ledger.with_invoice(charge.invoice)
    return _first(asked, charge, rows, everywhere=asked.says("check-field-mid"))


def _by_rule(asked: Asked, charge: ChargeRequest) -> Transaction | None:
    rule = asked.sandbox.duplicate_rules.of(asked.account.label, asked.assumptions)
    if not rule.enabled or charge.total_cents == 0 or charge.ref_id is not None:
        return None
    everywhere = rule.check_merchant_level
    if rule.use_invoice_instead_of_card and charge.invoice:
        rows: Iterable[Transaction] = asked.sandbox.ledger.with_invoice(charge.invoice)
        return _first(asked, charge, rows, everywhere=everywhere)
    since = asked.now - timedelta(minutes=rule.time_range_in_minutes)
    labels = asked.sandbox.accounts if everywhere else (asked.account.label,)
    rows = (
        row
        for label in labels
        for row in asked.sandbox.ledger.with_card(label, charge.card.last4)
        if row.created >= since and (not rule.include_invoice or row.invoice == charge.invoice)
    )
    return _first(asked, charge, rows, everywhere=everywhere)


def _first(
    asked: Asked, charge: ChargeRequest, rows: Iterable[Transaction], *, everywhere: bool
) -> Transaction | None:
    """The first approved row of the charge's type and amount."""
    return next(
        (
            row
            for row in rows
            if row.is_approved
            and row.kind == charge.kind
            and charge.total_cents == (row.original_cents or row.amount_cents)
            and (everywhere or row.account == asked.account.label)
            and (not row.voided or asked.assumptions.voided_counts_as_duplicate)
        ),
        None,
    )


def _original(asked: Asked, row: Transaction, difference: dict[str, object]) -> Reply:
    payload = {
        "transaction": posted(row, asked.assumptions) | difference,
        "payloadType": "transaction",
    }
    row_id = str(row.id)
    to_row = link("transaction", f"/transactions?id={row_id}", row_id)
    return Reply(status=200, payload=payload, links=(to_row,), service=asked.service)
