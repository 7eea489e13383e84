"""invoice.create, .checkout, .confirm, .void, .list, .details.list: orders and invoices."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from komet_shop.sandboxes.komet.books import (
    CONFIRMED,
    DRAFT,
    PENDING,
    STATUS_NAMES,
    VOIDED,
    Invoice,
    InvoiceLine,
    Where,
    find_invoice,
    list_invoices,
    sold_units,
)
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.envelope import Answer, money, price
from komet_shop.sandboxes.komet.find import (
    alike,
    carrier_ids,
    customer_ids,
    location_ids,
    one_carrier,
    one_customer,
    one_location,
)
from komet_shop.sandboxes.komet.inventory_methods import units_left
from komet_shop.sandboxes.komet.parameters import Parameters, Refused
from komet_shop.sandboxes.komet.state import Call
from komet_shop.sandboxes.komet.stock import BOX_TYPES, StockLine

SIX_MONTHS, FOUR_DAYS = 184, 4


@dataclass(frozen=True, kw_only=True)
class OrderedLine:
    """What an order asks for: units at a price, from a line of stock or of a described packing."""

    stock: StockLine | None
    product_id: int
    box_type: str
    unit_type: str
    boxes: int
    units_per_box: int
    units: int
    price_e4: int
    notes: str

    @property
    def amount_cents(self) -> int:
        """Units times price, rounded half up to the cent, line by line."""
        return (self.units * self.price_e4 + 50) // 100


def invoice_create(call: Call) -> Answer:
    """Book an order. Komet has no guard against booking the same one twice, and neither have we."""
    location = one_location(call)
    lines = [_ordered_line(call, item, location.id) for item in call.values.objects("items")]
    if not lines:
        raise Refused("items is required: an invoice needs at least one item.")
    header = _header(call) | {
        "location_id": location.id,
        "total_cents": sum(line.amount_cents for line in lines),
    }
    with call.sandbox.store.transaction() as db:
        _check_stock(call, db, lines)
        invoice_id = insert_invoice(db, header, lines)
        number = db.execute("SELECT number FROM invoice WHERE id = ?", (invoice_id,)).fetchone()[0]
    return {
        "message": "The invoice was successfully created.",
        "invoiceId": invoice_id,
        call.sandbox.switches.invoice_number_field: number,
    }


def invoice_checkout(call: Call) -> Answer:
    """A draft becomes an order that waits for approval."""
    with call.sandbox.store.transaction() as db:
        return _move(call, db, {DRAFT}, PENDING)


def invoice_confirm(call: Call) -> Answer:
    """A draft or waiting order becomes a confirmed invoice."""
    with call.sandbox.store.transaction() as db:
        return _move(call, db, {DRAFT, PENDING}, CONFIRMED)


def invoice_void(call: Call) -> Answer:
    """An order is no more; what was paid on it is the customer's open credit again."""
    reason = call.values.text("reason", 300, required=True)
    with call.sandbox.store.transaction() as db:
        answer = _move(call, db, {DRAFT, PENDING, CONFIRMED}, VOIDED)
        invoice_id = answer["invoiceId"]
        db.execute("UPDATE invoice SET void_reason = ? WHERE id = ?", (reason, invoice_id))
        db.execute("DELETE FROM application WHERE invoice_id = ?", (invoice_id,))
    return answer


def invoice_list(call: Call) -> Answer:
    """Headers of orders by ship date; order and orderId make the dates unimportant."""
    where = _narrowed(call)
    if not _names_one_order(call):
        first, last = call.values.window("orderDateFrom", "orderDateTo", days=SIX_MONTHS)
        where.add("ship_date >= ?", first.isoformat())
        where.add("ship_date <= ?", last.isoformat())
    customers = call.sandbox.customers()
    return {"invoices": [_invoice(call, row, customers) for row in _found(call, where)]}


def invoice_details_list(call: Call) -> Answer:
    """Orders with their lines: one day, at most four days apart, or one order."""
    where = _narrowed(call)
    if not _names_one_order(call):
        if call.values.has("orderDate"):
            first = last = call.values.needed_day("orderDate")
        else:
            call.values.require_one("orderDate", "orderDateFrom", "order", "orderId")
            first, last = call.values.window("orderDateFrom", "orderDateTo", days=FOUR_DAYS)
        where.add("ship_date >= ?", first.isoformat())
        where.add("ship_date <= ?", last.isoformat())
    customers = call.sandbox.customers()
    return {
        "invoices": [
            _invoice(call, row, customers)
            | {"details": [_detail(call, line) for line in row.lines]}
            for row in _found(call, where)
        ]
    }


