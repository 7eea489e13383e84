"""One call: where the token travels, how long it may last, what is believed of its answer."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from komet_shop.config import Secret
from komet_shop.komet_client import CONNECT_SECONDS, open_komet, wire
from komet_shop.komet_client.wire import Entrance
from komet_shop.models import Company
from komet_shop.models.database import TransactionStillOpen
from komet_shop.services.erp import ErpRefused, ErpUnavailable
from komet_shop.services.shop import Shop
from tests.komet_client.conftest import PATIENT, Desk, in_a_hurry
from tests.komet_client.raw_server import serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENTRANCE = Entrance(url="http://127.0.0.1:1/api", token="t0ken", account="4417")


def test_the_token_travels_in_query_body_or_header() -> None:
    get = wire.request(ENTRANCE, "GET", "customer.list", {"id": 1})
    post = wire.request(ENTRANCE, "POST", "invoice.checkout", {"invoiceNumber": "1"})
    shop = wire.request(ENTRANCE, "GET", "ecommerce/inventory.list", {"customerId": 1})

    assert get.query == {"id": "1", "authenticationToken": "t0ken"}
    assert post.body == b'{"invoiceNumber": "1", "authenticationToken": "t0ken"}'
    assert shop.headers == {"authenticationToken": "t0ken", "X-ACCOUNT": "4417"}
    assert "t0ken" not in f"{get} {post} {shop} {ENTRANCE}"


def test_methods_of_the_web_shop_accept_the_header(desk: Desk) -> None:
    envelope = desk.caller.pull("ecommerce/inventory.list", customerId=5001, companyLocationId=1)

    assert len(wire.rows(envelope, "inventoryItems")) == 30


@pytest.mark.parametrize("style", ["text", "integer", "mixed"])
def test_a_status_is_believed_however_it_is_written(desk: Desk, style: str) -> None:
    desk.switch(status_style=style)

    locations = list(desk.client.locations())

    assert [row.code for row in locations] == ["MIA", "LAX", "BOS"]


@pytest.mark.parametrize("ids_as_text", [True, False])
@pytest.mark.parametrize("money_as_text", [True, False])
def test_ids_and_amounts_are_read_as_text_or_number(
    desk: Desk, ids_as_text: bool, money_as_text: bool
) -> None:
    desk.switch(ids_as_text=ids_as_text, money_as_text=money_as_text)
    header = next(row for row in desk.client.customer_headers(None) if row.id == "5001")

    customer = desk.client.customer(header)

    assert customer.credit_limit_cents == 1_500_000
    assert customer.invoice_emails == "accounts@bloomvineflorist.example"


@pytest.mark.parametrize(
    "fault",
    ["refuse", "down", "reset_before", "error_500_before", "unparsable", "html_200", "reset_after"],
)
def test_an_unclear_answer_is_not_a_refusal(desk: Desk, fault: str) -> None:
    desk.arm(fault, times=None)

    with pytest.raises(ErpUnavailable):
        in_a_hurry(desk).caller.pull("location.list")


def test_reading_is_tried_again(desk: Desk) -> None:
    desk.arm("down", times=2)

    assert len(list(desk.client.locations())) == 3


def test_posting_is_never_tried_again(desk: Desk) -> None:
    desk.arm("error_500_after", times=1, match={"method": "invoice.checkout"})

    with pytest.raises(ErpUnavailable):
        desk.client.check_out("1")

    assert desk.calls("invoice.checkout") == 1


def test_a_refusal_carries_komets_words(desk: Desk) -> None:
    with pytest.raises(ErpRefused, match="Invoice 77 does not exist"):
        desk.client.check_out("77")


def test_a_wrong_token_is_no_fault_of_what_is_posted(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(token="wrong")

    with pytest.raises(ErpUnavailable, match="token is invalid"):
        desk.client.check_out("77")


def test_a_used_up_day_is_no_fault_of_what_is_posted(desk: Desk) -> None:
    desk.arm("limit_reached")

    with pytest.raises(ErpUnavailable, match="limit of 5000"):
        desk.client.check_out("77")


def test_no_call_leaves_while_a_transaction_is_open(desk: Desk) -> None:
    with desk.caller.database.read() as session:
        session.execute(select(Company))
        with pytest.raises(TransactionStillOpen):
            desk.client.check_out("77")

    assert desk.calls("invoice.checkout") == 0


def test_an_answer_that_drips_ends_by_the_clock(open_desk: Callable[..., Desk]) -> None:
    stopped = threading.Event()

    def drip(connection: socket.socket) -> None:
        for byte in HEAD:
            connection.sendall(bytes([byte]))
            if stopped.wait(0.05):
                return

    with serving(drip) as url:
        desk = open_desk(url=url, deadlines=replace(PATIENT, total=0.4))
        began = time.monotonic()

        with pytest.raises(ErpUnavailable, match="in time"):
            desk.client.check_out("1")
        stopped.set()

    assert time.monotonic() - began < 1


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    open_desk: Callable[..., Desk],
) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n" + b'{"status": 1, "x": "')
        for _ in range(100):
            connection.sendall(b"x" * 65_536)

    with serving(flood) as url:
        desk = open_desk(url=url, deadlines=replace(PATIENT, max_answer_bytes=100_000))

        with pytest.raises(ErpUnavailable, match="more than 100000 bytes"):
            desk.client.check_out("1")


def test_a_redirect_is_not_followed(open_desk: Callable[..., Desk]) -> None:
    def elsewhere(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
        )

    with serving(elsewhere) as url, pytest.raises(ErpUnavailable, match="HTTP 302"):
        open_desk(url=url).client.check_out("1")


@pytest.mark.parametrize(
    "body",
    [b"[]", b"null", b"", b'{"message": "fine"}', b"\xff\xfe", b'{"status": 1', b"[" * 100_000],
)
def test_nonsense_is_not_believed(body: bytes) -> None:
    with pytest.raises(ErpUnavailable):
        wire.answer(body)


def test_a_refusal_without_words_is_still_a_refusal() -> None:
    with pytest.raises(ErpRefused, match="no reason"):
        wire.answer(b'{"status": "0"}')


def test_the_client_of_the_shop_has_the_documented_deadlines(
    open_shop_at: Callable[[str], Shop], desk: Desk
) -> None:
    shop = open_shop_at("")
    config = replace(shop.config, komet_url=desk.komet.url, komet_token=Secret(desk.komet.token))

    client = open_komet(replace(shop, config=config))

    assert client is not None
    assert client.deadlines.total == 20
    assert client.deadlines.connect == CONNECT_SECONDS


def test_a_shop_without_komet_has_no_client(open_shop_at: Callable[[str], Shop]) -> None:
    assert open_komet(open_shop_at("")) is None
