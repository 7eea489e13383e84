"""Believing an approval only when everything it carries is what was asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import Intent, judge, judge_transaction
from komet_shop.plugin_api import Fault, GatewayResult, Kind, Outcome, Transaction

INTENT = Intent(kind=Kind.SALE, reference="KSABC", amount_cents=2500, currency="USD")
GOOD = GatewayResult(
    outcome=Outcome.APPROVED,
    transaction_id="900001",
    kind=Kind.SALE,
    reference="KSABC",
    amount_cents=2500,
)
RECORD = Transaction(
    id="900001",
    kind=Kind.SALE,
    outcome=Outcome.APPROVED,
    reference="KSABC",
    amount_cents=2500,
    created_at=datetime(2026, 11, 25, tzinfo=UTC),
)


def test_an_answer_that_agrees_in_all_is_believed() -> None:
    assert judge(INTENT, GOOD).state is State.APPROVED


@pytest.mark.parametrize(
    "difference",
    [
        {"transaction_id": None},
        {"kind": Kind.REFUND},
        {"reference": "KSOTHER"},
        {"amount_cents": 2499},
        {"currency": "EUR"},
        {"fault": Fault.PARTIAL_APPROVAL},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_an_approval_that_contradicts_us_is_unclear(difference: dict[str, object]) -> None:
    verdict = judge(INTENT, replace(GOOD, **difference))  # type: ignore[arg-type]  # by name

    assert verdict.state is State.UNKNOWN
    assert verdict.complete


@pytest.mark.parametrize("missing", ["reference", "amount_cents"])
def test_an_approval_that_leaves_something_out_is_fetched_first(missing: str) -> None:
    verdict = judge(INTENT, replace(GOOD, **{missing: None}))  # type: ignore[arg-type]  # by name

    assert verdict.state is State.UNKNOWN
    assert not verdict.complete


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.DECLINED, State.DECLINED),
        (Outcome.REJECTED, State.FAILED),
        (Outcome.UNKNOWN, State.UNKNOWN),
    ],
)
def test_other_outcomes_mean_what_they_say(outcome: Outcome, state: State) -> None:
    assert judge(INTENT, GatewayResult(outcome=outcome)).state is state


def test_storing_a_card_may_be_answered_as_an_authorization() -> None:
    intent = replace(INTENT, kind=Kind.STORE_CARD, amount_cents=0)
    answer = replace(GOOD, kind=Kind.AUTHORIZE, amount_cents=0)

    assert judge(intent, answer).state is State.APPROVED


@pytest.mark.parametrize(
    ("difference", "state"),
    [
        ({}, State.APPROVED),
        ({"outcome": Outcome.DECLINED}, State.DECLINED),
        ({"outcome": Outcome.UNKNOWN}, State.UNKNOWN),
        ({"amount_cents": 1}, State.NEEDS_REVIEW),
    ],
)
def test_the_gateways_record_settles_it(difference: dict[str, object], state: State) -> None:
    record = replace(RECORD, **difference)  # type: ignore[arg-type]  # by name

    assert judge_transaction(INTENT, record).state is state


SURCHARGED = replace(INTENT, service_fee_cents=75)
ACCEPTED = [
    pytest.param({"service_fee_cents": 75}, 75, id="charged with the fee"),
    pytest.param({"service_fee_cents": 0}, 0, id="charged without the fee"),
    pytest.param({"amount_cents": 2575}, 75, id="the total alone, which can only be with the fee"),
]
NOT_ACCEPTED = [
    {"service_fee_cents": 74},
    {"service_fee_cents": 76},
    {"amount_cents": 2500 + 74},
    {"amount_cents": 2425, "service_fee_cents": 75},
    {"amount_cents": 2575, "service_fee_cents": 0},
    {"amount_cents": 2575, "service_fee_cents": 75},
    {"amount_cents": 2499, "service_fee_cents": 0},
]


@pytest.mark.parametrize(("answered", "fee"), ACCEPTED)
def test_a_surcharge_is_charged_or_left_out(answered: dict[str, int], fee: int) -> None:
    answer = replace(GOOD, **answered)  # type: ignore[arg-type]  # by name
    record = replace(RECORD, **answered)  # type: ignore[arg-type]  # by name

    verdicts = [judge(SURCHARGED, answer), judge_transaction(SURCHARGED, record)]

    assert [one.state for one in verdicts] == [State.APPROVED] * 2
    assert [one.service_fee_cents for one in verdicts] == [fee] * 2


@pytest.mark.parametrize("answered", NOT_ACCEPTED, ids=str)
def test_any_other_total_is_not_accepted(answered: dict[str, int]) -> None:
    answer = replace(GOOD, **answered)  # type: ignore[arg-type]  # by name
    record = replace(RECORD, **answered)  # type: ignore[arg-type]  # by name

    assert judge(SURCHARGED, answer).state is State.UNKNOWN
    assert judge(SURCHARGED, answer).complete
    assert judge_transaction(SURCHARGED, record).state is State.NEEDS_REVIEW


def test_an_amount_that_may_be_with_the_fee_or_without_proves_nothing() -> None:
    verdict = judge(SURCHARGED, GOOD)

    assert verdict.state is State.UNKNOWN
    assert not verdict.complete
    assert judge_transaction(SURCHARGED, RECORD).state is State.NEEDS_REVIEW


def test_a_fee_that_nobody_asked_for_is_another_amount() -> None:
    assert judge(INTENT, replace(GOOD, service_fee_cents=75)).state is State.UNKNOWN
    record = replace(RECORD, service_fee_cents=75)
    assert judge_transaction(INTENT, record).state is State.NEEDS_REVIEW


def test_what_undoes_a_charge_is_compared_with_its_total() -> None:
    intent = replace(INTENT, kind=Kind.VOID, amount_cents=2575)

    undone = replace(RECORD, service_fee_cents=75)

    assert judge_transaction(intent, undone).state is State.APPROVED
    assert judge_transaction(intent, RECORD).state is State.NEEDS_REVIEW
