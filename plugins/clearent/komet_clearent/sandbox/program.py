"""Runs the sandbox: as a program of its own, or on a thread inside a test."""

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from .app import create_app
from .assumptions import Assumptions, changed
from .clock import write_whole
from .state import Options, Sandbox
from .wire import Handler


class SandboxServer:
    """A sandbox on a socket of its own, from `with` to the end of it.

    Port 0 takes a free one. `accounts` is what the ready file tells: for each terminal its
    label, api_key, public_key, merchant_id and terminal_id.
    """

    def __init__(
        self, options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.sandbox = Sandbox(options or Options())
        self.application = create_app(self.sandbox)
        self._server = make_server(
            host, port, self.application, threaded=True, request_handler=Handler
        )
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)
        shown_host = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown_host}:{self._server.server_port}"

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The merchant's terminals with their keys."""
        return [account.shown() for account in self.sandbox.accounts.values()]

    def __enter__(self) -> "SandboxServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.sandbox.stopping.is_set():
            return
        self.sandbox.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.sandbox.close()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.01)


def main(arguments: list[str] | None = None) -> None:
    """Run until SIGTERM or Ctrl-C."""
    given = _parser().parse_args(arguments)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    if given.data is not None:
        given.data.mkdir(parents=True, exist_ok=True)
    with SandboxServer(_options(given), host=given.host, port=given.port) as server:
        if given.ready_file is not None:
            ready = {"url": server.url, "accounts": server.accounts}
            write_whole(given.ready_file, json.dumps(ready, indent=1) + "\n")
        ending.wait()


def _options(given: argparse.Namespace) -> Options:
    addresses = dict(given.webhook_url)
    return Options(
        labels=tuple(given.account),
        data=given.data,
        clock_file=given.clock_file,
        webhook_url=addresses.pop("", None),
        webhook_urls=addresses,
        assumptions=changed(Assumptions(), dict(given.assume)),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m komet_clearent.sandbox",
        description="A local Clearent gateway. No money moves and no card leaves this machine.",
    )
    say = parser.add_argument
    say("--host", default="127.0.0.1", help="address to listen on")
    say("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    say("--ready-file", type=Path, help="written once it answers: address and keys, as JSON")
    say("--data", type=Path, help="folder that keeps keys and ledger; without it, memory")
    say("--account", action="append", default=[], metavar="LABEL", help="a terminal; repeatable")
    say(
        "--webhook-url",
        action="append",
        default=[],
        type=_address,
        metavar="[LABEL=]URL",
        help="where notifications are posted: all, or those of one terminal; repeatable",
    )
    say("--clock-file", type=Path, help="file with seconds that are added to real time")
    say(
        "--assume",
        action="append",
        default=[],
        type=_assumption,
        metavar="NAME=VALUE",
        help="answer an open question differently; repeatable",
    )
    return parser


def _address(text: str) -> tuple[str, str]:
    """A terminal's label, empty for all of them, and the address."""
    label, equals, url = text.partition("=http")
    return (label, f"http{url}") if equals else ("", text)


def _assumption(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    try:
        changed(Assumptions(), {name: value})
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name, value
