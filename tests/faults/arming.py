"""Ways to let a fault strike: in the gateway, on the wire, or at an address of nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.faults.places import Place
from tests.faults.proxy import Proxy, Script
from tests.faults.trial import Trial


class Arms(Protocol):
    """Prepares a fault for the request of a trial."""

    def __call__(self, trial: Trial) -> str:
        """Returns the address to which the request goes."""
        ...


@dataclass(frozen=True)
class AtTheGateway:
    """The gateway plays `fault` on the request, and `lookup` on what is asked afterwards."""

    fault: str
    lookup: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    lookup_more: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, trial: Trial) -> str:
        trial.world.arm(self.fault, match={"path": trial.flow.path}, **self.more)
        if self.lookup:
            trial.world.arm(self.lookup, **self.lookup_more)
        return trial.world.gateway.url


@dataclass(frozen=True)
class OnTheWire:
    """A proxy does to the request's connection what a script says."""

    script: Script

    def __call__(self, trial: Trial) -> str:
        proxy = Proxy(trial.world.gateway.url, self.script)
        trial.proxy = trial.ending.enter_context(proxy)
        return proxy.url


@dataclass(frozen=True)
class Elsewhere:
    """The gateway is not where the shop looks for it."""

    place: Place

    def __call__(self, trial: Trial) -> str:
        return trial.ending.enter_context(self.place(trial.folder))


def usual_address(trial: Trial) -> str:
    """Nothing goes wrong."""
    return trial.world.gateway.url
