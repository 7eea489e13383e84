"""Addresses for machines that watch the shop: alive, ready, metrics."""

import hmac
import ipaddress
import os

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)
from prometheus_client import REGISTRY as THIS_PROCESS

from komet_shop.services import readiness
from komet_shop.web import database_metrics
from komet_shop.web.current import shop
from komet_shop.web.permissions import public

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@public("says only that the process answers", for_machines=True)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public("says only whether requests can be served", for_machines=True)
def ready() -> ResponseReturnValue:
    """The database is there and migrated, or 503 and what is wrong."""
    problem = readiness.database_problem(shop().database)
    if problem is not None:
        return {"status": "not ready", "problem": problem}, 503
    return {"status": "ready"}


@blueprint.get("/metrics")
@public("guarded by its own token, or by loopback", for_machines=True)
def metrics() -> ResponseReturnValue:
    """Figures in Prometheus' format; 404 for whoever may not read them."""
    if not _may_read_metrics():
        abort(404)
    registry = THIS_PROCESS
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    told = generate_latest(registry) + database_metrics.written(shop())
    return told, 200, {"Content-Type": CONTENT_TYPE_LATEST}


def _may_read_metrics() -> bool:
    token = shop().config.metrics_token.reveal()
    if token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(shown.encode(), token.encode())
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if is_forwarded or request.remote_addr is None:
        return False
    return ipaddress.ip_address(request.remote_addr).is_loopback
