"""Checking out: review, paying by card, what became of a payment, receipts."""

from komet_shop.web.checkout import paying, payments, review
from komet_shop.web.checkout.blueprint import bp

__all__ = ["bp", "paying", "payments", "review"]

blueprints = (bp,)
