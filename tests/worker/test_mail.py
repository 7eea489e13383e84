"""What mails say, whom they reach, and what happens when the mail server does not want them."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from komet_shop.clock import Clock
from komet_shop.mailer import Mailer
from komet_shop.models import Customer, InventoryLine, Outbox, User
from komet_shop.services import deliveries, outbox
from komet_shop.services.letters import Letter, MailRefused, MailUnavailable, Reset, Sender
from tests.conftest import MovableClock
from tests.worker.house import House

BUYER = "ana@bloom.example"
SOON = 400


def change_customer(house: House, **values: object) -> None:
    with house.shop.database.write() as session:
        session.execute(update(Customer).values(**values))


def a_letter(**changes: object) -> Letter:
    letter = Letter(
        key="mail:reset:1",
        template="reset",
        to="ana@bloom.example",
        locale="en",
        sender=Sender(company="Rosa Alta Flowers"),
        content=Reset(link="http://localhost:5000/reset/abc"),
    )
    return replace(letter, **changes)  # type: ignore[arg-type]


def test_a_receipt_says_what_was_paid_for_what(house: House) -> None:
    payment = house.paid()
    house.tell_komet()

    house.send_mail()

    receipt = next(one for one in house.mails(BUYER) if "Receipt" in one.subject)
    wanted = (
        "Rosa Alta Flowers",
        f"Receipt: {payment.receipt_number}",
        f"Control number: {house.links()['payment']}",
        "Location: Miami",
        "Customer: Bloom & Vine Florist",
        "Payment method: Credit card",
        "Card: Visa ending in 1111",
        "Authorization code: TAS123",
        "Transaction: 55510001",
        "Roses Freedom 50 cm",
        "2 boxes, ",
        "Total charged: $",
    )
    assert [text for text in wanted if text not in receipt.text] == []
    assert "EST" in receipt.text
    assert "ending in 1111" in receipt.html
    assert "Bloom &amp; Vine" in receipt.html


def test_the_fee_is_a_line_of_its_own(house: House) -> None:
    payment = house.paid()
    with house.shop.database.write() as session:
        session.merge(payment).fee_cents = 350

    house.send_mail()

    receipt = next(one for one in house.mails(BUYER) if "Receipt" in one.subject)
    assert "Card fee: $3.50" in receipt.text


@pytest.mark.parametrize(
    ("fee_cents", "says"), [(350, "Card surcharge, 3.00 %: $3.50"), (0, "No card surcharge was")]
)
def test_a_surcharge_is_named_or_said_to_be_left_out(
    house: House, fee_cents: int, says: str
) -> None:
    payment = house.paid()
    with house.shop.database.write() as session:
        row = session.merge(payment)
        row.surcharge_bp, row.fee_cents = 300, fee_cents

    house.send_mail()

    receipt = next(one for one in house.mails(BUYER) if "Receipt" in one.subject)
    assert says in receipt.text
    assert says.partition(":")[0] in receipt.html


def test_the_receipt_goes_to_the_buyer_and_each_invoice_address_once(house: House) -> None:
    change_customer(
        house, invoice_emails=f"books@bloom.example; {BUYER.upper()} ;owner@bloom.example; no mail"
    )
    house.paid()

    house.send_mail()

    receipts = [one for one in house.mails() if "Receipt" in one.subject]
    assert [one.recipients for one in receipts] == [
        (BUYER,),
        ("books@bloom.example",),
        ("owner@bloom.example",),
    ]


def test_a_reader_of_spanish_gets_spanish(house: House) -> None:
    with house.shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    house.paid()

    house.send_mail()

    checkout, receipt = house.mails(BUYER)
    assert "Recibo R1" in receipt.subject
    assert "Total cobrado: $" in receipt.text
    assert "2 cajas" in receipt.text
    assert "Tenemos su pedido" in checkout.text
    assert 'lang="es"' in receipt.html


def test_every_text_of_the_mails_is_translated(house: House) -> None:
    with house.shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    house.paid()
    with house.shop.database.write() as session:
        payload = {"user_id": house.scope.actor.user_id, "link": "http://localhost:5000/reset/a"}
        now = house.shop.clock.now()
        outbox.put_mail(session, template="reset", key="1", payload=payload, now=now)

    house.send_mail()

    english = ("You get this mail", "We never ask", "Questions?", "Thank you", "Choose a", "Total:")
    texts = " ".join(one.text for one in house.mails(BUYER))
    assert len(house.mails(BUYER)) == 3
    assert [text for text in english if text in texts.replace("Total: $", "")] == []


def test_a_link_of_a_delivered_mail_cannot_be_read_from_the_database(house: House) -> None:
    payload = {"user_id": house.scope.actor.user_id, "link": "http://localhost:5000/reset/a-secret"}
    with house.shop.database.write() as session:
        now = house.shop.clock.now()
        outbox.put_mail(session, template="reset", key="1", payload=payload, now=now)

    house.send_mail()

    with house.shop.database.read() as session:
        kept = session.scalars(select(Outbox.payload)).all()
    assert "a-secret" in house.mails(BUYER)[0].text
    assert "a-secret" not in str(kept)


def test_no_mail_loads_anything_or_shows_a_card_number(house: House) -> None:
    house.paid()

    house.send_mail()

    for one in house.mails():
        assert "<img" not in one.html
        assert "src=" not in one.html
        assert "url(" not in one.html
        assert "1111" not in one.text.replace("ending in 1111", "")


def test_what_buyers_wrote_cannot_become_html(house: House) -> None:
    change_customer(house, name="<b>Bloom</b>")
    house.paid()

    house.send_mail()

    assert all("<b>Bloom" not in one.html for one in house.mails())


def test_each_copy_is_sent_once_although_one_address_is_refused(
    house: House, clock: MovableClock
) -> None:
    house.paid()
    house.mail.mailbox.add_fault("permfail", 1)

    house.send_mail()
    clock.advance(seconds=SOON)
    house.send_mail()

    assert len(house.mails()) == 3
    assert len({dict(one.headers)["Message-ID"] for one in house.mails()}) == 3
    assert house.waiting("mail") == []


@pytest.mark.parametrize("fault", ["refuse", "tempfail"])
def test_a_mail_server_that_is_down_is_waited_for(
    house: House, clock: MovableClock, fault: str
) -> None:
    house.paid()
    house.mail.mailbox.add_fault(fault, None)

    for _ in range(8):
        house.send_mail()
        clock.advance(seconds=SOON)
    house.mail.mailbox.clear_faults()
    house.send_mail()

    assert len(house.mails()) == 3
    assert house.waiting("mail") == []


def test_a_mail_that_is_refused_five_times_is_dead_and_makes_an_alert(
    house: House, clock: MovableClock
) -> None:
    house.ordered()
    house.mail.mailbox.add_fault("permfail", 5)

    for _ in range(6):
        house.send_mail()
        clock.advance(seconds=SOON)

    [alert] = house.mails()
    assert alert.recipients == ("admin@rosa-alta.example",)
    assert "554" in alert.text
    assert house.waiting("mail") == [("mail", "dead")]


def test_trouble_with_an_alert_makes_no_further_alerts(house: House, clock: MovableClock) -> None:
    house.ordered()
    house.mail.mailbox.add_fault("permfail", None)

    for _ in range(14):
        house.send_mail()
        clock.advance(seconds=SOON)

    assert house.waiting("mail") == [("mail", "dead"), ("mail", "dead")]


def test_mail_does_not_wait_for_komet(house: House) -> None:
    house.paid()
    house.arm("down", times=None)
    erp, mailer = house.erp, Mailer(house.shop.config, house.shop.clock)

    for _ in range(2):
        deliveries.deliver_due(house.shop, erp, mailer, owner="test")

    assert len(house.mails(BUYER)) == 2
    assert house.waiting()[0] == ("komet_order", "ready")


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "ana@bloom.example\nBcc: all@bloom.example"},
        {"sender": Sender(company="Rosa\r\nBcc: all@bloom.example")},
    ],
)
def test_line_breaks_in_headers_are_refused(house: House, changes: dict[str, object]) -> None:
    mailer = Mailer(house.shop.config, house.shop.clock)

    with pytest.raises(MailRefused):
        mailer.send(a_letter(**changes))

    assert house.mails() == []


def test_a_letter_that_is_sent_again_is_the_same_message(house: House) -> None:
    mailer = Mailer(house.shop.config, house.shop.clock)

    mailer.send(a_letter())
    mailer.send(a_letter())

    first, second = house.mails()
    assert dict(first.headers)["Message-ID"] == dict(second.headers)["Message-ID"]
    assert dict(first.headers)["Reply-To"] == "Rosa Alta Flowers <shop@rosa-alta.example>"


def test_without_a_mail_server_mail_waits(house: House) -> None:
    config = replace(house.shop.config, mail_url="")

    with pytest.raises(MailUnavailable, match="MAIL_URL"):
        Mailer(config, Clock()).send(a_letter())


def test_bunches_are_called_bunches(house: House) -> None:
    with house.shop.database.write() as session:
        session.execute(update(InventoryLine).values(unit_type="Bunch"))
    house.ordered()

    house.send_mail()

    assert "bunches at $" in house.mails(BUYER)[0].text
