"""The open batch of a terminal and its close."""

from typing import Any

from .accounts import Account
from .amounts import dollars
from .asked import Asked
from .envelope import Reply, refusal
from .ledger import Batch, Totals


def show(asked: Asked) -> Reply:
    """The open batch with its totals, or 204 when nothing was booked since the last close."""
    with asked.sandbox.ledger.changing():
        batch = asked.sandbox.ledger.open_batch(asked.account.label)
        if batch is None:
            return Reply(status=204)
        return _answer(asked, batch, asked.sandbox.ledger.totals(batch))


def close(asked: Asked) -> Reply:
    """Settle the open batch, unless the caller expected other totals."""
    ledger = asked.sandbox.ledger
    with ledger.changing():
        batch = ledger.open_batch(asked.account.label)
        if batch is None:
            return _nothing_open(asked)
        totals = ledger.totals(batch)
        _check_expectations(asked, totals)
        ledger.close_batch(asked.account.label, asked.now)
        return _answer(asked, batch, totals)


def _nothing_open(asked: Asked) -> Reply:
    answer = asked.assumptions.batch_close_when_empty
    if answer == "204":
        return Reply(status=204)
    raise refusal(answer, status=402)


def _check_expectations(asked: Asked, totals: Totals) -> None:
    expected = {"total-count": str(totals.total_count), "net-amount": dollars(totals.net_cents)}
    for name, value in expected.items():
        if asked.text(name) not in ("", value):
            raise refusal(asked.assumptions.batch_mismatch_code, status=402)


def _answer(asked: Asked, batch: Batch, totals: Totals) -> Reply:
    shown = presented(batch, totals, asked.account)
    return Reply(status=200, payload={"batch": shown, "payloadType": "batch"})


def presented(batch: Batch, totals: Totals, account: Account) -> dict[str, Any]:
    """A batch as the gateway answers it."""
    shown = {
        "id": str(batch.number),
        "status": "CLOSED" if batch.closed else "OPEN",
        "date-opened": f"{batch.opened:%Y-%m-%d %H:%M:%S}",
        "settled": f"{batch.closed:%Y-%m-%d %H:%M:%S}" if batch.closed else "",
        "confirmation-code": f"C{batch.number:06d}" if batch.closed else "",
        "merchant-id": account.merchant_id,
        "terminal-id": account.terminal_id,
        "terminal-name": account.label,
        "sales-count": str(totals.sales_count),
        "sales-total": dollars(totals.sales_cents),
        "refund-count": str(totals.refund_count),
        "refund-total": dollars(totals.refund_cents),
        "net-amount": dollars(totals.net_cents),
        "total-count": str(totals.total_count),
    }
    return {name: value for name, value in shown.items() if value}
