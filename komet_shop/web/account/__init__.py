"""A buyer's own things: orders, invoices, cards, profile."""

from komet_shop.web.account import cards, invoices, orders, profile
from komet_shop.web.account.blueprint import bp

__all__ = ["bp", "cards", "invoices", "orders", "profile"]

blueprints = (bp,)
