"""Answers that go wrong on the wire: cut, silent, dripping, endless."""

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.serving import WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HUGE_BYTES = 100 * 1024 * 1024
_CHUNK = b"a" * 65536
_POLL_SECONDS = 0.05
_ABORT = struct.pack("ii", 1, 0)  # linger for no time: closing then resets the connection


class Vanishing(Response):
    """An answer that never arrives; the log shows no status for it."""


class Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, writes no log lines, and resets a connection that a fault marked."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object, **__: object) -> None:
        """Stay quiet: addresses of a gateway carry references of its callers."""

    def connection_dropped(
        self, error: BaseException, environ: "WSGIEnvironment | None" = None
    ) -> None:
        """End a connection without an answer, instead of waiting for its next request."""
        self.close_connection = True

    def finish(self) -> None:
        """Close a marked connection before the server says goodbye politely."""
        super().finish()
        if _is_marked(self.connection):
            self.connection.close()


def reset(connection: socket.socket) -> Response:
    """Cut the connection without an answer."""

    def cut() -> Iterator[bytes]:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        yield from _nothing()

    return Vanishing(cut())


def silence(connection: socket.socket, seconds: float, stopping: threading.Event) -> Response:
    """Say nothing until the client leaves or the time is over."""

    def hold() -> Iterator[bytes]:
        _wait_for_leaving(connection, seconds, stopping)
        yield from _nothing()

    return Vanishing(hold())


def drip(text: str, pause: float, stopping: threading.Event) -> Response:
    """One byte at a time."""
    body = text.encode()

    def drops() -> Iterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]
            if stopping.wait(pause):
                return

    return _json(drops(), length=len(body))


def cut_short(text: str) -> Response:
    """Announce the whole answer and send half of it."""
    body = text.encode()
    return _json(iter([body[: len(body) // 2]]), length=len(body))


def huge() -> Response:
    """An answer that begins like one and goes on for 100 MB."""

    def parts() -> Iterator[bytes]:
        yield b'{"code":"200","status":"success","padding":"'
        for _ in range(HUGE_BYTES // len(_CHUNK)):
            yield _CHUNK
        yield b'"}'

    return _json(parts())


def _json(parts: Iterator[bytes], length: int | None = None) -> Response:
    response = Response(parts, mimetype="application/json")
    if length is not None:
        response.content_length = length
    return response


def _nothing() -> Iterator[bytes]:
    """End a body before its first byte, which also ends the connection without a status."""
    raise ConnectionAbortedError
    yield b""


def _wait_for_leaving(connection: socket.socket, seconds: float, stopping: threading.Event) -> None:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopping.is_set():
        if poll.poll(_POLL_SECONDS * 1000):
            if _has_left(connection):
                return
            stopping.wait(_POLL_SECONDS)


def _has_left(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def _is_marked(connection: socket.socket) -> bool:
    try:
        marked = connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_ABORT))
    except OSError:
        return False
    return marked == _ABORT
