"""Cards as the shop knows them: a one-time token, or a stored card; never a number."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class CardDetails:
    """What may be shown of a card. `expiry` is MMYY; anything unknown is empty."""

    brand: str = ""
    last_four: str = ""
    expiry: str = ""


@dataclass(frozen=True, kw_only=True)
class OneTimeCard:
    """A token from the hosted form, good for one call and never written down."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class StoredCard:
    """The gateway's permanent token of a card. With our key it can charge: it is a secret."""

    token: str = field(repr=False)
    details: CardDetails = CardDetails()


@runtime_checkable
class StoresCards(Protocol):
    """Keeps cards at the gateway and tells what may be shown of them."""

    def describe(self, card: StoredCard) -> CardDetails | None:
        """Brand, last four and expiry of a stored card; None when the gateway will not say."""
        ...

    def forget(self, card: StoredCard) -> bool:
        """Delete a card at the gateway. True when it is gone, also when it was gone before."""
        ...
