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
