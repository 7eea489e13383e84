"""The address /_control: lets a program on this machine script faults and read the books."""

from dataclasses import asdict

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from komet_shop.sandboxes.komet.api import the_sandbox
from komet_shop.sandboxes.komet.books import (
    STATUS_NAMES,
    Invoice,
    Payment,
    Where,
    list_invoices,
    list_payments,
)
from komet_shop.sandboxes.komet.envelope import Answer
from komet_shop.sandboxes.komet.state import UNCOUNTED, Sandbox
from komet_shop.sandboxes.server import refuse_strangers

bp = Blueprint("control", __name__, url_prefix="/_control")
bp.before_request(refuse_strangers)


@bp.errorhandler(ValueError)
def explain(error: ValueError) -> ResponseReturnValue:
    """What was wrong with a command."""
    return jsonify(error=str(error)), 400


@bp.get("/ledger")
def ledger() -> ResponseReturnValue:
    """Everything booked, oldest first, in cents: the truth that tests compare with."""
    sandbox = the_sandbox()
    with sandbox.store.transaction() as db:
        invoices, payments = list_invoices(db, Where()), list_payments(db, Where())
    return jsonify(
        invoices=[_invoice(sandbox, row) for row in invoices],
        payments=[_payment(sandbox, row) for row in payments],
        open_credits_cents=_open_credits(sandbox, payments),
    )


@bp.get("/faults")
def faults() -> ResponseReturnValue:
    """The faults that are set."""
    return jsonify(faults=the_sandbox().faults.listed())


@bp.post("/faults")
def add_fault() -> ResponseReturnValue:
    """Set one fault."""
    return jsonify(asdict(the_sandbox().faults.add(_command()))), 201


@bp.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    """Take all faults away, or those of ?fault=kind."""
    the_sandbox().faults.clear(request.args.get("fault"))
    return jsonify(faults=the_sandbox().faults.listed())


@bp.get("/switches")
def switches() -> ResponseReturnValue:
    """How each switch stands."""
    return jsonify(asdict(the_sandbox().switches))


@bp.post("/switches")
def change_switches() -> ResponseReturnValue:
    """Turn switches over; 400 and no change when one of them is unknown."""
    the_sandbox().switches.change(_command())
    return switches()


@bp.post("/clock")
def move_clock() -> ResponseReturnValue:
    """Set `offset_seconds`, or go on by `advance_seconds`; added to the clock file's."""
    clock, command = the_sandbox().clock, _command()
    shift = command.get("offset_seconds", clock.shift_seconds)
    step = command.get("advance_seconds", 0)
    if type(shift) is not int or type(step) is not int:
        raise ValueError("offset_seconds and advance_seconds are whole numbers.")
    clock.shift_seconds = shift + step
    return jsonify(now=the_sandbox().stamp, offset_seconds=clock.shift_seconds)


@bp.get("/requests")
def requests() -> ResponseReturnValue:
    """Calls per GMT day, method and outcome; never a token or a parameter."""
    sandbox = the_sandbox()
    with sandbox.store.transaction() as db:
        rows = db.execute("SELECT * FROM call ORDER BY day, method, outcome").fetchall()
    days: dict[str, list[Answer]] = {}
    for row in rows:
        days.setdefault(row["day"], []).append(
            {"method": row["method"], "status": row["outcome"], "count": row["count"]}
        )
    return jsonify(
        today=sandbox.clock.today().isoformat(),
        used_today=sandbox.calls_today(),
        daily_limit=sandbox.daily_limit,
        uncounted=list(UNCOUNTED),
        days=days,
    )


@bp.post("/customers/<code>")
def change_customer(code: str) -> ResponseReturnValue:
    """Change a customer at the company, so that a pull has something to find."""
    the_sandbox().change_customer(code, _command())
    return jsonify(code=code, updated_on=the_sandbox().stamp)


@bp.post("/reset")
def reset() -> ResponseReturnValue:
    """Empty books, no faults, switches as at the start; the token stays."""
    the_sandbox().reset()
    return jsonify(ok=True)


def _command() -> dict[str, object]:
    command = request.get_json(silent=True)
    if not isinstance(command, dict):
        raise ValueError("Send a JSON object with Content-Type: application/json.")
    return command


def _invoice(sandbox: Sandbox, row: Invoice) -> Answer:
    kept = asdict(row)
    return kept | {
        "customer_code": sandbox.company.customers[row.customer_id].code,
        "location_code": sandbox.company.locations[row.location_id].code,
        "status_name": STATUS_NAMES[row.status],
        "balance_cents": row.balance_cents,
        "seeded": bool(row.seeded),
    }


def _payment(sandbox: Sandbox, row: Payment) -> Answer:
    kept = asdict(row)
    return kept | {
        "customer_code": sandbox.company.customers[row.customer_id].code,
        "location_code": sandbox.company.locations[row.location_id].code,
        "method": sandbox.company.methods[row.method_id].name,
        "overpayment_cents": row.overpayment_cents,
        "synced": bool(row.synced),
        "seeded": bool(row.seeded),
    }


def _open_credits(sandbox: Sandbox, payments: list[Payment]) -> dict[str, int]:
    left: dict[str, int] = {}
    for row in payments:
        code = sandbox.company.customers[row.customer_id].code
        left[code] = left.get(code, 0) + row.overpayment_cents
    return {code: cents for code, cents in left.items() if cents}
