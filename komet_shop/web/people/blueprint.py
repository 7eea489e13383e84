"""The blueprint of People, and who looks after them."""

from flask import Blueprint

from komet_shop.services.people import Keeper
from komet_shop.web import backoffice
from komet_shop.web.current import scope, visitor

bp = Blueprint("people", __name__, url_prefix="/setup/people")
backoffice.prepare(bp)


def keeper() -> Keeper:
    """The visitor, as somebody who looks after people."""
    return Keeper(scope=scope(), permissions=visitor().permissions)
