"""Requests that change something must come from our own pages."""

from flask import Flask, abort, request
from flask_wtf.csrf import CSRFProtect

from komet_shop.web.permissions import access_of_request

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")

_protection = CSRFProtect()


def register(app: Flask) -> None:
    """Tokens live as long as the session: a page may stay open for hours."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False)
    _protection.init_app(app)


def check_origin() -> None:
    """Before every view: refuse what another site sent, or what carries no token of ours.

    Rule: docs/operations.md, "Sessions".
    """
    access = access_of_request()
    if request.method in SAFE or access is None or access.for_machines:
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    _protection.protect()
