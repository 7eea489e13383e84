"""Customers: the list, one of them, and what the company decides about it."""

from komet_shop.web.customers import advanced, details, listing
from komet_shop.web.customers.blueprint import bp

__all__ = ["advanced", "bp", "details", "listing"]

blueprints = (bp,)
