"""Notifications from the gateway. They are hints: the shop looks up before it believes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A notification whose signature is good. `reference` is empty for outside sales."""

    transaction_id: str
    reference: str


@runtime_checkable
class ReceivesNotifications(Protocol):
    """Reads what the gateway posts to us."""

    def read_notification(self, body: bytes, headers: Mapping[str, str]) -> Notification | None:
        """The notification, or None when the signature or the shape is not right."""
        ...
