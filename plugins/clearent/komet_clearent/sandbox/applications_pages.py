"""The portal's applications: taken from the shop, shown to the specialist, answered with keys."""

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from . import portal
from .amounts import dollars
from .applications import Application, read
from .local_only import refuse_strangers
from .rest import sandbox

blueprint = Blueprint("applications", __name__, url_prefix="/portal/applications")
blueprint.before_request(refuse_strangers)
blueprint.after_request(portal.protect)


@blueprint.post("")
def receive() -> tuple[Response, int]:
    """Take an application; the same one again changes nothing."""
    if not request.is_json:
        abort(415, "An application is sent as JSON.")
    try:
        application = read(request.get_json(silent=True))
    except ValueError as error:
        abort(422, str(error))
    with sandbox().ledger.changing():
        is_new = sandbox().applications.find(application.id) is None
        if is_new:
            sandbox().applications.keep(application)
    return jsonify(id=application.id), 201 if is_new else 200


@blueprint.get("")
def index() -> str:
    """Who applied, newest first."""
    with sandbox().ledger.changing():
        found = sandbox().applications.all()
    return _page("applications", applications=found)


@blueprint.get("/<application_id>")
def show(application_id: str) -> str:
    """One form, and the keys that were issued for it."""
    application = _application(application_id)
    return _page(
        "application",
        application=application,
        facts=[(_words(name), _shown(name, value)) for name, value in application.fields.items()],
        account=sandbox().account(application.label),
    )


@blueprint.post("/<application_id>/keys")
def issue_keys(application_id: str) -> AnyResponse:
    """Give the location a terminal with keys of its own; once."""
    sandbox().issue_keys(_application(application_id))
    return redirect(f"/portal/applications/{application_id}", 303)


def _application(application_id: str) -> Application:
    with sandbox().ledger.changing():
        found = sandbox().applications.find(application_id)
    return found or abort(404)


def _page(name: str, **values: object) -> str:
    return render_template(f"portal/{name}.html", active="applications", **values)


def _words(name: str) -> str:
    return name.removesuffix("_cents").replace("_", " ").capitalize()


def _shown(name: str, value: str) -> str:
    if name.endswith("_cents") and value.isascii() and value.isdigit():
        return f"${dollars(int(value))}"
    return value
