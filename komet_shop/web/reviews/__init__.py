"""Payments that need a person's eye, and messages that accounting did not get."""

from komet_shop.web.reviews import answers, details, messages, queues
from komet_shop.web.reviews.blueprint import bp

__all__ = ["answers", "bp", "details", "messages", "queues"]

blueprints = (bp,)
