"""The blueprint of the audit log, and who reads it."""

from flask import Blueprint

from komet_shop.domain.permissions import Permission
from komet_shop.services.audit_search import Reader
from komet_shop.web import backoffice
from komet_shop.web.current import may, scope

bp = Blueprint("audit", __name__, url_prefix="/setup/audit")
backoffice.prepare(bp)


def reader() -> Reader:
    """The visitor, as somebody who reads the log."""
    return Reader(scope=scope(), sees_all=may(Permission.ALL_LOCATIONS))
