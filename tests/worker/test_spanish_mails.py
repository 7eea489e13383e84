"""Mails to a reader of Spanish: no template and no label in English."""

import pytest
from sqlalchemy import update

from komet_shop.clock import Clock
from komet_shop.mailer import Mailer
from komet_shop.models import User
from komet_shop.services.invariants import SAYS
from komet_shop.services.letters import (
    Alert,
    BrokenRule,
    Content,
    End,
    Letter,
    PaymentEnd,
    Reset,
    SecurityChange,
    Sender,
)
from komet_shop.services.security_mails import CHANGES
from tests.factories import NOW
from tests.web.spanish import english_left
from tests.worker.house import House

READER = "ana@bloom.example"
ALERT = Alert(subject_kind="payment", message_id=7, attempts=5, error="Invalid customer")
BROKEN = [
    BrokenRule(invariant=name, says=says, count=2, examples=("pay_1", "pay_2"))
    for name, says in SAYS.items()
]
CHANGED = [SecurityChange(change=change, at=NOW) for change in sorted(CHANGES)]
ENDS = [
    PaymentEnd(
        end=end,
        is_hold=is_hold,
        is_declined=is_declined,
        is_paid_otherwise=not is_declined,
        path="/payments/pay_1",
        receipt_number="R100001",
        order_number="W100001" if is_hold else "",
        began_at=NOW,
        brand="Visa",
        last_four="1111",
        currency="USD",
        amount_cents=10_710,
    )
    for end in End
    for is_hold in (False, True)
    for is_declined in (False, True)
]
RESET = Reset(link="http://localhost:5000/reset/abc")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("template", "content"),
    [
        ("alert", ALERT),
        ("reset", RESET),
        *(("alert", one) for one in BROKEN),
        *(("security", one) for one in CHANGED),
        *(("payment_end", one) for one in ENDS),
    ],
)
def test_a_mail_has_no_english_left(
    house: House, clock: Clock, template: str, content: Content
) -> None:
    letter = Letter(
        key=f"mail:{template}:1",
        template=template,
        to=READER,
        locale="es",
        sender=Sender(company="Rosa Alta Flowers"),
        content=content,
    )

    Mailer(house.shop.config, clock).send(letter)

    [mail] = house.mails(READER)
    assert 'lang="es"' in mail.html
    assert english_left(mail.html) == []


def test_receipts_and_orders_have_no_english_left(house: House) -> None:
    with house.shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    house.paid()

    house.send_mail()

    mails = house.mails(READER)
    assert len(mails) == 2
    assert [english_left(mail.html) for mail in mails] == [[], []]
    assert [" de 20" in mail.text for mail in mails] == [True, True]
