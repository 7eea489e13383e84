"""A past for the demo: invoices of the last weeks, some paid, some partly, some overdue."""

import random
import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from komet_shop.sandboxes.komet.books import CONFIRMED
from komet_shop.sandboxes.komet.company import Company
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.invoice_methods import OrderedLine, insert_invoice
from komet_shop.sandboxes.komet.payment_methods import insert_payment
from komet_shop.sandboxes.komet.stock import StockLine

DAYS_BACK = 75
CHECK, WIRE, ACH = 12, 13, 14


def write_history(db: sqlite3.Connection, company: Company, today: date, invoices: int) -> None:
    """Book so many past invoices and what was paid on them, oldest first, the same every time."""
    dice = random.Random(515)
    buyers = [customer for customer in company.customers.values() if customer.active]
    fixed = buyers[:4] * 3  # the accounts that demos log in with have the most to show
    days = (dice.randint(2, DAYS_BACK) for _ in range(invoices))
    for day in sorted(days, reverse=True):
        customer = dice.choice(buyers + fixed)
        _book(db, dice, company, customer=customer, ship_date=today - timedelta(days=day))


def _book(
    db: sqlite3.Connection,
    dice: random.Random,
    company: Company,
    *,
    customer: Customer,
    ship_date: date,
) -> None:
    location_id = dice.choice(customer.location_ids)
    stock = [line for line in company.stock.values() if line.location_id == location_id]
    lines = [_line(dice, line) for line in dice.sample(stock, dice.randint(1, 6))]
    total = sum(line.amount_cents for line in lines)
    stamp = f"{ship_date - timedelta(days=2)}T15:20:00"
    header = {
        "customer_id": customer.id, "location_id": location_id, "carrier_id": 801,
        "ship_to_id": None, "ship_date": ship_date.isoformat(), "po_number": "", "reference": "",
        "instructions": "", "notes": "", "status": CONFIRMED, "currency": customer.currency,
        "total_cents": total, "seeded": 1, "created_on": stamp, "updated_on": stamp,
    }  # fmt: skip
    invoice_id = insert_invoice(db, header, lines)
    paid = dice.choice((0, 0, total, total, total // 2))
    if paid:
        _pay(db, dice, header, invoice_id=invoice_id, cents=paid)


def _line(dice: random.Random, stock: StockLine) -> OrderedLine:
    boxes = dice.randint(1, 3)
    return OrderedLine(
        stock=stock,
        product_id=stock.product.id,
        box_type=stock.box_type,
        unit_type=stock.unit_type,
        boxes=boxes,
        units_per_box=stock.units_per_box,
        units=boxes * stock.units_per_box,
        price_e4=stock.price_e4,
        notes="",
    )


def _pay(
    db: sqlite3.Connection,
    dice: random.Random,
    header: Mapping[str, object],
    *,
    invoice_id: int,
    cents: int,
) -> None:
    payment_id = insert_payment(
        db,
        {
            "customer_id": header["customer_id"], "location_id": header["location_id"],
            "method_id": dice.choice((CHECK, CHECK, WIRE, ACH)), "date": header["ship_date"],
            "total_cents": cents, "reference": f"{dice.randint(1000, 9999)}", "notes": "",
            "seeded": 1, "created_on": header["created_on"], "updated_on": header["updated_on"],
        },
    )  # fmt: skip
    db.execute("INSERT INTO application VALUES (?, ?, ?, 0)", (payment_id, invoice_id, cents))