def insert_invoice(
    db: sqlite3.Connection, header: Mapping[str, object], lines: list[OrderedLine]
) -> int:
    """Write an order and its lines; returns its internal id."""
    names = ", ".join(header)
    marks = ", ".join(f":{name}" for name in header)
    statement = f"INSERT INTO invoice ({names}) VALUES ({marks})"  # noqa: S608 - names are ours
    invoice_id = db.execute(statement, header).lastrowid or 0
    db.executemany(
        "INSERT INTO invoice_line (invoice_id, stock_line_id, product_id, box_type, unit_type,"
        " boxes, units_per_box, units, price_e4, amount_cents, notes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (invoice_id, line.stock.id if line.stock else None, line.product_id, line.box_type,
             line.unit_type, line.boxes, line.units_per_box, line.units, line.price_e4,
             line.amount_cents, line.notes)
            for line in lines
        ],
    )  # fmt: skip
    return invoice_id


def _header(call: Call) -> dict[str, object]:
    customer, values = one_customer(call), call.values
    return {
        "customer_id": customer.id,
        "carrier_id": one_carrier(call).id,
        "ship_to_id": _ship_to_id(call, customer.id),
        "ship_date": values.needed_day("shipDate").isoformat(),
        "po_number": values.text("poNumber", 20),
        "reference": values.text("reference", 20),
        "instructions": values.text("warehouseInstructions", 200),
        "notes": values.text("invoiceNotes", 200),
        "status": DRAFT if values.flag("statusDraft") else PENDING,
        "currency": customer.currency,
        "created_on": call.sandbox.stamp,
        "updated_on": call.sandbox.stamp,
    }


def _ship_to_id(call: Call, customer_id: int) -> int | None:
    wanted = call.values.integer("shipToId")
    ship_to = call.sandbox.company.ship_tos.get(wanted or 0)
    if wanted is not None and (ship_to is None or ship_to.customer_id != customer_id):
        raise Refused(f"shipToId {wanted} does not belong to this customer.")
    return wanted


def _ordered_line(call: Call, item: Parameters, location_id: int) -> OrderedLine:
    described = ("productCode", "boxTypeCode", "unitsPerBox", "unitType")
    if not item.has("orderItemId"):
        return _described_line(call, item)
    if any(item.has(name) for name in described):
        raise Refused(f"Send either orderItemId or {', '.join(described)}, not both.")
    wanted = item.needed_integer("orderItemId")
    stock = call.sandbox.company.stock.get(wanted)
    if stock is None or stock.location_id != location_id:
        raise Refused(f"orderItemId {wanted} is not in the inventory of this location.")
    return _line(call, item, stock=stock, product_id=stock.product.id, box_type=stock.box_type,
                 unit_type=stock.unit_type, units_per_box=stock.units_per_box)  # fmt: skip


def _described_line(call: Call, item: Parameters) -> OrderedLine:
    code, box_type = item.text("productCode", 20, required=True), item.text("boxTypeCode", 3)
    unit_type, units = item.text("unitType", 5), item.needed_integer("unitsPerBox")
    products = call.sandbox.company.products.values()
    found = next((row for row in products if row.code.casefold() == code.casefold()), None)
    if found is None:
        raise Refused(f"productCode {code!r} does not exist.")
    if box_type not in BOX_TYPES or unit_type not in ("Stem", "Bunch") or units < 1:
        raise Refused("boxTypeCode, unitType (Stem or Bunch) and unitsPerBox are required.")
    return _line(call, item, stock=None, product_id=found.id, box_type=box_type,
                 unit_type=unit_type, units_per_box=units)  # fmt: skip


def _line(
    call: Call,
    item: Parameters,
    *,
    stock: StockLine | None,
    product_id: int,
    box_type: str,
    unit_type: str,
    units_per_box: int,
) -> OrderedLine:
    boxes = item.integer("boxes") or 0
    # A bunch at a time is sold through Komet's screens; its API page speaks of boxes only.
    units = boxes * units_per_box or item.integer("units") or 0
    if boxes < 0 or units < 1:
        raise Refused("boxes is required and must be greater than 0.")
    return OrderedLine(
        stock=stock,
        product_id=product_id,
        box_type=box_type,
        unit_type=unit_type,
        boxes=boxes,
        units_per_box=units_per_box,
        units=units,
        price_e4=item.price_e4("price", decimals=call.sandbox.switches.price_decimals),
        notes=item.text("notes", 200),
    )


