"""What we ask in Clearent's words, and what its answers mean in ours."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from komet_clearent import fields, messages
from komet_clearent.answers import Asked, read_result
from komet_clearent.client import Answer, NoAnswer
from komet_clearent.records import Page, read_batch, read_card, read_page

from komet_shop.plugin_api import (
    Batch,
    BatchAnswer,
    BillingAddress,
    CaptureRequest,
    CardDetails,
    ChargeRequest,
    CreditRequest,
    Fault,
    GatewayResult,
    Kind,
    LookupRequest,
    OneTimeCard,
    Outcome,
    RefundRequest,
    StoredCard,
    Transaction,
    VoidRequest,
)

SOFTWARE = ("KometShop", "0.1.0")
REFERENCE = "KS00000000000001"
ONCE = OneTimeCard(token="aaa.bbb.ccc")
KEPT = StoredCard(token="1100000000099991111")
SALE = ChargeRequest(
    kind=Kind.SALE, reference=REFERENCE, amount_cents=2500, currency="USD", card=ONCE
)
NAMED = {
    "invoice": REFERENCE,
    "order-id": REFERENCE,
    "software-type": "KometShop",
    "software-type-version": "0.1.0",
}
APPROVED = {
    "id": "900010",
    "type": "SALE",
    "amount": "25.00",
    "result": "APPROVED",
    "result-code": "000",
    "invoice": REFERENCE,
    "order-id": REFERENCE,
}


def answer(
    http_status: int,
    transaction: Mapping[str, object] | None = None,
    *,
    error: str = "",
    links: list[dict[str, str]] | None = None,
    **top: Any,
) -> Answer:
    payload: dict[str, object] = {}
    if transaction is not None:
        payload["transaction"] = transaction
    if error:
        payload["error"] = {"error-message": "no", "result-code": error}
    content = {
        "code": str(http_status),
        "status": "success" if http_status < 300 else "fail",
        "exchange-id": "ID-clearent-cgw-1-1710000000000-0-1",
        "links": links or [],
        "payload": payload,
    }
    return Answer(status=http_status, body=json.dumps({**content, **top}).encode())


def read(reply: Answer | NoAnswer, kind: Kind = Kind.SALE) -> GatewayResult:
    return read_result(reply, Asked(kind=kind, reference=REFERENCE))


def declined(code: str, **others: object) -> dict[str, object]:
    return {**APPROVED, "result": "DECLINED", "result-code": code, **others}


# What we ask


def test_a_new_card_is_charged_through_the_mobile_address() -> None:
    request = messages.charge(SALE, SOFTWARE)

    assert (request.method, request.path) == ("POST", "/rest/v2/mobile/transactions/sale")
    assert request.headers == {"mobilejwt": "aaa.bbb.ccc"}
    assert request.body == {"type": "SALE", "amount": "25.00", **NAMED}


def test_a_stored_card_is_charged_by_its_token() -> None:
    request = messages.charge(replace(SALE, kind=Kind.AUTHORIZE, card=KEPT), SOFTWARE)

    assert request.path == "/rest/v2/transactions/auth"
    assert request.headers == {}
    assert request.body == {"type": "AUTH", "amount": "25.00", "card": KEPT.token, **NAMED}


def test_storing_a_card_is_an_authorization_of_nothing() -> None:
    stored = replace(SALE, kind=Kind.STORE_CARD, amount_cents=0)

    request = messages.charge(stored, SOFTWARE)

    assert request.path == "/rest/v2/mobile/transactions/auth"
    assert request.body == {"type": "AUTH", "amount": "0.00", "create-token": "true", **NAMED}


def test_a_sale_carries_order_fee_payer_and_address_where_there_are_some() -> None:
    sale = replace(
        SALE,
        save_card=True,
        service_fee_cents=75,
        order_number="W1001",
        payer_address="192.0.2.7",
        billing=BillingAddress(name="Ann Marie Lee", street="1 Elm St", postcode="33122"),
    )

    body = messages.charge(sale, SOFTWARE).body

    assert body == {
        "type": "SALE",
        "amount": "25.00",
        "service-fee": "0.75",
        "create-token": "true",
        "purchase-order": "W1001",
        "description": "Order W1001",
        "client-ip": "192.0.2.7",
        "billing": {
            "first-name": "Ann Marie",
            "last-name": "Lee",
            "street": "1 Elm St",
            "zip": "33122",
            "country": "US",
        },
        **NAMED,
    }


FOLLOW_UP = {
    "reference": REFERENCE,
    "transaction_id": "900010",
    "amount_cents": 1050,
    "currency": "USD",
}


def test_follow_ups_name_the_earlier_transaction() -> None:
    capture = messages.capture(CaptureRequest(**FOLLOW_UP), SOFTWARE)
    void = messages.void(VoidRequest(**FOLLOW_UP), SOFTWARE)
    refund = messages.refund(RefundRequest(**FOLLOW_UP), SOFTWARE)

    assert capture.body == {"type": "CAPTURE", "id": "900010", "amount": "10.50", **NAMED}
    assert void.body == {"type": "VOID", "id": "900010", **NAMED}
    assert refund.body == {"type": "REFUND", "id": "900010", "amount": "10.50", **NAMED}
    assert [one.path.rpartition("/")[2] for one in (capture, void, refund)] == [
        "capture",
        "void",
        "refund",
    ]


def test_a_credit_names_a_card_and_no_sale() -> None:
    credit = CreditRequest(reference=REFERENCE, card=KEPT, amount_cents=500, currency="USD")

    request = messages.credit(credit, SOFTWARE)

    assert request.path == "/rest/v2/transactions/refund"
    assert request.body == {"type": "REFUND", "amount": "5.00", "card": KEPT.token, **NAMED}


def test_no_request_uses_the_duplicate_check_that_works_for_terminals_only() -> None:
    bodies = [messages.charge(replace(SALE, card=card), SOFTWARE).body for card in (ONCE, KEPT)]

    assert all(body and not any("check-field" in name for name in body) for body in bodies)


def test_a_search_covers_the_merchant_and_one_minute_more() -> None:
    request = LookupRequest(
        since=datetime(2026, 1, 15, 17, 59, 58, tzinfo=UTC),
        until=datetime(2026, 1, 15, 18, 2, 11, tzinfo=UTC),
        reference=REFERENCE,
    )

    assert messages.search(request, 2).query == {
        "level": "merchant",
        "start-date": "2026-01-15 17:59",
        "end-date": "2026-01-15 18:03",
        "invoice": REFERENCE,
        "page": "2",
        "page-size": "100",
    }


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c\r\nx: y", "a.b.c.d", "ä.b.c", "x" * 9000])
def test_a_token_of_another_shape_is_refused(token: str) -> None:
    with pytest.raises(messages.UnusableCard):
        messages.charge(replace(SALE, card=OneTimeCard(token=token)), SOFTWARE)


@pytest.mark.parametrize("token", ["", "../batches/open", "11 22", "1?x=1", "1" * 65])
def test_a_stored_token_cannot_change_the_address(token: str) -> None:
    with pytest.raises(messages.UnusableCard):
        messages.delete_card(StoredCard(token=token))


# Single values


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (1, "0.01"), (1999, "19.99"), (123456789, "1234567.89")]
)
def test_cents_survive_the_way_there_and_back(cents: int, text: str) -> None:
    assert fields.amount(cents) == text
    assert fields.cents(text) == cents


def test_a_negative_amount_is_never_written() -> None:
    with pytest.raises(ValueError, match="negative"):
        fields.amount(-1)


@pytest.mark.parametrize("value", ["25.005", "", "x", "NaN", "1e99", None, True, [], 25.0])
def test_an_amount_that_is_no_whole_number_of_cents_is_not_read(value: object) -> None:
    assert fields.cents(value) is None


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        *((value, True) for value in ("true", "TRUE", True, "1", 1)),
        *((value, False) for value in ("false", "False", False, "0", 0)),
        *((value, None) for value in (None, "yes", "", [])),
    ],
)
def test_every_spelling_of_a_boolean_is_understood(value: object, meaning: bool | None) -> None:
    assert fields.flag(value) is meaning


# What became of it


def test_an_approval_brings_everything_that_the_answer_carries() -> None:
    transaction = {
        **APPROVED,
        "authorization-code": "TAS101",
        "batch-string-id": "000165",
        "card": "XXXXXXXXXXXX1111",
        "card-type": "VISA",
        "exp-date": "1230",
    }
    links = [{"rel": "token", "id": KEPT.token}, {"rel": "transaction", "id": "900010"}]

    result = read(answer(200, transaction, links=links))

    details = CardDetails(brand="Visa", last_four="1111", expiry="1230")
    assert result == GatewayResult(
        outcome=Outcome.APPROVED,
        transaction_id="900010",
        kind=Kind.SALE,
        reference=REFERENCE,
        amount_cents=2500,
        code="000",
        staff_message="Approved",
        authorization_code="TAS101",
        batch_id="165",
        card=details,
        stored_card=StoredCard(token=KEPT.token, details=details),
        http_status=200,
        trace_id="ID-clearent-cgw-1-1710000000000-0-1",
    )


def test_what_the_answer_does_not_carry_stays_open() -> None:
    result = read(answer(200, {"id": "1", "result": "APPROVED", "result-code": "0000"}))

    assert result.outcome is Outcome.APPROVED
    assert (result.kind, result.reference, result.amount_cents) == (None, None, None)
    assert result.card == CardDetails()


def test_the_id_may_come_in_the_links_only() -> None:
    transaction = {**APPROVED, "id": ""}

    result = read(answer(200, transaction, links=[{"rel": "transaction", "id": "900010"}]))

    assert result.transaction_id == "900010"


@pytest.mark.parametrize(
    ("carried", "amount_cents", "fee_cents"),
    [
        ({"amount": "25.75", "service-fee": "0.75"}, 2500, 75),
        ({"amount": "25.75", "service-fee": "0.75", "surcharge-applied": True}, 2500, 75),
        ({"amount": "25.00", "service-fee": "0.75", "surcharge-applied": False}, 2500, 0),
        ({"amount": "25.00", "surcharge-applied": "false"}, 2500, 0),
        ({"amount": "25.75", "base-amount": "25.00"}, 2500, 75),
        (
            {
                "amount": "25.00",
                "service-fee": "0.75",
                "base-amount": "25.00",
                "surcharge-applied": "true",
            },
            2500,
            75,
        ),
        ({"amount": "25.00", "service-fee": "0.75", "base-amount": "25.00"}, 2500, None),
        ({"amount": "25.00"}, 2500, None),
        ({"amount": "25.75"}, 2575, None),
        ({"amount": "26.75", "service-fee": "0.75", "base-amount": "25.00"}, 2600, 75),
        (
            {
                "amount": "25.75",
                "service-fee": "0.75",
                "base-amount": "25.00",
                "surcharge-applied": False,
            },
            2575,
            0,
        ),
    ],
)
def test_the_fee_is_told_apart_from_the_amount(
    carried: dict[str, object], amount_cents: int, fee_cents: int | None
) -> None:
    result = read(answer(200, {**APPROVED, **carried}))

    assert (result.amount_cents, result.service_fee_cents) == (amount_cents, fee_cents)


def test_a_refund_to_a_card_is_a_credit_when_that_was_asked() -> None:
    asked = {**APPROVED, "type": "REFUND"}

    assert read(answer(200, asked), Kind.CREDIT_REFUND).kind is Kind.CREDIT_REFUND
    assert read(answer(200, asked), Kind.REFUND).kind is Kind.REFUND


def test_a_void_that_names_the_sale_says_nothing_of_our_reference() -> None:
    result = read(answer(200, {**APPROVED, "type": "VOID", "invoice": "KSSALE"}), Kind.VOID)

    assert result.outcome is Outcome.APPROVED
    assert result.reference is None


@pytest.mark.parametrize("code", ["012", "021", "023", "024", "027", "046"])
def test_an_explicit_no_is_a_decline(code: str) -> None:
    result = read(answer(402, declined(code), error="073"))

    assert (result.outcome, result.code) == (Outcome.DECLINED, code)


def test_a_decline_with_a_code_that_no_list_has_is_a_decline() -> None:
    result = read(answer(402, declined("777")))

    assert result.outcome is Outcome.DECLINED
    assert result.staff_message


def test_a_refusal_without_a_transaction_and_without_a_known_code_is_unknown() -> None:
    result = read(answer(402, error="777"))

    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, Fault.UNREADABLE)


@pytest.mark.parametrize("code", ["032", "045", "059"])
def test_a_duplicate_is_looked_up_by_its_id(code: str) -> None:
    result = read(answer(402, declined(code, id="900001")))

    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, Fault.DUPLICATE)
    assert result.transaction_id == "900001"


@pytest.mark.parametrize(
    "sign",
    [
        {"check-field-duplicate": True},
        {"check-field-duplicate": "true"},
        {"display-message": "Transaction was previously approved"},
    ],
)
def test_an_earlier_transaction_in_place_of_ours_is_a_duplicate(sign: dict[str, object]) -> None:
    result = read(answer(200, {**APPROVED, "id": "900001", **sign}))

    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, Fault.DUPLICATE)
    assert result.transaction_id == "900001"


def test_a_partial_approval_is_unknown() -> None:
    result = read(answer(200, {**APPROVED, "amount": "10.00", "partial-approved": "true"}))

    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, Fault.PARTIAL_APPROVAL)
    assert result.transaction_id == "900010"


@pytest.mark.parametrize(
    ("status", "fault"),
    [(400, None), (401, Fault.KEY_REFUSED), (403, Fault.KEY_REFUSED), (404, Fault.CARD_GONE)],
)
def test_what_was_refused_before_it_began_is_rejected(status: int, fault: Fault | None) -> None:
    result = read(answer(status, error="041"))

    assert (result.outcome, result.fault) == (Outcome.REJECTED, fault)
    assert result.buyer_message


@pytest.mark.parametrize("kind", [Kind.VOID, Kind.REFUND, Kind.CAPTURE])
def test_a_missing_transaction_is_not_a_missing_card(kind: Kind) -> None:
    result = read(answer(404, error="082"), kind)

    assert (result.outcome, result.fault) == (Outcome.REJECTED, None)


@pytest.mark.parametrize(
    "reply",
    [
        NoAnswer(sent=True, reason="deadline"),
        answer(500, error="050"),
        answer(500, declined("019")),
        answer(429, error="050"),
        answer(402, declined("057")),
        answer(402, declined("058")),
        answer(402, declined("031")),
        answer(402, error="049"),
        answer(307),
        answer(418),
        answer(204),
        Answer(status=200, body=b""),
        Answer(status=200, body=b"<html>"),
        Answer(status=200, body=b"[1]"),
        Answer(status=200, body=b'{"payload": {"transaction": NaN}}'),
        Answer(status=200, body=b"[" * 100_000),
        Answer(status=402, body=b"<html>"),
        Answer(status=502, body=b"<html>"),
        answer(200, {**APPROVED, "result-code": "036"}),
        answer(200, {**APPROVED, "id": None}),
        answer(200, {**APPROVED}, code="402"),
        answer(200, {**APPROVED}, status="fail"),
        answer(200, []),  # type: ignore[arg-type]  # the gateway's mistake, not ours
        answer(402, APPROVED),
        answer(401, APPROVED),
        answer(500, APPROVED),
    ],
)
def test_whatever_is_not_clear_is_unknown(reply: Answer | NoAnswer) -> None:
    result = read(reply)

    assert result.outcome is Outcome.UNKNOWN
    assert result.fault is not None
    assert "do not pay again" in result.buyer_message


def test_what_was_not_sent_is_rejected() -> None:
    result = read(NoAnswer(sent=False, reason="ConnectTimeout"))

    assert (result.outcome, result.fault) == (Outcome.REJECTED, Fault.UNREACHABLE)


# Searches, cards, batches

ROW = {
    "id": "900010",
    "type": "SALE",
    "amount": "25.00",
    "card": "1111",
    "result": "APPROVED",
    "result-code": "000",
    "created": "2026-01-15 18:02:11.004",
    "invoice": REFERENCE,
    "batch-string-id": "000165",
    "voided": "false",
    "settled": "true",
}


def listing(rows: object, **page: object) -> Answer:
    payload = {"transactions": {"transaction": rows}, "payloadType": "transactions"}
    return Answer(status=200, body=json.dumps({"payload": payload, "page": page}).encode())


def test_one_hit_may_come_as_an_object_or_a_list() -> None:
    expected = Transaction(
        id="900010",
        kind=Kind.SALE,
        outcome=Outcome.APPROVED,
        reference=REFERENCE,
        amount_cents=2500,
        created_at=datetime(2026, 1, 15, 18, 2, 11, 4000, tzinfo=UTC),
        settled=True,
        batch_id="165",
        code="000",
        staff_message="Approved (code 000)",
        card=CardDetails(last_four="1111"),
    )

    assert read_page(listing(ROW, last=True)) == Page(transactions=(expected,), is_last=True)
    assert read_page(listing([ROW], last="false")) == Page(transactions=(expected,), is_last=False)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("AUTH", Kind.AUTHORIZE),
        ("FORCED SALE", Kind.SALE),
        ("CAPTURE", Kind.CAPTURE),
        ("VOID", Kind.VOID),
        ("REFUND", Kind.REFUND),
        ("UNMATCHED REFUND", Kind.CREDIT_REFUND),
        ("CARD INQUIRY", None),
    ],
)
def test_every_kind_of_record_has_its_name_here(type_: str, kind: Kind | None) -> None:
    page = read_page(listing([{**ROW, "type": type_}]))

    assert page
    assert [row.kind for row in page.transactions] == [kind]


def test_an_empty_search_is_answered() -> None:
    assert read_page(Answer(status=204, body=b"")) == Page(transactions=(), is_last=True)
    assert read_page(listing([])) == Page(transactions=(), is_last=True)


@pytest.mark.parametrize(
    "reply",
    [
        NoAnswer(sent=True, reason="deadline"),
        Answer(status=200, body=b""),
        Answer(status=503, body=b""),
        answer(401, error="042"),
        answer(200),
        listing([ROW, {**ROW, "id": ""}]),
        listing([{**ROW, "amount": "x"}]),
        listing([{**ROW, "created": "yesterday"}]),
        listing(["x"]),
    ],
)
def test_a_search_that_cannot_be_read_is_not_a_no(reply: Answer | NoAnswer) -> None:
    assert read_page(reply) is None


def test_a_sale_made_elsewhere_has_no_reference() -> None:
    page = read_page(listing([{**ROW, "invoice": "", "order-id": "900010"}]))

    assert page
    assert page.transactions[0].reference == ""


@pytest.mark.parametrize("name", ["tokenResponse", "token"])
def test_a_card_is_described_under_either_name(name: str) -> None:
    token = {"last-four-digits": "1111", "exp-date": "1230", "card-type": "AMERICAN EXPRESS"}
    reply = Answer(status=200, body=json.dumps({"payload": {name: token}}).encode())

    described = read_card(reply)

    assert described == CardDetails(brand="American Express", last_four="1111", expiry="1230")


def test_a_batch_has_its_totals_in_cents_and_refunds_positive() -> None:
    batch = {
        "id": "165",
        "status": "OPEN",
        "sales-count": "4",
        "sales-total": "100.00",
        "refund-count": 1,
        "refund-total": "-10.00",
        "net-amount": "90.00",
    }
    reply = Answer(status=200, body=json.dumps({"payload": {"batch": batch}}).encode())

    assert read_batch(reply) == BatchAnswer(
        answered=True,
        batch=Batch(
            id="165",
            status="OPEN",
            sales_count=4,
            sales_cents=10000,
            refund_count=1,
            refund_cents=1000,
            net_cents=9000,
        ),
    )


@pytest.mark.parametrize(
    "reply", [Answer(status=204, body=b""), answer(402, error="040"), answer(404, error="091")]
)
def test_no_batch_is_an_answer_too(reply: Answer) -> None:
    assert read_batch(reply) == BatchAnswer(answered=True)


@pytest.mark.parametrize(
    "reply", [NoAnswer(sent=False, reason="x"), answer(500), answer(402, error="039"), answer(200)]
)
def test_a_batch_that_nobody_told_is_not_no_batch(reply: Answer | NoAnswer) -> None:
    assert read_batch(reply) == BatchAnswer(answered=False)
