"""Asking and deciding through the page, against a real gateway."""

from typing import Any

import pytest
from sqlalchemy import select

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Audit, WebSession
from tests.at_once import THREADS, at_once
from tests.conftest import MovableClock
from tests.services.mishaps import (
    books_are_right,
    part_approved,
    sell_outside,
    silent_for_a_day,
    strays,
)
from tests.web.reviews.conftest import Sit
from tests.web.reviews.desk import REASON, Desk, hire
from tests.web.storefront.buying import forms, words


def landed(desk: Desk, answer: Any) -> str:
    """The page to which a press leads, with its message, as it is read."""
    assert answer.status_code == 303, words(answer.text)
    return everything(desk.page(answer.headers["Location"]))


def everything(html: str) -> str:
    """A page's words with the short messages at its end."""
    toasts = html[html.index('class="toasts"') : html.index("<template data-toast-template")]
    return f"{words(html)} | {' '.join(toasts.split())}"


def press_as_if_offered(desk: Desk, html: str, outcome: str) -> Any:
    """Decide like this although the page has no button for it: somebody kept an old one."""
    action, given = next(one for one in forms(html) if one[0].endswith("/decisions"))
    return desk.browser.post_raw(action, {**given, "reason": REASON, "outcome": outcome})


def forget_the_password(desk: Desk) -> None:
    with desk.world.shop.database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": 0}


def test_a_payment_shows_what_happened_and_what_can_be_done(desk: Desk) -> None:
    operation = part_approved(desk.world)

    shown = words(desk.page(desk.path(operation)))

    assert "Card payment of $227.50 begun" in shown
    assert f"Our reference at the card processor: {operation.gateway_ref}" in shown
    assert "$113.75: the card processor's record has another amount" in shown
    assert "We asked for $227.50. The card processor charged only $113.75." in shown
    assert shown.index("What happened") < shown.index("Another amount was charged, $113.75")
    assert shown.index("Another amount was charged, $113.75: give it back") < shown.index(
        "Not possible now: “Book it as paid”"
    )
    assert "Ana Person gets a mail when it has gone back" in shown
    assert shown.endswith("Transaction 900000")
    assert "The charge is cancelled at the card processor" in shown
    assert "•••• ending in 1111" in shown


def test_asking_settles_and_says_what_was_said(desk: Desk) -> None:
    desk.world.arm("reset_after_booking", match={"path": "sale"})
    operation = desk.world.pay()

    shown = landed(desk, desk.press(desk.path(operation), "questions"))

    assert "The card processor has a record of it" in shown
    assert "This is settled: nothing is left to do." in shown
    assert "Carol Clerk The card processor was asked It said: Transaction" in shown
    assert desk.world.operation(operation.id).state == State.APPROVED


def test_asking_twice_is_harmless(desk: Desk) -> None:
    desk.world.arm("reset_before_booking", match={"path": "sale"})
    operation = desk.world.pay()
    html = desk.page(desk.path(operation))

    landed(desk, desk.press(desk.path(operation), "questions", html))
    shown = landed(desk, desk.press(desk.path(operation), "questions", html))

    assert "The card processor has no record of it." in shown
    assert desk.world.operation(operation.id).state == State.UNKNOWN


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("lookup_down", "The card processor did not answer."),
        ("lookup_empty", "it did not find a payment either that must be there"),
    ],
)
def test_an_answer_that_proves_nothing_is_told_as_such(desk: Desk, fault: str, says: str) -> None:
    desk.world.pay()
    desk.world.take_another_cart()
    desk.world.arm("reset_after_booking", match={"path": "sale"})
    operation = desk.world.pay()
    desk.world.arm(fault, times=9)

    shown = landed(desk, desk.press(desk.path(operation), "questions"))

    assert says in shown
    assert desk.world.operation(operation.id).state == State.UNKNOWN


