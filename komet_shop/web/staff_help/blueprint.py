"""The blueprint of the help for staff."""

from flask import Blueprint

from komet_shop.web import backoffice

bp = Blueprint("staff_help", __name__, url_prefix="/help/staff")
backoffice.prepare(bp)
