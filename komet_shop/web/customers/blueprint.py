"""The blueprint of Customers."""

from flask import Blueprint

from komet_shop.web import backoffice

bp = Blueprint("customers", __name__, url_prefix="/customers")
backoffice.prepare(bp)