def test_giving_back_what_was_taken_frees_the_order(desk: Desk) -> None:
    operation = part_approved(desk.world)

    shown = landed(desk, desk.press(desk.path(operation), "decisions", outcome="give_back"))

    assert "The money goes back to the card." in shown
    assert "This is settled" in shown
    assert "We asked for $227.50. The card processor charged only $113.75. That was given" in shown
    assert f"Carol Clerk Decided: “Give $113.75 back” “{REASON}”" in shown
    assert "Void of $113.75 begun" in shown
    assert "Carol Clerk gave $113.75 back (void 900001)" in shown
    assert shown.count(REASON) == 1
    assert "Settled: given back" in shown
    assert "Asked again" not in shown
    assert "Will be asked again" not in shown
    assert strays(desk.world)[0].resolution == Resolution.RETURNED
    assert desk.world.order().held_by_payment_id is None
    assert books_are_right(desk.world)


def test_booking_as_paid_what_the_gateway_has(desk: Desk, clock: MovableClock) -> None:
    operation = silent_for_a_day(desk.world, clock, booked=True)
    desk.come_back()

    shown = landed(desk, desk.press(desk.path(operation), "decisions", outcome="charged"))

    assert "It is booked as done." in shown
    assert f"Carol Clerk Decided: “Book it as paid” “{REASON}”" in shown
    assert desk.world.order().state == "pending_approval"
    assert books_are_right(desk.world)


def test_closing_what_never_happened(desk: Desk, clock: MovableClock) -> None:
    operation = silent_for_a_day(desk.world, clock, booked=False)
    desk.come_back()

    shown = landed(desk, desk.press(desk.path(operation), "decisions", outcome="not_charged"))

    assert "It is closed: nothing happened." in shown
    assert desk.world.order().held_by_payment_id is None


def test_a_transaction_may_be_named(desk: Desk, clock: MovableClock) -> None:
    operation = silent_for_a_day(desk.world, clock, booked=False)
    transaction = sell_outside(desk.world, operation.amount_cents)
    desk.come_back()
    fields = {"outcome": "charged", "transaction_id": f" {transaction} "}

    shown = landed(desk, desk.press(desk.path(operation), "decisions", **fields))

    assert "It is booked as done." in shown
    assert books_are_right(desk.world)


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("charged", "The card processor shows no transaction with this amount"),
        ("not_charged", "The card processor shows money for this payment"),
    ],
)
def test_a_refused_decision_says_why_and_keeps_what_was_typed(
    desk: Desk, outcome: str, says: str
) -> None:
    operation = part_approved(desk.world)
    before = desk.page(desk.path(operation))

    answer = press_as_if_offered(desk, before, outcome)

    assert answer.status_code == 409
    assert says in words(answer.text)
    assert f"{REASON}</textarea>" in answer.text
    assert "A decision was refused: “" in words(answer.text)
    assert desk.world.operation(operation.id).state == State.NEEDS_REVIEW


def test_what_is_likely_comes_first_also_after_a_question_that_nobody_answered(
    desk: Desk,
) -> None:
    operation = part_approved(desk.world)
    desk.world.arm("lookup_down", times=9)
    desk.press(desk.path(operation), "questions")

    page = desk.page(desk.path(operation))

    outcomes = [given["outcome"] for action, given in forms(page) if action.endswith("decisions")]
    assert outcomes == ["give_back"]
    assert words(page).count("The card processor shows a transaction of $113.75, not of") == 2


def test_a_charge_that_our_reference_does_not_find_may_still_be_named(
    desk: Desk, clock: MovableClock
) -> None:
    operation = silent_for_a_day(desk.world, clock, booked=False)
    desk.come_back()
    desk.press(desk.path(operation), "questions")

    page = desk.page(desk.path(operation))

    outcomes = [given["outcome"] for action, given in forms(page) if action.endswith("decisions")]
    assert outcomes == ["not_charged", "charged"]
    assert page.count("panel--fold") == 1


