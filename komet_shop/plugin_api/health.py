"""Is the account usable? A harmless call that says what is wrong."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Health:
    """`ok`, and a sentence for staff that says what is wrong and what to do."""

    ok: bool
    message: str


@runtime_checkable
class ProvesHealth(Protocol):
    """Tests keys and connection without moving money."""

    def check(self) -> Health:
        """Make one real, harmless call."""
        ...
