"""Looking transactions up: filters, dates in the vendor's many forms, pages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from .amounts import cents
from .asked import Asked
from .envelope import Reply, refusal
from .pages import page_of
from .presentation import listed
from .state import Sandbox
from .transactions import Transaction

_FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%m-%d-%Y %I:%M %p",
    "%m-%d-%Y %H:%M",
    "%m-%d-%y %I:%M %p",
    "%m-%d-%y %H:%M",
)
_DAY_FORMS = ("%Y-%m-%d", "%m-%d-%Y", "%m-%d-%y")
_ZONE = re.compile(r"^(.*?\d(?:\s*[AP]M)?)\s*(Z|[A-Z]{3}|[+-]\d\d:?\d\d)$", re.IGNORECASE)
_ZONE_HOURS = {
    "Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip

_TEXT_FILTERS: dict[str, Callable[[Transaction], str]] = {
    "id": lambda row: str(row.id),
    "type": lambda row: row.kind,
    "status": lambda row: row.result,
    "last-four": lambda row: row.card_last4,
    "authorization-code": lambda row: row.authorization_code,
    "invoice": lambda row: row.invoice,
    "order-id": lambda row: row.order_id or str(row.id),
    "display-message": lambda row: row.message,
}
_ANY_CASE = frozenset({"type", "status"})


def search(asked: Asked) -> Reply:
    """One page of transactions, newest first, or 204 when there is none."""
    rows = matching(asked)
    if asked.call.query.get("isDescending", "true").lower() != "false":
        rows.reverse()
    shown, page = page_of(asked, rows)
    if not shown:
        return Reply(status=204)
    sandbox = asked.sandbox
    found = [listed(row, sandbox.assumptions, settled=is_settled(sandbox, row)) for row in shown]
    lone = len(found) == 1 and asked.assumptions.single_result_as_object
    transactions = {"transaction": found[0] if lone else found}
    payload = {"transactions": transactions, "payloadType": "transactions"}
    return Reply(status=200, payload=payload, page=page)


def matching(asked: Asked) -> list[Transaction]:
    """Every transaction that a search's filters let through, oldest first."""
    start, end = _window(asked)
    wanted = _filters(asked)
    return [
        row
        for row in _candidates(asked)
        if start <= row.created <= end and all(matches(row) for matches in wanted)
    ]


def is_settled(sandbox: Sandbox, row: Transaction) -> bool:
    """Whether a search already says so: the batch closed, and the lag is over."""
    batch = sandbox.ledger.batch_of(row)
    if batch is None or batch.closed is None:
        return False
    lag = timedelta(seconds=sandbox.assumptions.settled_lag_seconds)
    return sandbox.clock.now() >= batch.closed + lag


def moment(text: str, *, end: bool) -> datetime | None:
    """Read a date or a time; a bare day as an end means all of that day. None if it is neither."""
    zone_match = _ZONE.match(text.strip())
    plain, zone = zone_match.groups() if zone_match else (text.strip(), "UTC")
    offset = _offset(zone)
    if offset is None:
        return None
    for form in (*_FORMS, *_DAY_FORMS):
        try:
            found = datetime.strptime(plain, form).replace(tzinfo=offset).astimezone(UTC)
        except ValueError:
            continue
        is_whole_day = end and form in _DAY_FORMS
        return found + timedelta(days=1, milliseconds=-1) if is_whole_day else found
    return None


def _candidates(asked: Asked) -> list[Transaction]:
    """Transactions of the terminal, or of the merchant, by the shortest way to them."""
    query, ledger = asked.call.query, asked.sandbox.ledger
    invoice, row_id = query.get("invoice"), query.get("id", "")
    if row_id.isascii() and row_id.isdigit():
        row = ledger.find(int(row_id))
        rows = [row] if row else []
    else:
        rows = ledger.with_invoice(invoice) if invoice else ledger.rows()
    level = query.get("level", "terminal")
    if level not in ("terminal", "merchant"):
        raise refusal("041", "level is terminal or merchant")
    return rows if level == "merchant" else [r for r in rows if r.account == asked.account.label]


def _filters(asked: Asked) -> list[Callable[[Transaction], bool]]:
    wanted = [
        _equals(read, text, fold=name in _ANY_CASE)
        for name, read in _TEXT_FILTERS.items()
        if (text := asked.call.query.get(name))
    ]
    if asked.call.query.get("amount"):
        amount = cents(asked.call.query["amount"])
        if amount is None:
            raise refusal("041", "amount must look like 0.00")
        wanted.append(lambda row: row.amount_cents == amount)
    return wanted


def _equals(
    read: Callable[[Transaction], str], text: str, *, fold: bool
) -> Callable[[Transaction], bool]:
    if fold:
        return lambda row: read(row).upper() == text.upper()
    return lambda row: read(row) == text


def _window(asked: Asked) -> tuple[datetime, datetime]:
    start = _bound(asked, "start-date", end=False)
    end = _bound(asked, "end-date", end=True)
    oldest = asked.now - timedelta(days=asked.assumptions.history_days)
    return max(start or oldest, oldest), end or datetime.max.replace(tzinfo=UTC)


def _bound(asked: Asked, name: str, *, end: bool) -> datetime | None:
    text = asked.call.query.get(name)
    if not text:
        return None
    found = moment(text, end=end)
    if found is None:
        raise refusal("041", f"{name} is not a date")
    return found


def _offset(zone: str) -> timezone | None:
    if zone.upper() in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[zone.upper()]))
    if zone[0] not in "+-":
        return None
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(size if zone[0] == "+" else -size) if hours < 24 else None
