"""The control address, for this machine only: faults, clock, batches, and the ledger."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from . import faults
from .accounts import Account
from .assumptions import changed
from .local_only import refuse_strangers
from .outside import sell
from .rest import sandbox
from .search import is_settled
from .transactions import Transaction

blueprint = Blueprint("control", __name__, url_prefix="/_control")
blueprint.before_request(refuse_strangers)


@blueprint.get("/ledger")
def ledger() -> Response:
    """Every transaction of every terminal, and what each terminal is owed."""
    with sandbox().ledger.changing():
        rows = [_shown(row) for row in sandbox().ledger.rows()]
        net = {label: sandbox().ledger.net_cents(label) for label in sandbox().accounts}
    return jsonify(transactions=rows, net_cents=net)


@blueprint.get("/faults")
def show_faults() -> Response:
    """What is armed, what has fired, and what could be armed."""
    known = {name: kind.explains for name, kind in faults.CATALOGUE.items()}
    armed, fired = sandbox().faults.armed(), sandbox().faults.fired()
    return jsonify(armed=armed, fired=fired, known=known)


@blueprint.post("/faults")
def arm_fault() -> Response:
    """Arm one fault."""
    body = _body()
    label = (body.get("match") or {}).get("account")
    if label and label not in sandbox().accounts:
        raise ValueError(f"There is no account named {label}.")
    sandbox().faults.arm(faults.read(body))
    return show_faults()


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Disarm everything."""
    sandbox().faults.clear()
    return show_faults()


@blueprint.get("/clock")
def show_clock() -> Response:
    """The sandbox's time and how far it is from real time."""
    clock = sandbox().clock
    return jsonify(now=clock.now().isoformat(), offset_seconds=clock.offset_seconds)


@blueprint.post("/clock")
def move_clock() -> Response:
    """Set the offset from real time."""
    sandbox().clock.move(int(_body()["offset_seconds"]))
    return show_clock()


@blueprint.post("/batches/close")
def close_batch() -> Response:
    """Close a terminal's batch, as its automatic close would."""
    account = _account(_body())
    batch = sandbox().ledger.close_batch(account.label, sandbox().clock.now())
    return jsonify(account=account.label, closed=batch.number if batch else None)


@blueprint.get("/assumptions")
def show_assumptions() -> Response:
    """Every switch as it stands."""
    return jsonify(vars(sandbox().assumptions))


@blueprint.post("/assumptions")
def change_assumptions() -> Response:
    """Set some switches."""
    sandbox().assumptions = changed(sandbox().assumptions, _body())
    return show_assumptions()


@blueprint.post("/sale")
def sell_outside() -> Response:
    """A sale made outside the shop."""
    body = _body()
    row = sell(
        sandbox(),
        _account(body),
        amount_cents=int(body["amount_cents"]),
        invoice=str(body.get("invoice") or ""),
    )
    return jsonify(_shown(row))


@blueprint.post("/reset")
def reset() -> Response:
    """Forget everything but the keys."""
    sandbox().reset()
    return jsonify(reset=True)


@blueprint.get("/requests")
def requests_seen() -> Response:
    """The last thousand calls, oldest first; never a body or a card."""
    return jsonify(requests=list(sandbox().requests))


@blueprint.post("/webhook_url")
def set_webhook_url() -> Response:
    """Where notifications go; null for nowhere."""
    sandbox().webhooks.url = _body().get("url") or None
    return jsonify(url=sandbox().webhooks.url)


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
def bad_value(error: Exception) -> tuple[Response, int]:
    """Say which value was wrong."""
    return jsonify(error=str(error)), 400


@blueprint.errorhandler(KeyError)
def missing_value(error: KeyError) -> tuple[Response, int]:
    """Say which value was missing."""
    return jsonify(error=f"{error.args[0]} is missing."), 400


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400, "Send a JSON object, with Content-Type application/json.")
    return body


def _account(body: dict[str, Any]) -> Account:
    account = sandbox().account(str(body["account"]))
    if account is None:
        raise ValueError(f"There is no account named {body['account']}.")
    return account


def _shown(row: Transaction) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "account": row.account,
        "type": row.kind,
        "amount_cents": row.amount_cents,
        "result": row.result,
        "result_code": row.result_code,
        "invoice": row.invoice,
        "order_id": row.order_id or str(row.id),
        "voided": row.voided,
        "pending": row.pending,
        "settled": is_settled(sandbox(), row),
        "batch": row.batch,
        "ref_id": None if row.ref_id is None else str(row.ref_id),
        "created": row.created.isoformat(),
        "card_last4": row.card_last4,
        "token": row.token or None,
    }
