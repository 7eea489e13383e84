"""What a connection decides without asking the gateway, and which notifications it believes."""

import hashlib
import json
from dataclasses import replace

import pytest
from ecdsa import BRAINPOOLP384t1, SigningKey
from ecdsa.util import sigencode_der
from komet_clearent.plugin import plugin

from komet_shop.plugin_api import (
    Account,
    ChargeRequest,
    Deadlines,
    Kind,
    Notification,
    OneTimeCard,
    Outcome,
    StoredCard,
)
from komet_shop.plugin_api.contract import RecordingHost

from .listeners import nobody

KEY = SigningKey.generate(curve=BRAINPOOLP384t1, hashfunc=hashlib.sha384)
OTHER_KEY = SigningKey.generate(curve=BRAINPOOLP384t1, hashfunc=hashlib.sha384)
HOST = RecordingHost()
CONNECTION = plugin.open(
    Account(
        id=1,
        location="Miami",
        environment="test",
        url=nobody(),
        revision=1,
        settings={"api_key": "secret-key", "public_key": KEY.verifying_key.to_der().hex()},
    ),
    HOST,
    Deadlines(connect=0.3, total=1.0),
)
SALE = ChargeRequest(
    kind=Kind.SALE,
    reference="KS1",
    amount_cents=2500,
    currency="USD",
    card=OneTimeCard(token="aaa.bbb.ccc"),
)
PAYLOAD = '{"transaction": {"id": "900010",  "invoice": "KS1", "result": "APPROVED"}}'


def signature(text: str = PAYLOAD, key: SigningKey = KEY) -> str:
    return key.sign(text.encode(), sigencode=sigencode_der).hex()


def notification(payload: str = PAYLOAD, *, signed: str) -> bytes:
    return f'{{"code": "200", "payload": {payload}, "signature": "{signed}"}}'.encode()


@pytest.mark.parametrize(
    "request_",
    [
        replace(SALE, currency="EUR"),
        replace(SALE, card=OneTimeCard(token="not a token")),
        replace(SALE, card=StoredCard(token="../tokens")),
    ],
)
def test_what_clearent_could_not_take_is_rejected_without_a_call(request_: ChargeRequest) -> None:
    asked = HOST.asked

    result = CONNECTION.charge(request_)

    assert result.outcome is Outcome.REJECTED
    assert result.fault is None
    assert result.buyer_message
    assert HOST.asked == asked


def test_a_card_that_is_not_clearents_is_neither_described_nor_forgotten() -> None:
    card = StoredCard(token="../batches/open")

    assert CONNECTION.describe(card) is None
    assert CONNECTION.forget(card) is False


def test_a_signed_notification_is_read() -> None:
    read = CONNECTION.read_notification(notification(signed=signature()), {})

    assert read == Notification(transaction_id="900010", reference="KS1")


def test_a_signature_may_come_as_a_header() -> None:
    body = f'{{"payload": {PAYLOAD}}}'.encode()

    read = CONNECTION.read_notification(body, {"Signature": signature()})

    assert read == Notification(transaction_id="900010", reference="KS1")


@pytest.mark.parametrize(
    "body",
    [
        notification(signed=signature(key=OTHER_KEY)),
        notification(PAYLOAD.replace("900010", "900011"), signed=signature()),
        notification(PAYLOAD.replace("  ", " "), signed=signature()),
        notification("{}", signed=signature("{}")),
        notification("[]", signed=signature("[]")),
        notification(signed=""),
        json.dumps([PAYLOAD]).encode(),
    ],
    ids=["another key", "changed", "spaces", "nothing", "a list", "unsigned", "not an object"],
)
def test_a_notification_that_the_terminal_did_not_sign_like_this_is_ignored(body: bytes) -> None:
    assert CONNECTION.read_notification(body, {}) is None