def _check_stock(call: Call, db: sqlite3.Connection, lines: list[OrderedLine]) -> None:
    if not call.sandbox.switches.refuses_oversold_stock:
        return
    sold = sold_units(db, call.sandbox.clock.today().isoformat())
    for line in lines:
        if line.stock is None:
            continue
        if line.units > units_left(line.stock, sold):
            raise Refused(f"There are not enough boxes of {line.stock.product.description}.")
        sold[line.stock.id] = sold.get(line.stock.id, 0) + line.units


def _move(call: Call, db: sqlite3.Connection, allowed: set[int], status: int) -> Answer:
    number = call.values.invoice_number("invoiceNumber")
    found = find_invoice(db, number)
    if found is None:
        raise Refused(f"Invoice {number} does not exist.")
    if found.status not in allowed:
        raise Refused(f"Invoice {number} is {STATUS_NAMES[found.status]}.")
    db.execute(
        "UPDATE invoice SET status = ?, updated_on = ? WHERE id = ?",
        (status, call.sandbox.stamp, found.id),
    )
    return {"message": f"The order {number} is now {STATUS_NAMES[status]}.", "invoiceId": found.id}


def _names_one_order(call: Call) -> bool:
    return call.values.has("order") or call.values.has("orderId")


def _narrowed(call: Call) -> Where:
    where, values = Where(), call.values
    where.among("customer_id", customer_ids(call))
    where.among("carrier_id", carrier_ids(call))
    where.among("location_id", location_ids(call))
    where.add("status = ?", values.integer("status"))
    where.add("number = ?", values.invoice_number("order") if values.has("order") else None)
    where.add("id = ?", values.integer("orderId"))
    where.add("(reference <> '') = ?", values.flag("isEcommerce"))
    as_of = values.moment("updatedAsOf")
    where.add("updated_on >= ?", as_of and as_of.strftime("%Y-%m-%dT%H:%M:%S"))
    return where


def _found(call: Call, where: Where) -> list[Invoice]:
    text = call.values.text("product")
    with call.sandbox.store.transaction() as db:
        rows = list_invoices(db, where)
    products = call.sandbox.company.products
    return [
        row
        for row in rows
        if not text or any(alike(products[line.product_id].description, text) for line in row.lines)
    ]


def _invoice(call: Call, row: Invoice, customers: dict[int, Customer]) -> Answer:
    customer = customers[row.customer_id]
    return {
        "id": row.id,
        "number": row.number,
        "status": row.status,
        "statusDescription": STATUS_NAMES[row.status],
        "shipDate": row.ship_date,
        "locationId": row.location_id,
        "customerId": row.customer_id,
        "customerName": customer.name,
        "customerCode": customer.code,
        "currency": row.currency,
        "carrierId": row.carrier_id,
        "carrierName": call.sandbox.company.carriers[row.carrier_id].name,
        "shipToId": row.ship_to_id,
        "poNumber": row.po_number,
        "reference": row.reference,
        "invoiceNotes": row.notes,
        "warehouseInstructions": row.instructions,
        "salesPerson": customer.sales_person.name,
        "terms": customer.terms,
        "isEcommerce": row.is_web_order,
        "subtotal": money(row.total_cents),
        "totalAmount": money(row.total_cents),
        "balance": money(row.balance_cents),
        "createdOn": row.created_on,
        "updatedOn": row.updated_on,
    }


def _detail(call: Call, line: InvoiceLine) -> Answer:
    product = call.sandbox.company.products[line.product_id]
    return {
        "id": line.id,
        "orderItemId": line.stock_line_id,
        "companyProductId": line.product_id,
        "productDescription": product.description,
        "productCode": product.code,
        "boxTypeCode": line.box_type,
        "unitType": line.unit_type,
        "boxes": line.boxes,
        "unitsPerBox": line.units_per_box,
        "totalUnits": line.units,
        "stemsBunch": product.family.stems_bunch,
        "price": price(line.price_e4),
        "amount": money(line.amount_cents),
        "notes": line.notes,
    }
