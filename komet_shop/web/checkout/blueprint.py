"""The checkout's blueprint."""

from flask import Blueprint

from komet_shop.web import shopping

bp = Blueprint("checkout", __name__)
shopping.prepare(bp)
