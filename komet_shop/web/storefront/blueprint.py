"""The storefront's blueprint."""

from flask import Blueprint

from komet_shop.web import shopping

bp = Blueprint("storefront", __name__)
shopping.prepare(bp)
