"""The invariant that no card number is anywhere: reads the texts that others fill.

Rows are read page by page, each page in a unit of its own, so that nobody waits for it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from komet_shop.domain.card_numbers import has_card_number
from komet_shop.models import (
    Audit,
    Base,
    CardApplication,
    ClerkTask,
    OpenCredit,
    Operation,
    Order,
    Outbox,
    Payment,
)
from komet_shop.models.database import Database

AT_ONCE = 1_000
IDS = frozenset({"transaction_id", "prev_hash"})
"""Names in stored JSON whose long numbers are the gateway's or ours, and no card's."""


@dataclass(frozen=True)
class Source:
    """Columns that people or other systems fill, and when the row was last written."""

    table: type[Base]
    times: tuple[str, ...]
    columns: tuple[str, ...]

    def column(self, name: str) -> InstrumentedAttribute[Any]:
        """A column of the table."""
        found: InstrumentedAttribute[Any] = getattr(self.table, name)
        return found


SOURCES = (
    Source(Order, ("created_at", "checked_out_at", "voided_at"), ("customer_po", "void_reason")),
    Source(Payment, ("created_at", "received_at"), ("notes",)),
    Source(
        Operation,
        ("created_at", "settled_at"),
        ("code", "buyer_message", "staff_message", "authorization_code"),
    ),
    Source(OpenCredit, ("created_at",), ("reason",)),
    Source(ClerkTask, ("created_at", "done_at"), ("control_number",)),
    Source(
        CardApplication,
        ("submitted_at",),
        (
            "legal_name",
            "trade_name",
            "business_address",
            "website",
            "contact_name",
            "contact_email",
            "contact_phone",
            "current_processor",
            "notes",
        ),
    ),
    Source(Outbox, ("created_at", "done_at"), ("payload", "last_error")),
    Source(Audit, ("at",), ("actor", "before", "after", "reason")),
)


def card_numbers(database: Database, since: datetime | None) -> list[str]:
    """Rows written since then that hold a card number, as "audit 7"; never the number."""
    return [found for source in SOURCES for found in _in(database, source, since)]


def _in(database: Database, source: Source, since: datetime | None) -> Iterator[str]:
    last = 0
    while page := _page(database, source, since, last):
        for row_id, *texts in page:
            if any(has_card_number(text) for one in texts for text in _texts(one)):
                yield f"{source.table.__tablename__} {row_id}"
        last = page[-1][0]


def _page(
    database: Database, source: Source, since: datetime | None, last: int
) -> list[tuple[Any, ...]]:
    row_id = source.column("id")
    statement = select(row_id, *(source.column(name) for name in source.columns)).where(
        row_id > last
    )
    if since is not None:
        statement = statement.where(or_(*(source.column(name) >= since for name in source.times)))
    with database.read() as session:
        return [tuple(row) for row in session.execute(statement.order_by(row_id).limit(AT_ONCE))]


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, numbers as texts; in JSON, ids are left out."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in IDS:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value)
