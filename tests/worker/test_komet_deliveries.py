"""Orders and payments reach Komet once, in order, whatever happens on the way."""

import pytest
from sqlalchemy import select, update

from komet_shop.models import Audit, InventoryLine, KometLink, Order, Outbox
from komet_shop.services import deliveries, komet_facts, outbox
from komet_shop.services.komet_outbox import KometRound
from tests.conftest import MovableClock
from tests.worker.house import BOXES, House

UNCLEAR = [
    ("invoice.create", "reset_after"),
    ("invoice.checkout", "reset_after"),
    ("payment.receive", "reset_after"),
    ("payment.receive", "silence_after"),
    ("payment.receive", "unparsable"),
    ("invoice.create", "error_500_after"),
]
UNBOOKED = [
    ("invoice.create", "reset_before"),
    ("payment.receive", "reset_before"),
    ("payment.receive", "error_500_before"),
    ("payment.receive", "html_200"),
]
SOON = 400


def test_a_paid_order_arrives_with_its_payment(house: House) -> None:
    payment = house.paid()
    available, _ = house.stock()

    counts = house.tell_komet()

    [invoice], [booked] = house.booked("invoices"), house.booked("payments")
    assert counts.done == 2
    assert invoice["status_name"] == "Pending Approval"
    assert invoice["total_cents"] == booked["total_cents"] == payment.amount_cents
    assert invoice["balance_cents"] == 0
    assert booked["method"] == "Credit Card"
    assert f"{payment.receipt_number}, transaction 55510001, Visa ending 1111" == booked["notes"]
    assert house.links() == {
        "order": str(invoice["number"]),
        "payment": str(booked["control_number"]),
    }
    assert house.stock() == (available - BOXES, 0)


def test_the_fee_stays_out_of_komet(house: House) -> None:
    payment = house.paid()
    with house.shop.database.write() as session:
        charged = session.merge(payment)
        charged.fee_cents = 350
        charged.authorised_cents += 350
        charged.capture_reserved_cents += 350
        charged.captured_cents += 350

    house.tell_komet()

    assert house.booked("payments")[0]["total_cents"] == payment.amount_cents


def test_the_references_are_ours(house: House) -> None:
    house.paid()

    house.tell_komet()

    with house.shop.database.read() as session:
        order = session.scalars(select(Order)).one()
    [invoice], [booked] = house.booked("invoices"), house.booked("payments")
    assert invoice["reference"] == order.public_id
    assert booked["reference"].startswith("KS")
    assert order.number in invoice["notes"]


def test_telling_again_does_nothing(house: House) -> None:
    house.paid()
    house.tell_komet()

    assert house.tell_komet().done == 0
    assert len(house.booked("invoices")) == 1


@pytest.mark.parametrize(("method", "fault"), UNCLEAR)
def test_what_was_booked_without_an_answer_is_found_and_not_booked_again(
    house: House, clock: MovableClock, method: str, fault: str
) -> None:
    house.paid()
    if fault == "silence_after":
        house.hurry()
    house.arm(fault, match={"method": method}, seconds=1.2)

    first = house.tell_komet()
    clock.advance(seconds=SOON)
    house.tell_komet()

    assert first.waiting == 1
    assert len(house.booked("invoices")) == len(house.booked("payments")) == 1
    assert house.waiting() == []


@pytest.mark.parametrize(("method", "fault"), UNBOOKED)
def test_what_was_not_booked_is_booked_later(
    house: House, clock: MovableClock, method: str, fault: str
) -> None:
    house.paid()
    house.arm(fault, match={"method": method}, seconds=1.2)

    house.tell_komet()
    clock.advance(seconds=SOON)
    house.tell_komet()

    assert len(house.booked("invoices")) == len(house.booked("payments")) == 1
    assert house.waiting() == []


def test_not_there_is_not_believed_right_after_an_unclear_answer(
    house: House, clock: MovableClock
) -> None:
    house.ordered()
    house.arm("reset_before", match={"method": "invoice.create"})
    house.tell_komet()

    clock.advance(seconds=2)
    house.tell_komet()
    too_early = house.calls("invoice.create")
    clock.advance(seconds=SOON)
    house.tell_komet()

    assert too_early == 1
    assert len(house.booked("invoices")) == 1


