"""The proxy does to a connection what its script says, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from urllib.parse import urlsplit

import pytest

from tests.faults.proxy import Proxy, Script, Way

PATIENCE = 5
ANSWER = b"0123456789"


class Server:
    """Takes one line per connection, and answers each with ten digits."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._heard = threading.Condition()
        self._said: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Until the socket is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._treat, args=(connection,), daemon=True).start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def heard(self) -> bytes:
        """What the first caller said, once it has said all it could."""
        with self._heard:
            assert self._heard.wait_for(lambda: self._said, PATIENCE), "nobody called"
            return self._said[0]

    @property
    def callers(self) -> int:
        return len(self._said)

    def _treat(self, connection: socket.socket) -> None:
        said = b""
        with connection, suppress(OSError):
            while not said.endswith(b"\n") and (more := connection.recv(100)):
                said += more
            with self._heard:
                self._said.append(said)
                self._heard.notify_all()
            if said.endswith(b"\n"):
                connection.sendall(ANSWER)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.close()
    thread.join()


@contextmanager
def caller(proxy: Proxy, patience: float = PATIENCE) -> Iterator[socket.socket]:
    """Somebody who has just said hello."""
    port = urlsplit(proxy.url).port
    with socket.create_connection(("127.0.0.1", port or 0), patience) as connection:
        connection.sendall(b"hello\n")
        yield connection


def read(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    text = b""
    while more := connection.recv(100):
        text += more
    return text


def read_until_reset(connection: socket.socket) -> bytes:
    """Everything until the other side resets the connection."""
    text = bytearray()

    def read_on() -> None:
        while more := connection.recv(1):
            text.extend(more)

    with pytest.raises(ConnectionResetError):
        read_on()
    return bytes(text)


def test_a_connection_without_a_script_is_passed_on(server: Server) -> None:
    with Proxy(server.url) as proxy, caller(proxy) as connection:
        answer = read(connection)

    assert (server.heard(), answer) == (b"hello\n", ANSWER)


def test_scripts_are_followed_in_the_order_of_connections(server: Server) -> None:
    script = Script(answer=Way(most=3, closes=True))
    with Proxy(server.url, script) as proxy:
        with caller(proxy) as first:
            cut = read(first)
        with caller(proxy) as second:
            whole = read(second)

    assert (cut, whole, proxy.connections) == (b"012", ANSWER, 2)


@pytest.mark.parametrize("script", [Script(request=Way(after=0.2)), Script(answer=Way(after=0.2))])
def test_either_way_can_take_its_time(server: Server, script: Script) -> None:
    began = monotonic()

    with Proxy(server.url, script) as proxy, caller(proxy) as connection:
        answer = read(connection)

    assert answer == ANSWER
    assert monotonic() - began >= 0.2


def test_what_was_held_goes_on_after_its_caller_has_left(server: Server) -> None:
    with Proxy(server.url, Script(request=Way(held=True))) as proxy:
        with caller(proxy, patience=0.1) as connection, pytest.raises(TimeoutError):
            read(connection)
        before = server.callers

        proxy.release()

        assert (before, server.heard()) == (0, b"hello\n")


def test_an_answer_can_drip(server: Server) -> None:
    script = Script(answer=Way(drip=4, pause=0.1))
    began = monotonic()

    with Proxy(server.url, script) as proxy, caller(proxy) as connection:
        first = connection.recv(100)
        rest = read(connection)

    assert (first, rest) == (ANSWER[:4], ANSWER[4:])
    assert monotonic() - began >= 0.2


def test_a_request_can_be_reset_before_it_is_complete(server: Server) -> None:
    script = Script(request=Way(most=2))

    with Proxy(server.url, script) as proxy, caller(proxy) as connection:
        answer = read_until_reset(connection)

    assert (server.heard(), answer) == (b"he", b"")


def test_an_answer_can_be_reset_in_its_middle(server: Server) -> None:
    script = Script(answer=Way(most=5))

    with Proxy(server.url, script) as proxy, caller(proxy) as connection:
        answer = read_until_reset(connection)

    assert (server.heard(), answer) == (b"hello\n", b"01234")


def test_a_connection_can_end_after_certain_bytes(server: Server) -> None:
    script = Script(answer=Way(until=b"567", closes=True))

    with Proxy(server.url, script) as proxy, caller(proxy) as connection:
        answer = read(connection)

    assert answer == b"01234567"


def test_a_silent_connection_reaches_nobody(server: Server) -> None:
    with (
        Proxy(server.url, Script(silent=True)) as proxy,
        caller(proxy, patience=0.1) as connection,
        pytest.raises(TimeoutError),
    ):
        read(connection)

    assert (proxy.connections, server.callers) == (1, 0)


def test_the_end_of_the_proxy_ends_its_connections(server: Server) -> None:
    with Proxy(server.url, Script(answer=Way(drip=4, pause=60))) as proxy:
        port = urlsplit(proxy.url).port
        waiting = socket.create_connection(("127.0.0.1", port or 0), PATIENCE)
        waiting.sendall(b"hello\n")
        first = waiting.recv(100)

    with waiting:
        assert (first, read(waiting)) == (ANSWER[:4], b"")
