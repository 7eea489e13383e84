"""Bad days: what was booked, and what the caller sees of it."""

import pytest
import requests

from tests.sandboxes.caller import PAYMENT

BOOKED = {"reset_after", "silence_after", "error_500_after", "unparsable", "slow"}
BROKEN = {"refuse", "reset_before", "reset_after"}
SILENT = {"silence_before", "silence_after"}
KINDS = [
    "refuse", "down", "reset_before", "reset_after", "silence_before", "silence_after",
    "error_500_before", "error_500_after", "unparsable", "status_zero", "slow", "limit_reached",
    "html_200",
]  # fmt: skip


def attempt(komet):
    """What a caller makes of one payment: a word for how it ended."""
    try:
        answer = komet.send("payment.receive", timeout=0.3, **PAYMENT)
    except requests.Timeout:
        return "silence"
    except requests.ConnectionError:
        return "broken"
    try:
        return f"{answer.status_code} {answer.json()['status']}"
    except requests.JSONDecodeError:
        return f"{answer.status_code} unreadable"


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_books_exactly_what_it_says(komet, kind):
    komet.fail(kind, seconds=0.01 if kind == "slow" else 0.6)

    attempt(komet)

    assert len(komet.ledger()["payments"]) == (1 if kind in BOOKED else 0)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [(kind, "broken") for kind in sorted(BROKEN)]
    + [(kind, "silence") for kind in sorted(SILENT)]
    + [
        ("down", "503 unreadable"),
        ("error_500_before", "500 unreadable"),
        ("error_500_after", "500 unreadable"),
        ("unparsable", "200 unreadable"),
        ("html_200", "200 unreadable"),
        ("status_zero", "200 0"),
        ("limit_reached", "200 0"),
    ],
)
def test_a_fault_looks_to_the_caller_as_it_says(komet, kind, seen):
    komet.fail(kind, seconds=0.6)

    assert attempt(komet) == seen


def test_a_fault_happens_as_often_as_asked_and_then_no_more(komet):
    komet.fail("error_500_before", times=2)

    assert [attempt(komet) for _ in range(3)] == ["500 unreadable", "500 unreadable", "200 1"]


def test_a_fault_without_a_count_stays_until_it_is_cleared(komet):
    komet.fail("down", times=None)
    during = [attempt(komet) for _ in range(3)]

    komet.control("faults", "DELETE")

    assert during == ["503 unreadable"] * 3
    assert attempt(komet) == "200 1"


def test_a_fault_for_payments_leaves_other_calls_alone(komet):
    komet.fail("down")

    assert komet.get("location.list")["status"] == "1"


def test_a_fault_can_wait_for_one_reference(komet):
    match = {"method": "payment.receive", "referenceNumber": "PAY-2"}
    komet.control("faults", "POST", fault="status_zero", match=match, message="Period closed")

    assert komet.pay()["status"] == "1"
    assert komet.pay(referenceNumber="PAY-2")["message"] == "Period closed"


def test_an_unknown_fault_is_refused(komet):
    answer = requests.post(
        f"{komet.base_url}/_control/faults", json={"fault": "earthquake"}, timeout=5
    )

    assert answer.status_code == 400
    assert "fault is one of" in answer.json()["error"]
