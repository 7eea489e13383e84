"""Settings: integrations, and each location's way to where it takes cards."""

from komet_shop.web.setup import application, keys, locations, overview, rates, steps, turning_off
from komet_shop.web.setup.blueprint import bp

__all__ = ["application", "bp", "keys", "locations", "overview", "rates", "steps", "turning_off"]

blueprints = (bp,)
