"""Switches, fees, terminals and ways to pay: what a company and its locations decide."""

from komet_shop.web.card_settings import methods, settings, terminals
from komet_shop.web.card_settings.blueprint import bp

__all__ = ["bp", "methods", "settings", "terminals"]

blueprints = (bp,)
