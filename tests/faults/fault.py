"""What a fault is: how it strikes, and how the shop must come out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from komet_shop.domain.operation_states import HAS_MONEY, Resolution, State
from tests.faults import meanwhile
from tests.faults.arming import Arms, AtTheGateway, Elsewhere
from tests.faults.places import Place
from tests.faults.trial import Trial

Hook = Callable[[Trial], None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way to go wrong.

    `at_once` is the state that the answer alone leads to, None where that hangs on the speed
    of the machine; `end` the one after the worker's rounds, `late` the one two days later, if
    another. `moved` tells how much of the money the gateway moved, unless the state does.
    `strays` are further transactions with money, each by what became of it. `silent`: the
    shop waits in vain, so that its deadline is short.
    """

    number: int
    name: str
    arm: Arms
    at_once: State | None
    end: State
    late: State | None = None
    moved: Fraction | None = None
    silent: bool = False
    strays: tuple[Resolution | None, ...] = ()
    before: Hook = meanwhile.nothing
    after: Hook = meanwhile.nothing
    later: Hook = meanwhile.nothing

    @property
    def key(self) -> str:
        """As tests and matrix show it."""
        return f"{self.number:02d} {self.name}"

    @property
    def last(self) -> State:
        """The state two days later."""
        return self.late or self.end

    @property
    def share(self) -> Fraction:
        """The part of the money that the gateway has moved two days later."""
        return Fraction(self.last in HAS_MONEY) if self.moved is None else self.moved


def unreached(number: int, name: str, place: Place, **more: Any) -> Fault:
    """Not a byte was sent: it is given up at once."""
    return told(number, name, Elsewhere(place), State.FAILED, **more)


def told(number: int, name: str, arm: Arms | str, state: State, **more: Any) -> Fault:
    """The answer says what happened."""
    return _fault(number, name, arm, **{"at_once": state, "end": state, **more})


def charged(number: int, name: str, arm: Arms | str, **more: Any) -> Fault:
    """The answer proves nothing; lookups find out that the gateway did it."""
    return _fault(number, name, arm, **{"at_once": State.UNKNOWN, "end": State.APPROVED, **more})


def not_charged(number: int, name: str, arm: Arms | str, **more: Any) -> Fault:
    """The answer proves nothing; lookups find out that the gateway did not do it."""
    return _fault(number, name, arm, **{"at_once": State.UNKNOWN, "end": State.FAILED, **more})


def _fault(number: int, name: str, arm: Arms | str, **more: Any) -> Fault:
    arms = AtTheGateway(arm) if isinstance(arm, str) else arm
    return Fault(number=number, name=name, arm=arms, **more)
