"""The control address."""

import http.client
import json

import pytest
import requests


def test_the_ledger_tells_the_whole_truth(shop):
    sold = shop.charge(invoice="A", order_id="O", create_token="true")
    shop.charge(account=1, amount="3.00")

    ledger = shop.control("GET", "/ledger")

    first = ledger["transactions"][0]
    assert (first["id"], first["token"], first["order_id"]) == (sold.id, sold.token, "O")
    assert (first["type"], first["amount_cents"], first["card_last4"]) == ("SALE", 2500, "1111")
    assert ledger["net_cents"] == {"MIA": 2500, "LAX": 300}


def test_a_sale_can_be_made_outside_the_shop(shop):
    sale = {"account": "LAX", "amount_cents": 4200, "invoice": "COUNTER"}

    made = shop.control("POST", "/sale", sale)

    assert shop.search(account=1, invoice="COUNTER").found[0]["id"] == made["id"]
    assert shop.control("GET", "/ledger")["net_cents"]["LAX"] == 4200


def test_the_clock_moves(shop):
    shop.control("POST", "/clock", {"offset_seconds": 86400 * 30})

    sold = shop.charge().transaction

    now = shop.control("GET", "/clock")["now"]
    assert sold["created"][:10] == now[:10]


def test_a_batch_can_be_closed(shop):
    shop.charge()

    closed = shop.control("POST", "/batches/close", {"account": "MIA"})
    again = shop.control("POST", "/batches/close", {"account": "MIA"})

    assert (closed["closed"], again["closed"]) == (165, None)


def test_calls_can_be_counted_but_show_no_card(shop):
    shop.charge(invoice="A")
    shop.search(invoice="A")

    seen = shop.control("GET", "/requests")["requests"]

    assert [(one["kind"], one["invoice"], one["status"]) for one in seen] == [
        ("sale", "A", 200),
        ("search", "A", 200),
    ]
    assert "4111" not in json.dumps(seen)


def test_a_reset_forgets_everything_but_the_keys_and_gives_no_id_twice(shop):
    before = shop.charge().id
    keys = shop.server.accounts
    shop.arm("html_502")
    shop.assume(status_in_capitals=True)

    shop.control("POST", "/reset", {})

    after = shop.charge()
    assert int(after.id) > int(before)
    assert (shop.server.accounts, len(shop.rows()), after.body["status"]) == (keys, 1, "success")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"fault": "earthquake"}),
        ("/faults", {"fault": "drip", "path": "sale"}),
        ("/faults", {"fault": "drip", "match": {"paths": "sale"}}),
        ("/faults", {"fault": "drip", "match": {"path": "moon"}}),
        ("/faults", {"fault": "drip", "match": {"account": "MOON"}}),
        ("/assumptions", {"nobody": "x"}),
        ("/assumptions", {"jwt_seconds": "soon"}),
        ("/assumptions", {"batch_close_when_empty": "999"}),
        ("/sale", {"account": "MOON", "amount_cents": 1}),
        ("/sale", {"account": "MIA"}),
        ("/clock", {"offset_seconds": "x"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(shop, path, body):
    answer = requests.post(f"{shop.url}/_control{path}", json=body, timeout=3)

    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "shop.example"},
        {"Origin": "http://shop.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/_control/reset", "/portal/faults/clear"])
def test_pages_of_other_sites_cannot_direct_the_sandbox(shop, path, headers):
    address = shop.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=3)

    connection.request("POST", path, b"{}", {"Content-Type": "application/json", **headers})
    status = connection.getresponse().status
    connection.close()

    assert status == 403


def test_other_machines_are_refused(shop):
    app = shop.server.application

    answer = app.test_client().get("/_control/ledger", environ_base={"REMOTE_ADDR": "192.0.2.1"})

    assert answer.status_code == 403
