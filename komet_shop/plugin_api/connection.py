"""What the shop gives a plugin so that it can talk to one gateway account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """Seconds that one call may take. `total` is wall clock: a dripping answer ends too.

    Rule: docs/payments.md, "The protocol".
    """

    connect: float = 3.0
    total: float = 30.0
    max_answer_bytes: int = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Account:
    """One gateway account: one terminal of one location, with its own keys.

    `settings` holds the plugin's declared settings in clear, secrets included; it never
    prints them. `revision` changes when a key is rotated, so that connections are remade.
    """

    id: int
    location: str
    environment: str
    url: str
    revision: int
    settings: Mapping[str, str] = field(repr=False)


class Host(Protocol):
    """What a plugin may ask of the shop."""

    @property
    def software(self) -> tuple[str, str]:
        """The shop's product name and version, which gateways like to be told."""
        ...

    def about_to_call(self) -> float:
        """Call this before every request that leaves the machine.

        Returns the moment, as `time.monotonic` counts, after which the first byte must not
        be written any more: a process that was asleep must not charge late.

        Raises:
            RuntimeError: a database transaction is open on this thread; calling would hold
                its locks for as long as the gateway takes.
        """
        ...

    def log(self, event: str, **fields: str | int | bool | None) -> None:
        """Write one scrubbed line to the shop's log. Only listed fields survive."""
        ...
