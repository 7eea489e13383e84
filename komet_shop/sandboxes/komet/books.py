"""What the company's Komet has booked: invoices, payments, and what is still owed or unapplied."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field

PENDING, CONFIRMED, DRAFT, VOIDED = 0, 1, 2, 4
STATUS_NAMES = {
    PENDING: "Pending Approval",
    CONFIRMED: "Confirmed",
    DRAFT: "Draft",
    VOIDED: "Voided",
}


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """Flowers on an invoice: `units` bunches or stems at `price_e4` ten-thousandths each."""

    id: int
    invoice_id: int
    stock_line_id: int | None
    product_id: int
    box_type: str
    unit_type: str
    boxes: int
    units_per_box: int
    units: int
    price_e4: int
    amount_cents: int
    notes: str


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An order and the invoice it becomes; Komet keeps one record for both."""

    id: int
    number: int
    customer_id: int
    location_id: int
    carrier_id: int
    ship_to_id: int | None
    ship_date: str
    po_number: str
    reference: str
    instructions: str
    notes: str
    status: int
    currency: str
    total_cents: int
    void_reason: str
    seeded: int
    created_on: str
    updated_on: str
    settled_cents: int
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def is_web_order(self) -> bool:
        """Orders that a shop sent carry its reference; Komet's screens show them with a W."""
        return bool(self.reference)

    @property
    def balance_cents(self) -> int:
        """What the customer still owes; nothing on a voided one."""
        return 0 if self.status == VOIDED else self.total_cents - self.settled_cents


@dataclass(frozen=True, kw_only=True)
class Application:
    """The part of a payment that was set against one invoice."""

    payment_id: int
    invoice_id: int
    invoice_number: int
    amount_cents: int
    discount_cents: int


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Money received. What no invoice took is the customer's open credit."""

    id: int
    control_number: int
    customer_id: int
    location_id: int
    method_id: int
    date: str
    total_cents: int
    reference: str
    notes: str
    synced: int
    seeded: int
    created_on: str
    updated_on: str
    applications: list[Application] = field(default_factory=list)

    @property
    def overpayment_cents(self) -> int:
        """What is left for later invoices."""
        return self.total_cents - sum(row.amount_cents for row in self.applications)


class Where:
    """The conditions of a list, with their values kept apart from the SQL."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.values: list[object] = []

    def add(self, condition: str, value: object) -> None:
        """A condition with one `?`, unless there is nothing to compare with."""
        if value not in (None, ""):
            self._parts.append(condition)
            self.values.append(value)

    def like(self, column: str, text: str) -> None:
        """Contains, whatever the capitals; % and _ are wildcards, as in Komet."""
        self.add(f"{column} LIKE ?", f"%{text}%" if text else None)

    def among(self, column: str, ids: Collection[int] | None) -> None:
        """One of these numbers; None asks for nothing, an empty collection finds nothing."""
        if ids is not None:
            self._parts.append(f"{column} IN ({', '.join('?' * len(ids))})")
            self.values.extend(ids)

    @property
    def sql(self) -> str:
        """The WHERE clause, or nothing."""
        return f" WHERE {' AND '.join(self._parts)}" if self._parts else ""


_INVOICES = """SELECT invoice.*, COALESCE((SELECT SUM(amount_cents + discount_cents)
    FROM application WHERE invoice_id = invoice.id), 0) AS settled_cents FROM invoice"""
_APPLICATIONS = """SELECT application.*, invoice.number AS invoice_number FROM application
    JOIN invoice ON invoice.id = application.invoice_id
    WHERE payment_id IN (SELECT id FROM payment"""


def list_invoices(
    db: sqlite3.Connection, where: Where, *, newest_first: bool = False, limit: int = -1
) -> list[Invoice]:
    """Invoices with their lines, in the order of their creation unless told otherwise."""
    order = "DESC" if newest_first else "ASC"
    rows = db.execute(
        f"{_INVOICES}{where.sql} ORDER BY id {order} LIMIT ?", (*where.values, limit)
    ).fetchall()
    found = {row["id"]: Invoice(**dict(row)) for row in rows}
    lines = db.execute(
        "SELECT * FROM invoice_line WHERE invoice_id IN"  # noqa: S608 - Where binds all values
        f" (SELECT id FROM invoice{where.sql} ORDER BY id {order} LIMIT ?) ORDER BY id",
        (*where.values, limit),
    )
    for row in lines:
        found[row["invoice_id"]].lines.append(InvoiceLine(**dict(row)))
    return list(found.values())


def list_payments(
    db: sqlite3.Connection, where: Where, *, newest_first: bool = False, limit: int = -1
) -> list[Payment]:
    """Payments with what they were applied to, in the order of their booking."""
    order = "DESC" if newest_first else "ASC"
    rows = db.execute(
        f"SELECT * FROM payment{where.sql} ORDER BY id {order} LIMIT ?",  # noqa: S608 - as above
        (*where.values, limit),
    ).fetchall()
    found = {row["id"]: Payment(**dict(row)) for row in rows}
    applications = db.execute(
        f"{_APPLICATIONS}{where.sql} ORDER BY id {order} LIMIT ?) ORDER BY application.rowid",
        (*where.values, limit),
    )
    for row in applications:
        found[row["payment_id"]].applications.append(Application(**dict(row)))
    return list(found.values())


def find_invoice(db: sqlite3.Connection, number: int) -> Invoice | None:
    """The invoice with this bare number."""
    where = Where()
    where.add("number = ?", number)
    return next(iter(list_invoices(db, where)), None)


def sold_units(db: sqlite3.Connection, today: str) -> dict[int, int]:
    """Bunches or stems that orders took from each stock line and that have not shipped yet."""
    rows = db.execute(
        "SELECT stock_line_id, SUM(units) AS units FROM invoice_line"
        " JOIN invoice ON invoice.id = invoice_line.invoice_id"
        " WHERE stock_line_id IS NOT NULL AND status <> ? AND ship_date >= ?"
        " GROUP BY stock_line_id",
        (VOIDED, today),
    )
    return {row["stock_line_id"]: row["units"] for row in rows}
