"""Help for staff: what the screens are for, and what their words mean."""

from komet_shop.web.staff_help import page
from komet_shop.web.staff_help.blueprint import bp

__all__ = ["bp", "page"]

blueprints = (bp,)
