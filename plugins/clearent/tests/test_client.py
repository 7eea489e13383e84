"""The client against servers that misbehave: it ends in time and knows what was sent."""

import datetime
import ssl
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from komet_clearent.client import Answer, Client, NoAnswer, Reply, Request
from komet_clearent.transport import TooLate, Watch

from komet_shop.plugin_api import Account, Deadlines
from komet_shop.plugin_api.contract import RecordingHost

from .listeners import OK, Behaviour, Caller, Listener, nobody

QUICK = Deadlines(connect=0.3, total=0.5, max_answer_bytes=10_000)
GRACE = 1.5
PATIENCE = 10
SALE = Request(name="sale", method="POST", path="/sale", body={"amount": "1.00"})


def client_of(url: str, host: RecordingHost | None = None) -> Client:
    account = Account(
        id=1,
        location="Miami",
        environment="test",
        url=url,
        revision=1,
        settings={"api_key": "secret-key", "public_key": "307a"},
    )
    return Client(account, host or RecordingHost(), QUICK)


def call(behaviour: Behaviour) -> tuple[Reply, float]:
    with Listener(behaviour) as server:
        started = time.monotonic()
        reply = client_of(server.url).send(SALE)
        return reply, time.monotonic() - started


def answering(text: bytes) -> Behaviour:
    def behave(caller: Caller) -> None:
        while caller.read_request():
            caller.say(text)

    return behave


def test_a_whole_answer_comes_back_as_it_was_sent() -> None:
    reply, _ = call(answering(b'HTTP/1.1 402 No\r\nContent-Length: 9\r\n\r\n{"a": 1} '))

    assert reply == Answer(status=402, body=b'{"a": 1} ')


DRIPS = {
    "head": b"HTTP/1.1 200 OK\r\nX-Filler: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    "body without length": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("start", DRIPS.values(), ids=DRIPS.keys())
def test_a_dripping_answer_ends_at_the_deadline(start: bytes) -> None:
    def drip(caller: Caller) -> None:
        caller.read_request()
        caller.say(start)
        caller.drip(b"1\r\nx\r\n")

    reply, seconds = call(drip)

    assert reply == NoAnswer(sent=True, reason="deadline")
    assert QUICK.total <= seconds < QUICK.total + GRACE


def test_silence_ends_at_the_deadline() -> None:
    reply, seconds = call(lambda caller: (caller.read_request(), caller.stopping.wait(5))[1])

    assert isinstance(reply, NoAnswer)
    assert reply.sent
    assert seconds < QUICK.total + GRACE


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    def flood(caller: Caller) -> None:
        caller.read_request()
        caller.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while not caller.stopping.is_set():
            caller.say(b"x" * 65536)

    reply, _ = call(flood)

    assert reply == NoAnswer(sent=True, reason="answer too large")


def test_a_redirect_is_not_followed() -> None:
    with Listener(answering(OK)) as elsewhere:
        target = elsewhere.url.encode()
        text = b"HTTP/1.1 307 Go\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n"

        reply, _ = call(answering(text))

        assert reply == Answer(status=307, body=b"")
        assert elsewhere.connections == 0


def test_a_reset_after_the_request_may_have_been_processed() -> None:
    reply, _ = call(lambda caller: (caller.read_request(), caller.reset())[1])

    assert isinstance(reply, NoAnswer)
    assert reply.sent


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"garbage\r\n\r\n"]
)
def test_an_answer_cut_short_is_no_answer(said: bytes) -> None:
    reply, _ = call(lambda caller: (caller.read_request(), caller.say(said))[1])

    assert isinstance(reply, NoAnswer)
    assert reply.sent


def test_a_failed_call_is_tried_once() -> None:
    with Listener(lambda caller: (caller.read_request(), caller.reset())[1]) as server:
        client_of(server.url).send(SALE)

        assert server.connections == 1


def test_a_refused_connection_was_not_sent() -> None:
    reply = client_of(nobody()).send(SALE)

    assert isinstance(reply, NoAnswer)
    assert not reply.sent


