"""The audit log: who did what, when and from where; to read, to narrow, to take along."""

from komet_shop.web.audit import export, log
from komet_shop.web.audit.blueprint import bp

__all__ = ["bp", "export", "log"]

blueprints = (bp,)
