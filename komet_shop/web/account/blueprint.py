"""The account's blueprint."""

from flask import Blueprint

from komet_shop.web import shopping

bp = Blueprint("account", __name__)
shopping.prepare(bp)
