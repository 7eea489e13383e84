"""The address /api/<method>: token, daily limit and faults first, then the method itself."""

import hmac
import json
from decimal import Decimal

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from komet_shop.sandboxes.komet.envelope import failure, success
from komet_shop.sandboxes.komet.faults import Fault
from komet_shop.sandboxes.komet.methods import METHODS, Method
from komet_shop.sandboxes.komet.parameters import Parameters, Refused
from komet_shop.sandboxes.komet.state import Call, Sandbox
from komet_shop.sandboxes.server import drop_connection

LARGEST_REQUEST = 64 * 1024
DOWN_PAGE = "<!doctype html><title>503</title><h1>Komet Sales is being maintained</h1>"
OTHER_PAGE = "<!doctype html><title>Sign in</title><h1>Please sign in to the network</h1>"

bp = Blueprint("api", __name__, url_prefix="/api")


def the_sandbox() -> Sandbox:
    """The Komet that this program is."""
    sandbox = current_app.extensions["komet_sandbox"]
    assert isinstance(sandbox, Sandbox)
    return sandbox


@bp.route("/<path:name>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
def call_method(name: str) -> Response:
    """Answer one call, or fail it the way a fault says."""
    sandbox = the_sandbox()
    try:
        values = _values()
    except Refused as refusal:
        return failure(name, str(refusal), sandbox.switches)
    fault = sandbox.faults.take(name, values)
    if fault and fault.fault in ("refuse", "down", "slow"):
        closed = _at_the_door(sandbox, name, fault)
        if closed is not None:
            return closed
    try:
        method = _admit(sandbox, name, values)
    except Refused as refusal:
        return failure(name, str(refusal), sandbox.switches, http=200 if name in METHODS else 404)
    return _limited(sandbox, name, fault) or _run(
        Call(sandbox, name, Parameters(values)), method, fault
    )


def _values() -> dict[str, object]:
    """The parameters, where this kind of call carries them."""
    request.max_content_length = LARGEST_REQUEST
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        body = bytes(LARGEST_REQUEST + 1)
    if len(body) + len(request.query_string) > LARGEST_REQUEST:
        raise Refused("The request is too large: the limit is 64 KB.")
    if request.method == "GET":
        return dict(request.args)
    try:
        values = json.loads(body, parse_float=Decimal)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise Refused("The request body must be a JSON object.")
    return values


def _admit(sandbox: Sandbox, name: str, values: dict[str, object]) -> Method:
    """Refuse a call that is unknown, uses the wrong verb, or has no right to be here."""
    method = METHODS.get(name)
    if method is None:
        raise Refused(f"The method {name} does not exist.")
    if request.method != method.verb:
        raise Refused(f"The method {name} must be called with {method.verb}.")
    by_header = name.startswith("ecommerce/")
    token = (
        request.headers.get("authenticationToken")
        if by_header
        else values.get("authenticationToken")
    )
    if not method.open and not _is_known(sandbox, str(token or "")):
        raise Refused("The authentication token is invalid.")
    if by_header and request.headers.get("X-ACCOUNT") != sandbox.company_id:
        raise Refused("The header X-ACCOUNT is missing or is not your company.")
    return method


def _is_known(sandbox: Sandbox, token: str) -> bool:
    known = (sandbox.token, sandbox.user_token)
    return any(hmac.compare_digest(token.encode(), one.encode()) for one in known)


def _limited(sandbox: Sandbox, name: str, fault: Fault | None) -> Response | None:
    used_up = sandbox.calls_today() >= sandbox.daily_limit
    if not used_up and (fault is None or fault.fault != "limit_reached"):
        return None
    sandbox.count_call(name, "limit")
    message = f"The limit of {sandbox.daily_limit} requests per day was reached."
    return failure(name, message, sandbox.switches)


def _run(call: Call, method: Method, fault: Fault | None) -> Response:
    sandbox, kind = call.sandbox, fault.fault if fault else ""
    if fault and kind not in ("slow", "") and not _books(kind):
        sandbox.count_call(call.method, kind)
        return _unbooked(sandbox, call.method, fault)
    try:
        response, outcome = success(call.method, method.run(call), sandbox.switches), "ok"
    except Refused as refusal:
        response, outcome = failure(call.method, str(refusal), sandbox.switches), "refused"
    sandbox.count_call(call.method, kind if fault and _books(kind) else outcome)
    return _spoiled(sandbox, response, fault) if fault else response


def _books(kind: str) -> bool:
    return kind.endswith("_after") or kind == "unparsable"


def _at_the_door(sandbox: Sandbox, name: str, fault: Fault) -> Response | None:
    if fault.fault == "slow":
        sandbox.stopping.wait(fault.seconds)
        return None
    sandbox.count_call(name, fault.fault)
    if fault.fault == "refuse":
        drop_connection()
    return Response(DOWN_PAGE, status=503, content_type="text/html; charset=utf-8")


def _unbooked(sandbox: Sandbox, name: str, fault: Fault) -> Response:
    if fault.fault == "silence_before":
        sandbox.stopping.wait(fault.seconds)
    if fault.fault in ("silence_before", "reset_before"):
        drop_connection()
    if fault.fault == "status_zero":
        return failure(name, fault.message, sandbox.switches)
    if fault.fault == "html_200":
        return Response(OTHER_PAGE, content_type="text/html; charset=utf-8")
    return Response("Internal Server Error", status=500, content_type="text/plain")


def _spoiled(sandbox: Sandbox, response: Response, fault: Fault) -> Response:
    """The answer of a call that was carried out, on a bad day."""
    if fault.fault == "silence_after":
        sandbox.stopping.wait(fault.seconds)
    if fault.fault in ("silence_after", "reset_after"):
        drop_connection()
    if fault.fault == "error_500_after":
        return Response("Internal Server Error", status=500, content_type="text/plain")
    if fault.fault == "unparsable":
        text = response.get_data(as_text=True)
        response.set_data(text[: len(text) // 2])
    return response
