"""The shop's address for notifications, served on a real socket, and what it answered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import requests
from werkzeug.serving import make_server

from komet_shop.app import create_app
from komet_shop.models import GatewayAccount
from komet_shop.sandboxes.server import QuietHandler
from tests.world import World

PATIENCE_SECONDS = 10


class Receiver:
    """Every status that was answered, in order."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application
        self.statuses: list[int] = []

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Any:
        def noted(status: str, *rest: Any) -> Any:
            self.statuses.append(int(status[:3]))
            return start_response(status, *rest)

        return self._application(environ, noted)

    def wait_for(self, count: int) -> None:
        """Until so many were answered."""
        deadline = monotonic() + PATIENCE_SECONDS
        while len(self.statuses) < count:
            assert monotonic() < deadline, f"only {len(self.statuses)} notifications came"


@contextmanager
def receiving(world: World) -> Iterator[Receiver]:
    """Let the gateway notify the shop of everything from here on."""
    app = create_app(world.shop.config, world.shop, areas=())
    receiver = Receiver(app.wsgi_app)
    server = make_server("localhost", 0, receiver, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    account = world.only(GatewayAccount)
    path = f"plugins/{account.plugin}/notifications/{account.id}"
    _notify(world, f"http://localhost:{server.server_port}/{path}")
    try:
        yield receiver
    finally:
        _notify(world, None)
        server.shutdown()
        thread.join()
        server.server_close()


def _notify(world: World, url: str | None) -> None:
    address = f"{world.gateway.url}/_control/webhook_url"
    requests.post(address, json={"url": url}, timeout=PATIENCE_SECONDS).raise_for_status()
