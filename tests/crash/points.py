"""Crash points: before and after every commit and every call, counted as they come.

They are put into a process from outside: the shop's own code has no place for them.
"""

import os
import signal

from komet_clearent.client import Client, Reply, Request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from komet_shop.komet_client import transport
from komet_shop.komet_client.transport import HttpCall
from komet_shop.plugin_api import Deadlines

COMMIT = ("before commit", "after commit")


def _call(name: str) -> tuple[str, ...]:
    return ("before call", f"after {name}")


def _komet(method: str) -> tuple[str, ...]:
    """Komet's calls of a day are counted first."""
    return (*COMMIT, *_call(method))


def of_calls(*names: str) -> tuple[str, ...]:
    """What a process passes that moves money by calls of these names, one after the other."""
    intent, claim, result = COMMIT, COMMIT, COMMIT
    return tuple(point for name in names for point in (*intent, *claim, *_call(name), *result))


SALE = of_calls("sale")
BEFORE_THE_CALL = 1 + SALE.index("before call")
AFTER_THE_CALL = 1 + SALE.index("after sale")
SETTLING = (
    *COMMIT,  # leased, and called unclear
    *_call("search"),
    *COMMIT,  # settled
)
"""What the worker passes that finds what was killed after its call."""

TELLING_OF_THE_ORDER = (
    *COMMIT,  # leased
    *_komet("invoice.list"),
    *COMMIT,  # about to be sent
    *_komet("invoice.create"),
    *_komet("invoice.checkout"),
    *COMMIT,  # done
)
TELLING_OF_THE_PAYMENT = (
    *COMMIT,  # leased
    *_komet("payment.list"),
    *COMMIT,  # about to be sent
    *_komet("payment.method.list"),
    *_komet("payment.receive"),
    *COMMIT,  # done
)
MENDING = (*SETTLING, *TELLING_OF_THE_ORDER, *TELLING_OF_THE_PAYMENT)
"""What the worker passes that finds a sale killed after its call, and tells Komet."""


class CrashPoints:
    """Counts the points that a process passes, and kills or stops it at one of them."""

    def __init__(self, kill_at: int | None = None, stop_at: int | None = None) -> None:
        self.names: list[str] = []
        self.kill_at = kill_at
        self.stop_at = stop_at

    def reached(self, name: str) -> None:
        """Pass a point, or die at it, or fall asleep there until somebody wakes us."""
        self.names.append(name)
        if len(self.names) == self.stop_at:
            signal.raise_signal(signal.SIGSTOP)
        if len(self.names) == self.kill_at:
            self.kill()

    def kill(self) -> None:
        """Die as by `kill -9`."""
        os.kill(os.getpid(), signal.SIGKILL)


def watch(points: CrashPoints) -> None:
    """Let all commits and calls of this process pass points, as long as it lives."""
    _watch_commits(points)
    _watch_gateway(points)
    _watch_komet(points)


def _watch_commits(points: CrashPoints) -> None:
    def before(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            points.reached("before commit")

    def after(session: Session) -> None:
        if session.get_bind().get_execution_options().get("writes"):
            points.reached("after commit")

    event.listen(Engine, "commit", before)
    event.listen(Session, "after_commit", after)


def _watch_gateway(points: CrashPoints) -> None:
    send = Client.send

    def watched(self: Client, request: Request) -> Reply:
        points.reached("before call")
        reply = send(self, request)
        points.reached(f"after {request.name}")
        return reply

    Client.send = watched  # type: ignore[method-assign]  # what this is for


def _watch_komet(points: CrashPoints) -> None:
    exchange = transport.exchange

    def watched(call: HttpCall, deadlines: Deadlines) -> bytes:
        points.reached("before call")
        answer = exchange(call, deadlines)
        points.reached(f"after {call.url.rpartition('/')[2]}")
        return answer

    transport.exchange = watched
