"""Addresses at which no gateway is, each in its own way."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from socket import create_server, socket

from tests.certificates import self_signed

Place = Callable[[Path], AbstractContextManager[str]]
"""Makes the address; needs a folder for its files."""


@contextmanager
def no_such_name(_: Path) -> Iterator[str]:
    """A name that nobody has."""
    yield "https://gateway.invalid"


@contextmanager
def nobody(_: Path) -> Iterator[str]:
    """A port that nobody listens on."""
    yield "http://127.0.0.1:9"


@contextmanager
def never_accepts(_: Path) -> Iterator[str]:
    """A listener whose queue is full, so that connecting takes for ever."""
    with create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(address)
        yield f"http://127.0.0.1:{address[1]}"
        for one in waiting:
            one.close()


@contextmanager
def wrong_certificate(folder: Path) -> Iterator[str]:
    """A server that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    server = create_server(("127.0.0.1", 0))

    def shake_hands() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True):
                    pass

    thread = threading.Thread(target=shake_hands, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.getsockname()[1]}"
    server.close()
