"""Every request gets a number, a log line and a place in the metrics; addresses are not kept."""

import secrets

import structlog
from flask import Response, g, request
from prometheus_client import Counter, Histogram

from komet_shop.web.current import shop

log = structlog.get_logger(__name__)

ANSWERS = Counter("komet_shop_answers", "Answers of the web shop.", ["route", "method", "status"])
SECONDS = Histogram(
    "komet_shop_answer_seconds", "Time to answer.", buckets=(0.01, 0.05, 0.1, 0.5, 1, 3, 10, 45)
)
QUIET = frozenset({"static", "operations.alive", "operations.ready", "operations.metrics"})


def begin() -> None:
    """Number the request; all log lines of it carry the number."""
    g.request_began = shop().clock.monotonic()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def note(response: Response) -> Response:
    """Log and count the answer by its route, never by its address, which may hold a token."""
    if "request_began" not in g:
        return response
    route = request.url_rule.rule if request.url_rule is not None else "none"
    seconds = shop().clock.monotonic() - g.request_began
    ANSWERS.labels(route, request.method, str(response.status_code)).inc()
    SECONDS.observe(seconds)
    if request.endpoint not in QUIET:
        log.info(
            "answer",
            route=route,
            method=request.method,
            status=response.status_code,
            milliseconds=round(seconds * 1000),
        )
    return response
