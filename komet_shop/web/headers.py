"""Headers on every answer, errors too: what a page may load, and who may keep it."""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue

from komet_shop.config import Config
from komet_shop.plugin_api import ContentSources
from komet_shop.services import rate_limits
from komet_shop.web.current import shop
from komet_shop.web.permissions import public

log = structlog.get_logger(__name__)

YEAR = 365 * 24 * 60 * 60
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)
OWN = "'self'"
REPORTS = Blueprint("reports", __name__)
MOST_REPORT_BYTES = 16_384


def csp_nonce() -> str:
    """The nonce of this answer: 128 bits, never used twice."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def allow_card_form(sources: ContentSources) -> None:
    """Let this one answer load the gateway's card form. Call it in the view of a card page.

    Rule: docs/payments.md, "Card page".
    """
    for source in (*sources.scripts, *sources.frames, *sources.connections):
        if not _is_origin(source):
            raise ValueError(f"not an origin: {source!r}")
    g.card_form_sources = sources


def content_policy() -> str:
    """The Content-Security-Policy of this answer."""
    more: ContentSources = g.get("card_form_sources", ContentSources())
    nonce = f"'nonce-{csp_nonce()}'"
    frames = f"frame-src {' '.join(more.frames)}; " if more.frames else ""
    return (
        "default-src 'none'; "
        f"script-src {' '.join((nonce, *more.scripts))}; "
        f"style-src 'self' {nonce}; img-src 'self' data:; font-src 'self'; "
        f"connect-src {' '.join((OWN, *more.connections))}; "
        f"{frames}form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "object-src 'none'; report-to csp"
    )


def headers_for(config: Config) -> Callable[[Response], Response]:
    """The function that puts the headers on every answer."""
    fixed = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "X-Frame-Options": "DENY",
        "Reporting-Endpoints": f'csp="{config.base_url}/csp-report"',
    }
    if config.uses_https:
        fixed["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"

    def add(response: Response) -> Response:
        response.headers.update(fixed)
        response.headers["Content-Security-Policy"] = content_policy()
        # no-referrer would make Flask-WTF refuse every form over https.
        response.headers.setdefault("Referrer-Policy", "strict-origin")
        # Flask-Security writes "no-store=True", which browsers do not know.
        if "no-store" in response.headers.get("Cache-Control", "no-store"):
            response.headers["Cache-Control"] = "no-store"
        return response

    return add


@REPORTS.post("/csp-report")
@public("browsers report what a page was kept from loading", for_machines=True)
def report() -> ResponseReturnValue:
    """Log which directive was violated; never the address, it may carry a token."""
    request.max_content_length = MOST_REPORT_BYTES
    reports = request.get_json(force=True, silent=True)
    address = request.remote_addr or ""
    limit = rate_limits.LIMITS["csp_report"]
    now = shop().clock.now()
    if shop().database.run(lambda unit: rate_limits.take(unit, limit, address, now)):
        for one in _bodies(reports)[:10]:
            directive = str(one.get("effectiveDirective", ""))[:80]
            log.warning("csp_violation", directive=directive, reason=_blocked(one))
    return "", 204


def register(app: Flask, config: Config) -> None:
    """Put headers on every answer; runs last, whatever else ran after the view."""
    app.after_request(headers_for(config))
    app.register_blueprint(REPORTS)
    app.context_processor(lambda: {"csp_nonce": csp_nonce()})


def _is_origin(source: str) -> bool:
    parts = urlsplit(source)
    rest = (parts.path, parts.query, parts.fragment, parts.username)
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(rest)


def _bodies(reports: object) -> list[dict[str, object]]:
    listed = reports if isinstance(reports, list) else [reports]
    bodies = [one.get("body", one) for one in listed if isinstance(one, dict)]
    return [body for body in bodies if isinstance(body, dict)]


def _blocked(body: dict[str, object]) -> str:
    """The origin of what was blocked, or a word such as "inline"."""
    parts = urlsplit(str(body.get("blockedURL", "")))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else parts.path[:40]
