"""Pages for people: what the shop has booked in this Komet, and buttons for what can go wrong."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from komet_shop.sandboxes.komet.api import the_sandbox
from komet_shop.sandboxes.komet.books import (
    STATUS_NAMES,
    Invoice,
    Payment,
    Where,
    find_invoice,
    list_invoices,
    list_payments,
)
from komet_shop.sandboxes.komet.company import COMPANY_NAME
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.faults import KINDS
from komet_shop.sandboxes.komet.find import alike
from komet_shop.sandboxes.server import refuse_strangers

PAGE_SIZE = 50
DOWN: dict[str, object] = {"fault": "down", "times": None}

bp = Blueprint("pages", __name__)


@dataclass(frozen=True, kw_only=True)
class FaultChoice:
    """A button: one kind of trouble for the next posted payment or order."""

    kind: str
    effect: str


@bp.context_processor
def frame() -> dict[str, object]:
    """What every page shows around its content."""
    sandbox = the_sandbox()
    return {
        "company": COMPANY_NAME,
        "is_down": _is_down(),
        "money": money,
        "price": price,
        "status_names": STATUS_NAMES,
        "customers": sandbox.customers(),
        "places": sandbox.company.locations,
        "methods": sandbox.company.methods,
    }


@bp.get("/")
def overview() -> ResponseReturnValue:
    """Whether Komet answers, how many calls are left today, and the latest entries."""
    sandbox = the_sandbox()
    with sandbox.store.transaction() as db:
        payments = list_payments(db, Where(), newest_first=True, limit=8)
        invoices = list_invoices(db, Where(), newest_first=True, limit=8)
    return render_template(
        "komet/overview.html",
        payments=payments,
        invoices=invoices,
        used=sandbox.calls_today(),
        limit=sandbox.daily_limit,
        now=sandbox.clock.now(),
        faults=[fault for fault in sandbox.faults.listed() if not _is_outage(fault)],
    )


@bp.get("/payments")
def payments() -> ResponseReturnValue:
    """Every payment, newest first."""
    where = _page()
    with the_sandbox().store.transaction() as db:
        rows = list_payments(db, where, newest_first=True, limit=PAGE_SIZE + 1)
    return render_template("komet/payments.html", payments=rows[:PAGE_SIZE], older=_older(rows))


@bp.get("/orders")
def orders() -> ResponseReturnValue:
    """Every order and invoice, newest first."""
    where = _page()
    with the_sandbox().store.transaction() as db:
        rows = list_invoices(db, where, newest_first=True, limit=PAGE_SIZE + 1)
    return render_template("komet/orders.html", invoices=rows[:PAGE_SIZE], older=_older(rows))


@bp.get("/orders/<int:number>")
def order(number: int) -> ResponseReturnValue:
    """One order with its flowers and what was paid on it."""
    sandbox = the_sandbox()
    with sandbox.store.transaction() as db:
        invoice = find_invoice(db, number)
        if invoice is None:
            abort(404)
        where = Where()
        where.add("id IN (SELECT payment_id FROM application WHERE invoice_id = ?)", invoice.id)
        paid_by = list_payments(db, where)
    return render_template(
        "komet/order.html",
        invoice=invoice,
        payments=paid_by,
        products=sandbox.company.products,
        carriers=sandbox.company.carriers,
    )


@bp.get("/customers")
def customers() -> ResponseReturnValue:
    """Who buys, with what the shop reads about them."""
    wanted = request.args.get("q", "").strip()[:100]
    found = [row for row in the_sandbox().customers().values() if _matches(row, wanted)]
    return render_template("komet/customers.html", found=found, wanted=wanted)


@bp.get("/faults")
def faults() -> ResponseReturnValue:
    """What is set to go wrong, and what could be."""
    choices = [FaultChoice(kind=kind, effect=effect) for kind, effect in KINDS.items()]
    rows = the_sandbox().faults.listed()
    return render_template("komet/faults.html", choices=choices, faults=rows)


@bp.post("/faults")
def add_fault() -> ResponseReturnValue:
    """Let the next call of the chosen method fail."""
    refuse_strangers()
    kind, method = request.form.get("fault", ""), request.form.get("method", "any")
    if kind not in KINDS:
        abort(400)
    the_sandbox().faults.add({"fault": kind, "match": {"method": method}})
    return redirect(url_for(".faults"), 303)


@bp.post("/faults/clear")
def clear_faults() -> ResponseReturnValue:
    """Let everything work again."""
    refuse_strangers()
    the_sandbox().faults.clear()
    return redirect(url_for(".faults"), 303)


@bp.post("/down")
def switch_down() -> ResponseReturnValue:
    """Take Komet down until someone brings it back, or bring it back."""
    refuse_strangers()
    the_sandbox().faults.clear("down")
    if request.form.get("state") == "down":
        the_sandbox().faults.add(DOWN)
    return redirect(url_for(".overview"), 303)


def money(cents: int, currency: str = "USD") -> str:
    """An amount as people read it: $1,234.50, or C$20.00."""
    sign, mark = "\N{MINUS SIGN}" if cents < 0 else "", "C$" if currency == "CAD" else "$"
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{mark}{whole:,}.{part:02d}"


def price(price_e4: int) -> str:
    """A unit price with its four decimals."""
    whole, part = divmod(price_e4, 10_000)
    return f"{whole:,}.{part:04d}"


def _is_outage(fault: dict[str, object]) -> bool:
    return fault["fault"] == "down" and fault["times"] is None


def _is_down() -> bool:
    return any(map(_is_outage, the_sandbox().faults.listed()))


def _page() -> Where:
    where = Where()
    where.add("id < ?", request.args.get("before", type=int))
    return where


def _older(rows: list[Invoice] | list[Payment]) -> int | None:
    return rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None


def _matches(row: Customer, wanted: str) -> bool:
    return alike(row.name, wanted) or alike(row.code, wanted)
