"""The browser's side: the script a shop includes, and the framed form it draws."""

from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_from_directory

from .rest import sandbox

STATIC = Path(__file__).parent / "static" / "card"
# The form may be framed by any shop; it runs its own two files and calls its own origin only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors http: https:"
)
blueprint = Blueprint("card_form", __name__, url_prefix="/js-sdk")


@blueprint.get("/js/<name>")
def script(name: str) -> Response:
    """The script for the shop's page, and the one inside the frame."""
    response = send_from_directory(STATIC, name)
    # Shops may load it with cross-origin checks switched on.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/css/<name>")
def style(name: str) -> Response:
    """The look of the framed form."""
    response = send_from_directory(STATIC, name)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/form")
def form() -> Response:
    """The framed form for one public key; the parent's origin is named in the address."""
    account = sandbox().account_by("public_key", request.args.get("pk"))
    page = render_template(
        "card/form.html",
        known=account is not None,
        resolves_text=sandbox().assumptions.sdk_resolves_text,
    )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