def test_a_worker_that_was_killed_after_posting_is_followed_by_one_that_looks(
    house: House, clock: MovableClock
) -> None:
    payment = house.paid()
    house.tell_komet()
    with house.shop.database.write() as session:  # as if the last transaction had been lost
        session.delete(session.scalars(select(KometLink).where(KometLink.kind == "payment")).one())
        session.execute(
            update(Outbox)
            .where(Outbox.kind == "komet_payment")
            .values(state="ready", done_at=None, sent_at=None)
        )

    clock.advance(seconds=SOON)
    house.tell_komet()

    [booked] = house.booked("payments")
    assert booked["total_cents"] == payment.amount_cents
    assert house.links()["payment"] == str(booked["control_number"])


def test_a_worker_that_lost_its_lease_does_not_post(house: House, clock: MovableClock) -> None:
    house.ordered()
    now = clock.now()
    with house.shop.database.write() as session:
        [slow] = outbox.claim(session, owner="slow", now=now, kinds=deliveries.KOMET)
    clock.advance(seconds=61)
    house.tell_komet()

    with house.shop.database.write() as session:
        may_send = outbox.about_to_send(session, slow, clock.now())

    assert not may_send
    assert len(house.booked("invoices")) == 1


def test_the_payment_waits_for_its_order(house: House) -> None:
    house.paid()
    house.arm("down", times=None, match={"method": "invoice.create"})

    house.tell_komet()

    assert house.waiting() == [("komet_order", "ready"), ("komet_payment", "ready")]
    assert house.calls("payment.receive") == 0


def test_a_day_without_komet_loses_nothing_and_keeps_the_order(
    house: House, clock: MovableClock
) -> None:
    for _ in range(3):
        house.paid()
    house.arm("refuse", times=None)

    for _ in range(8):
        clock.advance(seconds=3 * 3600)
        house.tell_komet()
    house.heal()
    clock.advance(seconds=SOON)
    house.tell_komet()

    invoices, payments = house.booked("invoices"), house.booked("payments")
    assert house.waiting() == []
    assert [row["number"] for row in invoices] == sorted(row["number"] for row in invoices)
    assert [row["applications"][0]["invoice_number"] for row in payments] == [
        row["number"] for row in invoices
    ]


def test_a_list_that_is_older_than_the_post_proves_nothing(
    house: House, clock: MovableClock
) -> None:
    payment = house.paid()
    house.arm("down", match={"method": "payment.receive"})
    house.tell_komet()  # the order is there now, the payment is not
    this_round = KometRound.begin(house.shop, house.erp)
    this_round.payments.find("whatever")
    clock.advance(seconds=SOON)
    with house.shop.database.write() as session:
        [message] = outbox.claim(session, owner="b", now=clock.now(), kinds=deliveries.KOMET)
        lost = komet_facts.payment_to_post(session, payment.id)
    house.erp.post_payment(lost)  # and its answer did not come back

    this_round.deliver_payment(message)

    assert message.sent_at is not None
    assert len(house.booked("payments")) == 1


def of_many_customers(house: House, count: int) -> None:
    """Orders of which none waits for another."""
    for number in range(count):
        order = house.ordered()
        with house.shop.database.write() as session:
            session.execute(
                update(Outbox)
                .where(Outbox.dedupe_key == f"komet_order:{order.id}")
                .values(aggregate=f"customer:{1000 + number}")
            )


def test_a_round_ends_with_the_first_message_that_nobody_answers(house: House) -> None:
    of_many_customers(house, 3)
    house.arm("down", times=None)

    assert house.tell_komet().waiting == 1
    with house.shop.database.read() as session:
        kept = session.scalars(select(Outbox).where(Outbox.lease_until.is_not(None))).all()
        tried = session.scalars(select(Outbox.attempts).order_by(Outbox.id)).all()
    assert kept == []
    assert [attempts for attempts in tried if attempts] == [1]


def test_a_komet_that_does_not_answer_is_left_alone_for_a_while(
    house: House, clock: MovableClock
) -> None:
    of_many_customers(house, 3)
    house.arm("down", times=None)
    for _ in range(6):
        clock.advance(seconds=60)
        house.tell_komet()
    before = house.calls("invoice.list")

    house.tell_komet()
    at_once = house.calls("invoice.list")
    clock.advance(seconds=60)
    house.tell_komet()
    house.tell_komet()

    assert (before, at_once, house.calls("invoice.list")) == (6, 6, 7)


