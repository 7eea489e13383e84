"""The second factor of others, for those who look after people."""

from komet_shop.web.second_factor.blueprint import bp

blueprints = (bp,)
