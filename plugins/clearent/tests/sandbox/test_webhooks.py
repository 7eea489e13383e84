"""Notifications: signed over the exact text, tried three times, in any order when told to."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options
from komet_clearent.signatures import payload_text, verify


class Listener(ThreadingHTTPServer):
    """Takes notifications; `answers` are the statuses of the first ones, then 200."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Taking)
        self.received = queue.Queue()
        self.answers = []
        self.paths = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook"

    def next(self):
        return self.received.get(timeout=5)


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.paths.append(self.path)
        self.server.received.put((body, self.headers.get("signature")))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener(shop):
    with Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
        thread.start()
        shop.control("POST", "/webhook_url", {"url": listener.url})
        yield listener
        listener.shutdown()
        thread.join()


def test_each_terminal_notifies_its_own_address(listener):
    addresses = {"MIA": f"{listener.url}/mia", "LAX": f"{listener.url}/lax"}
    with SandboxServer(Options(labels=("MIA", "LAX"), webhook_urls=addresses)) as server:
        for label in ("MIA", "LAX"):
            sale = {"account": label, "amount_cents": 500}
            requests.post(f"{server.url}/_control/sale", json=sale, timeout=5).raise_for_status()
            listener.next()

    assert listener.paths == ["/hook/mia", "/hook/lax"]


def _proves(shop, body):
    key = shop.server.accounts[0]["public_key"]
    return verify(key, payload_text(body), json.loads(body)["signature"])


def test_a_sale_and_a_decline_are_told_with_a_proof(shop, listener):
    sold = shop.charge(description="für Zoë").id
    told = listener.next()[0]
    shop.charge(amount="0.21")
    refused = listener.next()[0]

    assert json.loads(told)["payload"]["transaction"]["id"] == sold
    assert json.loads(refused)["payload"]["error"]["result-code"] == "012"
    assert _proves(shop, told)
    assert _proves(shop, refused)
    assert not _proves(shop, told.replace("25.00", "26.00"))


def test_a_notification_is_tried_three_times(shop, listener):
    listener.answers = [500, 503, 500]
    shop.charge()

    bodies = [listener.next()[0] for _ in range(3)]
    shop.charge(amount="2.00")

    assert len(set(bodies)) == 1
    assert listener.next()[0] != bodies[0]


def test_a_taken_notification_is_not_repeated(shop, listener):
    shop.charge()
    first = listener.next()[0]
    shop.charge(amount="2.00")

    assert listener.next()[0] != first


def test_a_notification_can_arrive_before_the_answer(shop, listener):
    shop.arm("webhook_before_answer")

    sold = shop.charge().id

    told = listener.received.get_nowait()[0]
    assert json.loads(told)["payload"]["transaction"]["id"] == sold


def test_a_storm_repeats_and_forges(shop, listener):
    shop.charge(amount="1.00")
    listener.next()
    shop.arm("webhook_storm")
    shop.charge(amount="2.00")

    bodies = [listener.next()[0] for _ in range(10)]

    assert len(set(bodies)) == 3
    assert [_proves(shop, body) for body in bodies].count(False) == 1


def test_a_lost_answer_is_told_all_the_same(shop, listener):
    shop.arm("error_500_after")

    shop.charge(invoice="LOST")

    told = json.loads(listener.next()[0])
    assert told["payload"]["transaction"]["invoice"] == "LOST"


def test_the_signature_can_come_in_a_header(shop, listener):
    shop.assume(webhook_signature_place="header")
    shop.charge()

    body, signature = listener.next()

    assert "signature" not in json.loads(body)
    assert verify(shop.server.accounts[0]["public_key"], payload_text(body), signature)
