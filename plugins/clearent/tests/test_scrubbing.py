"""Nothing that an answer echoes of a card gets past the plugin."""

import json

import pytest
from komet_clearent.answers import Asked, read_result
from komet_clearent.client import Answer, Request
from komet_clearent.plugin import plugin
from komet_clearent.records import read_card, read_page

from komet_shop.plugin_api import (
    Account,
    ChargeRequest,
    Deadlines,
    Kind,
    OneTimeCard,
    Outcome,
)
from komet_shop.plugin_api.contract import RecordingHost

from .listeners import Caller, Listener

NUMBER = "4111111111111111"
CODE = "90817"
CANARIES = (NUMBER, CODE)
ECHO = {
    "id": "900010",
    "type": "SALE",
    "amount": "25.00",
    "created": "2026-01-15 18:02:11.004",
    "result": "APPROVED",
    "result-code": "000",
    "card": NUMBER,
    "last-four": NUMBER,
    "csc": CODE,
    "card-type": NUMBER,
    "exp-date": NUMBER,
    "display-message": f"card {NUMBER} code {CODE}",
    "authorization-code": NUMBER,
    "batch-string-id": NUMBER,
    "track2-data": f";{NUMBER}=3012",
    "comments": NUMBER,
    "billing": {"street": NUMBER, "phone": CODE},
    "metadata": {"note": NUMBER},
}


def body_of(payload: object, **top: object) -> bytes:
    return json.dumps({"payload": payload, **top}).encode()


@pytest.mark.parametrize("status", [200, 400, 401, 402, 404, 429, 500])
@pytest.mark.parametrize("result", ["APPROVED", "DECLINED", NUMBER])
def test_a_result_keeps_no_number_and_no_security_code(status: int, result: str) -> None:
    payload = {
        "transaction": {**ECHO, "result": result},
        "error": {"error-message": NUMBER, "result-code": NUMBER},
    }

    read = read_result(
        Answer(status=status, body=body_of(payload)), Asked(kind=Kind.SALE, reference="KS1")
    )

    assert not [canary for canary in CANARIES if canary in repr(read)]


def test_a_search_keeps_no_number_and_no_security_code() -> None:
    body = body_of({"transactions": {"transaction": [ECHO]}})

    page = read_page(Answer(status=200, body=body))

    assert page
    assert page.transactions[0].card.last_four == "1111"
    assert not [canary for canary in CANARIES if canary in repr(page)]


def test_a_described_card_keeps_its_last_four_only() -> None:
    token = {"last-four-digits": NUMBER, "exp-date": NUMBER, "card": NUMBER, "description": NUMBER}

    described = read_card(Answer(status=200, body=body_of({"tokenResponse": token})))

    assert described
    assert described.last_four == "1111"
    assert NUMBER not in repr(described)


def test_requests_and_answers_hide_what_they_carry() -> None:
    request = Request(
        name="sale",
        method="POST",
        path=f"/tokens/{NUMBER}",
        body={"card": NUMBER},
        headers={"mobilejwt": CODE},
    )
    answer = Answer(status=200, body=NUMBER.encode())

    assert not [canary for canary in CANARIES if canary in repr((request, answer))]


def test_the_log_gets_no_secret_of_a_call() -> None:
    echo = body_of({"transaction": ECHO})
    host = RecordingHost()

    def echo_everything(caller: Caller) -> None:
        caller.read_request()
        length = str(len(echo)).encode()
        caller.say(b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n" + echo)

    with Listener(echo_everything) as server:
        account = Account(
            id=1,
            location="Miami",
            environment="test",
            url=server.url,
            revision=1,
            settings={"api_key": "secret-key", "public_key": "307a"},
        )
        connection = plugin.open(account, host, Deadlines(connect=0.3, total=1.0))
        result = connection.charge(
            ChargeRequest(
                kind=Kind.SALE,
                reference="KS1",
                amount_cents=2500,
                currency="USD",
                card=OneTimeCard(token="aaa.bbb.ccc"),
            )
        )

    assert result.outcome is Outcome.APPROVED
    assert len(host.logged) == 1
    secrets = (*CANARIES, "secret-key", "aaa.bbb.ccc")
    assert not [secret for secret in secrets if secret in host.logged[0]]
