"""The gateway's REST address on the socket: one view for all of its calls."""

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as AnyResponse

from .asked import Call
from .envelope import refusal
from .gateway import answer, caller, path_of
from .misbehaviour import Exchange, misbehave, respond
from .state import Sandbox
from .wire import Vanishing

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
blueprint = Blueprint("rest", __name__)


def sandbox() -> Sandbox:
    """The sandbox behind the running application."""
    found: Sandbox = current_app.extensions["sandbox"]
    return found


@blueprint.route("/rest/v2/<path:path>", methods=METHODS)
def call(path: str) -> Response:
    """Answer a call, unless an armed fault meets it."""
    received = Call(
        method=request.method,
        path=f"/{path}",
        query=request.args.to_dict(),
        headers=Headers(list(request.headers)),
        raw=request.get_data(),
    )
    account = caller(sandbox(), received)
    label = account.label if account else None
    path_word = path_of(received)
    fault = sandbox().faults.take(path_word, label) if path_word else None
    if fault is None:
        reply = answer(sandbox(), received)
        sandbox().webhooks.send(reply, sandbox().assumptions)
        response = respond(reply, sandbox())
    else:
        connection = request.environ["werkzeug.socket"]
        exchange = Exchange(sandbox=sandbox(), call=received, connection=connection, fault=fault)
        response = misbehave(exchange)
    _note(received, response, account=label, fault=fault.name if fault else None)
    return response


def not_found(_: Exception) -> AnyResponse:
    """An address that the gateway does not have."""
    return respond(refusal("085").reply, sandbox())


def internal_error(_: Exception) -> AnyResponse:
    """A mistake of the sandbox itself looks like one of the gateway."""
    return respond(refusal("052", "Internal error", status=500).reply, sandbox())


def _note(call: Call, response: Response, *, account: str | None, fault: str | None) -> None:
    """Keep what tests count; never a body, which may hold a card."""
    invoice = call.query.get("invoice") or (call.json() or {}).get("invoice")
    sandbox().requests.append(
        {
            "at": sandbox().clock.now().isoformat(),
            "method": call.method,
            "path": f"/rest/v2{call.path}",
            "kind": path_of(call),
            "account": account,
            "status": None if isinstance(response, Vanishing) else response.status_code,
            "invoice": invoice,
            "fault": fault,
        }
    )
