"""Messages that were refused until they were dead: sent again, or entered by hand."""

import pytest
from sqlalchemy import select

from komet_shop.models import Audit, KometLink, Outbox
from tests.web.reviews.conftest import Sit
from tests.web.reviews.desk import Desk, hire, kill_message
from tests.web.reviews.test_decisions import forget_the_password, landed
from tests.web.storefront.buying import forms, words

BY_HAND = {"control_number": " P-88120 ", "reason": "Komet wanted another customer"}


@pytest.fixture
def row(desk: Desk) -> int:
    """A paid order whose message Komet has refused; the payment waits behind it."""
    desk.world.pay()
    return kill_message(desk.world, "komet_order", "Invalid customer")


def state(desk: Desk, row: int) -> str:
    with desk.world.shop.database.read() as session:
        return session.get_one(Outbox, row).state


def last_audit(desk: Desk) -> Audit:
    with desk.world.shop.database.read() as session:
        return session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()


def test_a_dead_message_says_what_it_is_why_and_who_waits(desk: Desk, row: int) -> None:
    shown = words(desk.page(f"/reviews/messages/{row}"))

    assert "Order to Komet: W100001 Bloom & Vine Florist" in shown
    assert "Invalid customer" in shown
    assert "Wait behind it 1" in shown


def test_it_can_be_sent_again(desk: Desk, row: int) -> None:
    path = f"/reviews/messages/{row}"

    shown = landed(desk, desk.press(path, "deliveries", put_right="named the customer"))

    assert "It is sent again." in shown
    assert state(desk, row) == "ready"
    entry = last_audit(desk)
    assert (entry.action, entry.reason) == ("delivery_sent_again", "named the customer")


def test_it_can_be_entered_by_hand(desk: Desk, row: int) -> None:
    path = f"/reviews/messages/{row}"

    shown = landed(desk, desk.press(path, "entries", **BY_HAND))

    assert "What waited behind it goes on." in shown
    assert state(desk, row) == "done"
    assert desk.world.only(KometLink).control_number == "P-88120"
    assert last_audit(desk).reason == BY_HAND["reason"]


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("control_number", "Enter the number that Komet shows."),
        ("reason", "Say why it was entered by hand."),
    ],
)
def test_what_is_entered_by_hand_needs_number_and_reason(
    desk: Desk, row: int, missing: str, says: str
) -> None:
    answer = desk.press(f"/reviews/messages/{row}", "entries", **{**BY_HAND, missing: " "})

    assert answer.status_code == 422
    assert says in words(answer.text)
    assert state(desk, row) == "dead"


@pytest.mark.parametrize("what", ["deliveries", "entries"])
def test_a_second_press_does_nothing(desk: Desk, row: int, what: str) -> None:
    path = f"/reviews/messages/{row}"
    html = desk.page(path)
    desk.press(path, what, html, **BY_HAND)

    shown = landed(desk, desk.press(path, what, html, **BY_HAND))

    assert "Nothing was done twice." in shown


def test_entering_by_hand_asks_for_the_password_again(desk: Desk, row: int) -> None:
    path = f"/reviews/messages/{row}"
    html = desk.page(path)
    forget_the_password(desk)

    refused = desk.press(path, "entries", html, **BY_HAND)

    assert refused.headers["Location"] == "/verify"
    assert state(desk, row) == "dead"
    offered = [action for action, given in forms(desk.page(path)) if "csrf_token" in given]
    assert offered == [f"{path}/deliveries"]


def test_a_mail_is_not_entered_into_komet(desk: Desk) -> None:
    desk.world.pay()
    with desk.world.shop.database.read() as session:
        mails = session.scalars(select(Outbox).where(Outbox.kind == "mail")).all()
        receipt = next(one.id for one in mails if one.payload["template"] == "receipt")
    with desk.world.shop.database.write() as session:
        session.get_one(Outbox, receipt).state = "dead"

    page = desk.page(f"/reviews/messages/{receipt}")

    assert "Receipt by mail: R100001" in words(page)
    assert [action for action, _ in forms(page)] == [f"/reviews/messages/{receipt}/deliveries"]


def test_a_clerk_of_another_location_does_not_find_it(desk: Desk, row: int, sit: Sit) -> None:
    stranger = sit(hire(desk.world.shop, desk.world, "cashier", elsewhere=True))
    fields = {"csrf_token": stranger.token("/account"), **BY_HAND}

    found = [
        stranger.get(f"/reviews/messages/{row}").status_code,
        stranger.post_raw(f"/reviews/messages/{row}/deliveries", fields).status_code,
        stranger.post_raw(f"/reviews/messages/{row}/entries", fields).status_code,
    ]

    assert found == [404, 404, 404]
    assert state(desk, row) == "dead"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may_not_see_reviews_does_not_see_messages(desk: Desk, row: int, sit: Sit) -> None:
    sales = sit(hire(desk.world.shop, desk.world, "sales"))

    assert sales.get(f"/reviews/messages/{row}").status_code == 403
