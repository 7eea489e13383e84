"""Card terminals on a counter, driven through the gateway."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from komet_shop.plugin_api.payments import GatewayResult


@dataclass(frozen=True, kw_only=True)
class TerminalRequest:
    """Ask the terminal of this account to take `amount_cents` from the card at hand."""

    reference: str
    amount_cents: int
    currency: str
    order_number: str = ""


@runtime_checkable
class DrivesTerminals(Protocol):
    """Takes a card that is present. The call lasts until the customer has finished."""

    def terminal_sale(self, request: TerminalRequest) -> GatewayResult:
        """Sale at the terminal; deadline 120 seconds."""
        ...
