"""payment.receive, .list and .mark.sync, credit.details.list and login."""

import hmac
import sqlite3
from datetime import date, timedelta

from komet_shop.sandboxes.komet.books import (
    DRAFT,
    VOIDED,
    Invoice,
    Payment,
    Where,
    find_invoice,
    list_payments,
)
from komet_shop.sandboxes.komet.company import PaymentMethod
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.envelope import Answer, money
from komet_shop.sandboxes.komet.find import (
    alike,
    carrier_ids,
    customer_by_id,
    customer_ids,
    location_ids,
    one_location,
)
from komet_shop.sandboxes.komet.parameters import Parameters, Refused
from komet_shop.sandboxes.komet.state import Call

ONE_MONTH = 31
LOGIN_NAME, LOGIN_WORD = "demo", "flowers"
PAYMENT_FILTERS = (
    "dateFrom", "dateTo", "customer", "controlNumber", "paymentMethod", "invoiceNumber",
    "checkReference", "updatedAsOf", "locationId", "externalSystemSynced",
)  # fmt: skip


def payment_receive(call: Call) -> Answer:
    """Book money received. Called twice, it books twice: Komet has no duplicate guard."""
    customer, values = customer_by_id(call), call.values
    method, location = _method(call), one_location(call)
    rows = values.objects("invoices")
    asked = sum(row.cents("amount", required=True) or 0 for row in rows)
    total = _total(values, asked)
    payment = {
        "customer_id": customer.id,
        "location_id": location.id,
        "method_id": method.id,
        "date": values.needed_day("date").isoformat(),
        "total_cents": total,
        "reference": values.text("referenceNumber", 100),
        "notes": values.text("notes", 200),
        "created_on": call.sandbox.stamp,
        "updated_on": call.sandbox.stamp,
    }
    with call.sandbox.store.transaction() as db:
        payment_id = insert_payment(db, payment)
        for row in rows:
            _apply(db, payment_id, _payable(db, row, customer.id), row)
        number = _control_number(db, payment_id)
    return {"message": "The payment was successfully received.", "controlNumber": number}


def payment_list(call: Call) -> Answer:
    """Payments and what they were applied to. At least one filter, and no range beyond 31 days."""
    call.values.require_one(*PAYMENT_FILTERS)
    where = _narrowed(call)
    with call.sandbox.store.transaction() as db:
        found = list_payments(db, where)
    customers = call.sandbox.customers()
    return {"payments": [_payment(call, row, customers) for row in found]}


def payment_mark_sync(call: Call) -> Answer:
    """Note that another system has taken these payments over, one answer for each."""
    rows = call.values.objects("payments")
    if not rows:
        raise Refused("payments is required.")
    ids = [row.needed_integer("paymentId") for row in rows]
    with call.sandbox.store.transaction() as db:
        return {"payments": [_mark(db, payment_id) for payment_id in ids]}


def credit_details_list(call: Call) -> Answer:
    """Credits on invoices. Nobody can give one here, so a correct question finds none."""
    call.values.window("creditDateFrom", "creditDateTo", days=ONE_MONTH)
    if call.values.text("itemType", 5, required=True).casefold() not in ("box", "un", "all"):
        raise Refused("itemType must be box, UN or all.")
    status = call.values.integer("status")
    if status is not None and status not in (1, 2, 3, 4, 5):
        raise Refused("status must be 1, 2, 3, 4 or 5.")
    customer_ids(call), carrier_ids(call), location_ids(call)
    return {"credits": []}


def login(call: Call) -> Answer:
    """Exchange a user's name and password for a token that stays valid."""
    name, word = call.values.text("userName", 100), call.values.text("password", 100)
    name = name or call.values.text("user", 100)
    given, known = f"{name}\n{word}".encode(), f"{LOGIN_NAME}\n{LOGIN_WORD}".encode()
    if not hmac.compare_digest(given, known):
        raise Refused("The user name or password is incorrect.")
    return {"authenticationToken": call.sandbox.user_token, "companyId": call.sandbox.company_id}


def insert_payment(db: sqlite3.Connection, payment: dict[str, object]) -> int:
    """Write a payment; returns its internal id."""
    names = ", ".join(payment)
    marks = ", ".join(f":{name}" for name in payment)
    statement = f"INSERT INTO payment ({names}) VALUES ({marks})"  # noqa: S608 - names are ours
    return db.execute(statement, payment).lastrowid or 0


def _method(call: Call) -> PaymentMethod:
    wanted = call.values.needed_integer("methodId")
    method = call.sandbox.company.methods.get(wanted)
    if method is None or not method.active:
        raise Refused(f"methodId {wanted} does not exist or is not active.")
    return method


