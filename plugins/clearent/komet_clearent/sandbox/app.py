"""The sandbox as a web application: REST calls, card form, control address, portal."""

import logging

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from . import applications_pages, card_form, control, portal, rest
from .state import Sandbox

MAXIMUM_BODY = 1024 * 1024


def create_app(sandbox: Sandbox) -> Flask:
    """Put the parts together for one sandbox."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAXIMUM_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.extensions["sandbox"] = sandbox
    for part in (rest, card_form, control, portal, applications_pages):
        app.register_blueprint(part.blueprint)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(500, rest.internal_error)
    app.after_request(_protect)
    app.logger.setLevel(logging.ERROR)
    return app


def _explain(error: HTTPException) -> AnyResponse:
    """Say in one sentence what is wrong; an unknown address answers like the gateway."""
    if error.code == 404:
        return rest.not_found(error)
    return Response(f"{error.description}\n", error.code or 500, mimetype="text/plain")


def _protect(response: Response) -> Response:
    """Headers for every answer that a browser may show."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