def test_silence_of_the_gateway_is_no_proof(desk: Desk, clock: MovableClock) -> None:
    operation = silent_for_a_day(desk.world, clock, booked=True)
    desk.come_back()
    desk.world.arm("lookup_down", times=9)

    answer = desk.press(desk.path(operation), "decisions", outcome="not_charged")

    assert answer.status_code == 409
    assert "Without its word this would be a guess" in words(answer.text)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_without_a_reason_is_not_taken(desk: Desk, reason: str) -> None:
    operation = part_approved(desk.world)

    answer = desk.press(desk.path(operation), "decisions", outcome="give_back", reason=reason)

    assert answer.status_code == 422
    assert words(answer.text).count("Say why you decide like this.") == 2  # above, and beside it
    assert 'href="#reason-give_back"' in answer.text
    assert desk.world.operation(operation.id).state == State.NEEDS_REVIEW


def test_the_same_page_sent_twice_decides_once(desk: Desk) -> None:
    operation = part_approved(desk.world)
    html = desk.page(desk.path(operation))

    landed(desk, desk.press(desk.path(operation), "decisions", html, outcome="give_back"))
    shown = landed(desk, desk.press(desk.path(operation), "decisions", html, outcome="give_back"))

    assert "This was decided before" in shown
    assert len(strays(desk.world)) == 1
    assert books_are_right(desk.world)


def test_two_clerks_at_once_decide_once(desk: Desk, sit: Sit) -> None:
    operation = part_approved(desk.world)
    email = hire(desk.world.shop, desk.world, "cashier", name="Casey")
    desks = [desk, Desk(browser=sit(email), world=desk.world)]
    pages = [(one, one.page(desk.path(operation))) for one in desks]

    def press(number: int) -> str:
        one, html = pages[number % 2]
        answer = one.press(desk.path(operation), "decisions", html, outcome="give_back")
        return f"{answer.status_code}"

    answers = at_once([lambda number=number: press(number) for number in range(THREADS // 2)])

    assert set(answers) == {"303"}, answers
    assert len(strays(desk.world)) == 1
    assert strays(desk.world)[0].resolution == Resolution.RETURNED
    assert books_are_right(desk.world)
    with desk.world.shop.database.read() as session:
        decided = select(Audit).where(Audit.action == "operation_failed")
        assert len(session.scalars(decided).all()) == 1


def test_deciding_asks_for_the_password_again(desk: Desk) -> None:
    operation = part_approved(desk.world)
    html = desk.page(desk.path(operation))
    forget_the_password(desk)

    refused = desk.press(desk.path(operation), "decisions", html, outcome="give_back")
    page = desk.page(desk.path(operation))

    assert refused.headers["Location"] == "/verify"
    assert "Enter the password" in words(page)
    assert f'/verify?next=/reviews/{operation.public_id}"' in page
    assert [action for action, _ in forms(page)] == [f"{desk.path(operation)}/questions"]
    assert desk.world.operation(operation.id).state == State.NEEDS_REVIEW


def test_a_press_from_elsewhere_is_refused(desk: Desk) -> None:
    operation = part_approved(desk.world)
    html = desk.page(desk.path(operation))

    answer = desk.press(
        desk.path(operation), "decisions", html, outcome="give_back", csrf_token="made up"
    )

    assert answer.status_code == 400
    assert desk.world.operation(operation.id).state == State.NEEDS_REVIEW


def test_a_crew_that_is_busy_refuses_politely(desk: Desk) -> None:
    operation = part_approved(desk.world)
    html = desk.page(desk.path(operation))
    slots = [desk.world.shop.bulkhead.reserve() for _ in range(16)]

    answer = desk.press(desk.path(operation), "decisions", html, outcome="give_back")

    for slot in slots:
        slot.give_back()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Many payments are under way right now" in words(answer.text)
    assert desk.world.operation(operation.id).state == State.NEEDS_REVIEW


def test_while_a_call_is_under_way_the_page_waits_for_it(desk: Desk) -> None:
    started = desk.world.start()
    assert started.operation_id is not None
    operation = desk.world.operation(started.operation_id)
    path = desk.path(operation)

    waiting = desk.page(path)
    waits = desk.browser.get(f"{path}/progress")
    desk.world.send(started)
    over = desk.browser.get(f"{path}/progress")

    assert f'hx-get="{path}/progress"' in waiting
    assert forms(waiting) == []
    assert waits.status_code == 204
    assert (over.status_code, over.headers["HX-Refresh"]) == (200, "true")
    assert "hx-get" not in desk.page(path)
