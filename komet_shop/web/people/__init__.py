"""People who log in: the list, adding and changing them, invitations and what they lead to."""

from komet_shop.web.people import accepting, details, invitations, lists
from komet_shop.web.people.blueprint import bp

__all__ = ["accepting", "bp", "details", "invitations", "lists"]

blueprints = (bp, accepting.bp)
