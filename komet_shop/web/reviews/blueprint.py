"""The blueprint of Reviews."""

from flask import Blueprint

from komet_shop.web import backoffice

bp = Blueprint("reviews", __name__, url_prefix="/reviews")
backoffice.prepare(bp)
