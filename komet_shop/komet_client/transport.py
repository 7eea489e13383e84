"""HTTP to Komet, one connection per call, ended by the clock whatever the other side does."""

import os
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Self

from requests import RequestException, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from komet_shop.plugin_api import Deadlines
from komet_shop.services.erp import ErpUnavailable

CHUNK_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class HttpCall:
    """One request. Its parts hold the token, so it never prints itself."""

    verb: str
    url: str = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


def exchange(call: HttpCall, deadlines: Deadlines) -> bytes:
    """Send once and return the answer's bytes.

    Follows no redirect, keeps no cookie, reads no proxy or password from the environment. A
    connection serves one call: a kept one that has died would turn a post into a question.

    Raises:
        ErpUnavailable: no complete answer of at most `max_answer_bytes` with HTTP 200 within
            `deadlines.total` seconds by the wall clock. The message holds no secret.
    """
    with _Watch(deadlines.total) as watch, _session() as session:
        try:
            with _send(session, call, deadlines) as response:
                body = _read(response, deadlines.max_answer_bytes)
        except (RequestException, HTTPError, OSError) as error:
            reason = "no answer in time" if watch.expired else type(error).__name__
            raise ErpUnavailable(f"Komet: {reason}") from None  # its text has the address
        if watch.expired:
            raise ErpUnavailable("Komet: no answer in time")
    if response.status_code != 200:
        raise ErpUnavailable(f"Komet: HTTP {response.status_code}")
    return body


class _Watch:
    """Shuts the socket of the current call down when its time is over.

    A timeout per read does not bound a call: an answer that drips outlives it. The socket is
    held by a duplicate, which stays valid while TLS wraps the original.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
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
        """Remember the socket of this call."""
        with self._lock:
            self._lifeline = socket.socket(fileno=os.dup(sock.fileno()))
            if self.expired:
                self._cut()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._cut()

    def _cut(self) -> None:
        if self._lifeline is not None:
            with suppress(OSError):
                self._lifeline.shutdown(socket.SHUT_RDWR)


_current: ContextVar[_Watch] = ContextVar("watch of the call on this thread")


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _current.get().hold(sock)
        return sock


class _Secure(_Plain, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def _session() -> Session:
    session = Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"Accept": "application/json", "Accept-Encoding": "identity"})
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter())
    return session


def _send(session: Session, call: HttpCall, deadlines: Deadlines) -> Response:
    return session.request(
        call.verb,
        call.url,
        params=dict(call.query),
        data=call.body,
        headers=dict(call.headers),
        timeout=(deadlines.connect, deadlines.total),
        allow_redirects=False,
        stream=True,
    )


def _read(response: Response, most: int) -> bytes:
    body = bytearray()
    for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
        body += chunk
        if len(body) > most:
            raise ErpUnavailable(f"Komet: an answer of more than {most} bytes")
    return bytes(body)
