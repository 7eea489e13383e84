"""HTTP connections that end by the clock and know whether anything left the machine."""

import os
import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MAX_IDLE = 10.0
"""Seconds that an unused connection is kept: a dead one would turn a sale into a question."""

POOL_SIZE = 16


class TooLate(OSError):
    """The machine was held up before the first byte. Nothing was sent."""


class Watch:
    """Ends one call at its deadline, whatever the other side does.

    A timeout per read does not bound a call: an answer that drips one byte a second outlives
    it. So a timer shuts the call's socket down, through a duplicate that stays valid while TLS
    wraps the socket and while an answer without a length is read.
    """

    def __init__(self, seconds: float, *, latest_start: float) -> None:
        self.sent = False
        self.expired = False
        self._latest_start = latest_start
        self._lock = threading.Lock()
        self._lifeline: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        _current.reset(self._token)
        with self._lock:
            if self._lifeline is not None:
                self._lifeline.close()
                self._lifeline = None

    def hold(self, sock: socket.socket) -> None:
        """Remember the socket that carries this call."""
        with self._lock:
            if self._lifeline is None:
                self._lifeline = socket.socket(fileno=os.dup(sock.fileno()))
            if self.expired:
                self._cut()

    def mark_sent(self) -> None:
        """Note that the next byte leaves the machine.

        Raises:
            TooLate: this process was held up; the shop may have given the call up meanwhile.
        """
        if not self.sent and time.monotonic() > self._latest_start:
            raise TooLate("held up before sending")
        self.sent = True

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._cut()

    def _cut(self) -> None:
        if self._lifeline is not None:
            with suppress(OSError):
                self._lifeline.shutdown(socket.SHUT_RDWR)


_current: ContextVar[Watch] = ContextVar("watch of the call on this thread")


class _Watched(HTTPConnection):
    """What both kinds of connection tell the watch of the call they carry."""

    _last_used = 0.0

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _current.get().hold(sock)
        return sock

    @property
    def is_connected(self) -> bool:
        fresh = time.monotonic() - self._last_used < MAX_IDLE
        return fresh and super().is_connected

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        watch = _current.get()
        watch.hold(self.sock)
        watch.mark_sent()
        self._last_used = time.monotonic()
        super().send(data)


class _PlainConnection(_Watched):
    pass


class _SecureConnection(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class WatchedAdapter(HTTPAdapter):
    """Carries requests over watched connections. Never repeats one by itself."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=POOL_SIZE, max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