def test_after_a_long_silence_nothing_waits_any_longer(house: House, clock: MovableClock) -> None:
    of_many_customers(house, 3)
    house.arm("down", times=None)
    for _ in range(9):
        clock.advance(seconds=121)
        house.tell_komet()
    house.heal()

    clock.advance(seconds=121)
    house.tell_komet()

    assert house.waiting() == []
    assert len(house.booked("invoices")) == 3


def test_a_message_that_waits_to_be_found_does_not_stop_the_others(
    house: House, clock: MovableClock
) -> None:
    of_many_customers(house, 2)
    house.arm("reset_before", match={"method": "invoice.create"})
    house.tell_komet()

    clock.advance(seconds=5)
    counts = house.tell_komet()

    assert (counts.waiting, counts.done) == (1, 1)


def test_one_list_of_payments_serves_a_whole_round(house: House) -> None:
    for _ in range(4):
        house.paid()

    house.tell_komet()

    assert len(house.booked("payments")) == 4
    assert house.calls("payment.list") == 1


def test_komets_daily_limit_is_waited_for(house: House, clock: MovableClock) -> None:
    house.paid()
    house.arm("limit_reached", times=None)

    counts = house.tell_komet()
    house.heal()
    clock.advance(seconds=SOON)
    house.tell_komet()

    assert (counts.waiting, counts.refused) == (1, 0)
    assert house.waiting() == []


def test_what_komet_refuses_five_times_is_dead_and_the_administrators_hear_of_it(
    house: House, clock: MovableClock
) -> None:
    house.paid()
    house.arm("status_zero", times=None, match={"method": "invoice.create"}, message="On hold.")

    rounds = [house.tell_komet()]
    for _ in range(5):
        clock.advance(seconds=SOON)
        rounds.append(house.tell_komet())
    house.send_mail()

    [alert] = house.mails("admin@rosa-alta.example")
    assert [counts.dead for counts in rounds] == [0, 0, 0, 0, 1, 0]
    assert house.waiting() == [("komet_order", "dead"), ("komet_payment", "ready")]
    assert "On hold." in alert.text
    with house.shop.database.read() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "delivery_dead")).one()
    assert entry.reason == "On hold."


def test_a_dead_message_stops_only_its_own_customer(house: House) -> None:
    house.ordered()
    with house.shop.database.write() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.kind == "komet_order")
            .values(state="dead", aggregate="customer:999999")
        )
    house.ordered()

    house.tell_komet()

    assert house.waiting() == [("komet_order", "dead")]


def test_a_poisoned_message_does_not_stop_the_others(house: House) -> None:
    message = outbox.Message(
        kind="komet_order", aggregate="customer:999999", dedupe_key="poison", payload={}
    )
    with house.shop.database.write() as session:
        outbox.put(session, message, house.shop.clock.now())
    house.ordered()

    counts = house.tell_komet()

    assert (counts.refused, counts.done) == (1, 1)
    assert len(house.booked("invoices")) == 1


def test_an_order_without_a_carrier_is_refused_with_what_is_missing(house: House) -> None:
    house.ordered(carrier_id=None)

    counts = house.tell_komet()

    with house.shop.database.read() as session:
        message = session.scalars(select(Outbox).where(Outbox.kind == "komet_order")).one()
    assert counts.refused == 1
    assert message.last_error.endswith("the order has no carrier")


def test_without_komet_the_shop_keeps_the_books_and_nothing_waits(house: House) -> None:
    house.paid()
    available, _ = house.stock()

    deliveries.deliver_to_erp(house.shop, None, owner="test")

    assert house.waiting() == []
    assert house.stock() == (available - BOXES, 0)


def test_a_stock_count_that_komet_lowered_already_does_not_fall_below_zero(house: House) -> None:
    house.ordered()
    with house.shop.database.write() as session:
        session.execute(update(InventoryLine).values(boxes_available=1))

    house.tell_komet()

    assert house.stock() == (0, 0)
