"""The real application, served over real HTTP, on both databases."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
import structlog
from flask import Flask
from komet_dummy.plugin import plugin as dummy
from werkzeug.serving import make_server

from komet_shop import logs
from komet_shop.app import create_app, open_shop
from komet_shop.config import Config
from komet_shop.models.database import Database
from komet_shop.sandboxes.server import QuietHandler
from komet_shop.services.shop import Shop
from tests.web import probes
from tests.web.browser import Browser
from tests.web.house import House

Serve = Callable[..., Browser]


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The address of the application while it is served by threads."""
    server = make_server("localhost", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def sitting(shop: Shop) -> Iterator[Callable[[str], Browser]]:
    """`log_in("ana@people.example")`: a browser in which that person has logged in."""
    with listening(create_app(shop.config, shop)) as url:

        def log_in(email: str) -> Browser:
            browser = Browser(url)
            assert browser.log_in(email).status_code == 302
            return browser

        yield log_in


@pytest.fixture
def web_shop(config: Config, database: Database) -> Iterator[Shop]:
    """The shop's parts with the dummy plugin, as `create_app` gets them."""
    opened = open_shop(config, dummy, database)
    yield opened
    opened.bulkhead.drain()


@pytest.fixture
def house(database: Database) -> House:
    """A company with people who can log in."""
    return House.build(database)


@pytest.fixture
def serve(web_shop: Shop) -> Iterator[Serve]:
    """Serves the shop: `serve()` or `serve(base_url="https://…", limits=…)`."""
    with ExitStack() as stack:

        def start(limits: Any = None, **changes: Any) -> Browser:
            changed = replace(web_shop.config, **changes)
            more = {} if limits is None else {"limits": limits}
            running = replace(web_shop, config=changed)
            app = create_app(changed, running, areas=(probes.bp,), **more)
            return Browser(stack.enter_context(listening(app)))

        yield start


@pytest.fixture
def browser(serve: Serve, house: House) -> Browser:
    """A browser at a shop with people."""
    return serve()


@pytest.fixture
def log_text() -> Iterator[StringIO]:
    """Everything that is logged, as it would be written."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = StringIO()
    logs.configure(stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