def _total(values: Parameters, asked: int) -> int:
    given = values.cents("totalPayment")
    total = asked if given is None else given
    if total < asked:
        raise Refused("totalPayment must be at least equal to the total of the invoices.")
    if total <= 0:
        raise Refused("totalPayment or the amounts of the invoices must be greater than 0.")
    return total


def _payable(db: sqlite3.Connection, row: Parameters, customer_id: int) -> Invoice:
    number = row.invoice_number("invoiceNumber")
    found = find_invoice(db, number)
    if found is None or found.customer_id != customer_id:
        raise Refused(f"Invoice {number} does not exist for this customer.")
    if found.status in (DRAFT, VOIDED):
        raise Refused(f"Invoice {number} cannot be paid: it is a draft or voided.")
    return found


def _apply(db: sqlite3.Connection, payment_id: int, invoice: Invoice, row: Parameters) -> None:
    """Set the money against the invoice; what it no longer owes stays with the payment."""
    amount, discount = row.cents("amount", required=True) or 0, row.cents("discount") or 0
    if amount <= 0 or discount < 0:
        raise Refused("amount must be greater than 0, and discount must not be negative.")
    taken = min(amount, invoice.balance_cents)
    given = min(discount, invoice.balance_cents - taken)
    if taken or given:
        db.execute(
            "INSERT INTO application VALUES (?, ?, ?, ?)", (payment_id, invoice.id, taken, given)
        )
        # Paying an invoice changes it: whoever pulls what changed must see the new balance.
        db.execute(
            "UPDATE invoice SET updated_on = (SELECT updated_on FROM payment WHERE id = ?)"
            " WHERE id = ?",
            (payment_id, invoice.id),
        )


def _control_number(db: sqlite3.Connection, payment_id: int) -> int:
    row = db.execute("SELECT control_number FROM payment WHERE id = ?", (payment_id,)).fetchone()
    return int(row["control_number"])


def _narrowed(call: Call) -> Where:
    where, values = Where(), call.values
    if values.has("dateFrom") or values.has("dateTo"):
        first, last = values.window("dateFrom", "dateTo", days=ONE_MONTH)
        where.add("date >= ?", first.isoformat())
        where.add("date <= ?", last.isoformat())
    where.among("customer_id", customer_ids(call))
    where.among("location_id", location_ids(call))
    where.among("method_id", _method_ids(call))
    where.like("reference", values.text("checkReference", 100))
    where.add("control_number = ?", values.integer("controlNumber"))
    where.add("synced = ?", values.flag("externalSystemSynced"))
    where.add("updated_on >= ?", _as_of(call, call.sandbox.clock.today()))
    if values.has("invoiceNumber"):
        number = values.invoice_number("invoiceNumber")
        where.add(
            "id IN (SELECT payment_id FROM application JOIN invoice"
            " ON invoice.id = application.invoice_id WHERE invoice.number = ?)",
            number,
        )
    return where


def _method_ids(call: Call) -> list[int] | None:
    text = call.values.text("paymentMethod", 50)
    if not text:
        return None
    return [row.id for row in call.sandbox.company.methods.values() if alike(row.name, text)]


def _as_of(call: Call, today: date) -> str | None:
    moment = call.values.moment("updatedAsOf")
    if moment is None:
        return None
    if moment.date() < today - timedelta(days=ONE_MONTH):
        raise Refused(f"updatedAsOf cannot be more than {ONE_MONTH} days ago.")
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _payment(call: Call, row: Payment, customers: dict[int, Customer]) -> Answer:
    customer = customers[row.customer_id]
    return {
        "id": row.id,
        "controlNumber": row.control_number,
        "date": row.date,
        "customer": customer.name,
        "customerId": customer.id,
        "customerCode": customer.code,
        "method": call.sandbox.company.methods[row.method_id].name,
        "methodId": row.method_id,
        "locationId": row.location_id,
        call.sandbox.switches.payment_reference_field: row.reference,
        "notes": row.notes,
        "totalPayment": money(row.total_cents),
        "overpayment": money(row.overpayment_cents),
        "externalSystemSynced": row.synced,
        "createdOn": row.created_on,
        "updatedOn": row.updated_on,
        "invoices": [
            {
                "invoiceNumber": part.invoice_number,
                "amount": money(part.amount_cents),
                "discount": money(part.discount_cents),
            }
            for part in row.applications
        ],
    }


def _mark(db: sqlite3.Connection, payment_id: int) -> Answer:
    changed = db.execute("UPDATE payment SET synced = 1 WHERE id = ?", (payment_id,)).rowcount
    status, message = ("1", "synchronized") if changed else ("0", "does not exist")
    return {"paymentId": payment_id, "status": status, "message": message}
