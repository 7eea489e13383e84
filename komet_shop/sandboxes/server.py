"""What every sandbox shares: a server on a thread, a ready file, doors for this machine only."""

import ipaddress
import json
import os
import signal
import socket
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from flask import Flask, Response, abort, request
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class QuietHandler(WSGIRequestHandler):
    """Answers requests without a line per call: addresses and queries carry tokens."""

    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True  # headers and body are two writes; the second would wait 40 ms

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep silent; what arrived can be read at the control address."""

    def connection_dropped(
        self, error: BaseException, environ: "WSGIEnvironment | None" = None
    ) -> None:
        """Leave a connection that is gone alone, instead of reading a next request from it."""
        self.close_connection = True


class SandboxServer:
    """One Flask application on a socket of its own, served by threads until it is stopped."""

    def __init__(
        self,
        app: Flask,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        stopping: threading.Event | None = None,
    ) -> None:
        self.stopping = stopping or threading.Event()
        self._server = make_server(host, port, app, threaded=True, request_handler=QuietHandler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )  # how often it looks whether to stop, in seconds
        self.url = f"http://{host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()  # wakes answers that a fault keeps waiting
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def drop_connection() -> NoReturn:
    """Reset the connection of the current request, as a crashed server or a cut cable does."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())  # closing the object alone waits for its readers
    raise ConnectionResetError


def write_ready_file(path: Path | None, facts: Mapping[str, str]) -> None:
    """Tell whoever started us that we answer; the file appears whole or not at all."""
    if path is None:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(path)


def end_signal() -> threading.Event:
    """Set by Ctrl-C or a polite kill, the ordinary ways to stop; ask for it before starting."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended


def refuse_production() -> None:
    """A sandbox books money that does not exist, so it never runs beside a real shop.

    Raises:
        SystemExit: the environment says that this machine is in production.
    """
    if os.environ.get("KOMET_SHOP_ENV") == "production":
        raise SystemExit("Sandboxes do not run in production (KOMET_SHOP_ENV=production).")


def refuse_strangers() -> None:
    """Answer 403 to other machines, and to pages of other sites that post through a browser."""
    if not ipaddress.ip_address(request.remote_addr or "::").is_loopback:
        abort(403, "This address answers to programs on the same machine only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        abort(403, "Another site's page may not use this address.")


def protect_page(response: Response) -> Response:
    """Give every answer that does not bring its own a policy without scripts or other sites."""
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"  # no-referrer makes Origin null
    response.headers["Cache-Control"] = "no-store"
    return response