def test_a_name_that_does_not_exist_was_not_sent() -> None:
    reply = client_of("https://gateway.invalid").send(SALE)

    assert isinstance(reply, NoAnswer)
    assert not reply.sent


def test_a_server_that_does_not_speak_tls_got_nothing() -> None:
    heard: list[bytes] = []

    def listen(caller: Caller) -> None:
        heard.append(caller.connection.recv(65536))
        caller.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with Listener(listen, scheme="https") as server:
        reply = client_of(server.url).send(SALE)

    assert isinstance(reply, NoAnswer)
    assert not reply.sent
    assert b"secret-key" not in b"".join(heard)


def test_a_tls_handshake_that_never_ends_was_not_sent() -> None:
    with Listener(lambda caller: (caller.stopping.wait(5), None)[1], scheme="https") as server:
        started = time.monotonic()
        reply = client_of(server.url).send(SALE)
        seconds = time.monotonic() - started

    assert isinstance(reply, NoAnswer)
    assert not reply.sent
    assert seconds < QUICK.total + GRACE


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    heard: list[bytes] = []

    def listen(caller: Caller) -> None:
        with context.wrap_socket(caller.connection, server_side=True) as secure:
            heard.append(secure.recv(65536))

    with Listener(listen, scheme="https") as server:
        reply = client_of(server.url).send(SALE)

    assert reply == NoAnswer(sent=False, reason="SSLError")
    assert heard == []


def test_a_kept_connection_is_used_again() -> None:
    with Listener(answering(OK)) as server:
        client = client_of(server.url)
        replies = [client.send(SALE), client.send(SALE)]

        assert replies == [Answer(status=200, body=b"{}")] * 2
        assert server.connections == 1


def test_a_kept_connection_that_was_closed_is_replaced() -> None:
    with Listener(lambda caller: (caller.read_request(), caller.say(OK))[1]) as server:
        client = client_of(server.url)
        replies = [client.send(SALE)]
        assert server.hung_up.wait(PATIENCE)
        replies.append(client.send(SALE))

        assert replies == [Answer(status=200, body=b"{}")] * 2
        assert server.connections == 2


def test_a_call_that_was_held_up_is_not_sent() -> None:
    with Watch(10, latest_start=time.monotonic() - 1) as watch:
        with pytest.raises(TooLate):
            watch.mark_sent()

        assert not watch.sent


def test_nothing_leaves_while_the_shop_forbids_it() -> None:
    with Listener(answering(OK)) as server:
        client = client_of(server.url, RecordingHost(in_transaction=True))

        with pytest.raises(RuntimeError):
            client.send(SALE)

        assert server.connections == 0


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", nobody())
    monkeypatch.setenv("no_proxy", "")

    reply, _ = call(answering(OK))

    assert isinstance(reply, Answer)


def test_a_cookie_is_not_kept() -> None:
    heard: list[bytes] = []

    def set_cookie(caller: Caller) -> None:
        while request := caller.read_request():
            heard.append(request)
            caller.say(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n"))

    with Listener(set_cookie) as server:
        client = client_of(server.url)
        client.send(SALE)
        client.send(SALE)

    assert len(heard) == 2
    assert b"cookie" not in b"".join(heard).lower()


def test_the_key_travels_in_a_header_and_the_body_is_json() -> None:
    heard: list[bytes] = []

    def listen(caller: Caller) -> None:
        heard.append(caller.read_request())
        caller.say(OK)

    call(listen)

    assert b"\r\napi-key: secret-key\r\n" in heard[0]
    assert b"\r\nAccept: application/json\r\n" in heard[0]
    assert b"\r\nContent-Type: application/json\r\n" in heard[0]
    assert heard[0].endswith(b'\r\n\r\n{"amount": "1.00"}')


@pytest.mark.parametrize("url", ["http://gateway.example", "ftp://127.0.0.1", "gateway.example"])
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        client_of(url)


def test_production_waits_three_seconds_to_connect_and_thirty_in_all() -> None:
    assert Deadlines() == Deadlines(connect=3.0, total=30.0, max_answer_bytes=1_000_000)


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
