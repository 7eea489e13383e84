"""Who hears of a payment that waits for a person, and what the mail says."""

import pytest
from sqlalchemy import insert, select

from komet_shop.domain.operation_states import State
from komet_shop.domain.verdict import ANOTHER_AMOUNT, Verdict
from komet_shop.models import Company, Location, Operation, Payment, Role, User, user_location
from komet_shop.plugin_api import CardDetails
from komet_shop.services import operations, results, stray_uses
from komet_shop.services.evidence import Evidence
from komet_shop.services.follow_ups import Asked
from komet_shop.services.scope import WORKER, Scope
from tests import factories
from tests.web.spanish import english_left
from tests.worker.house import House

CLERK = "carol@rosa-alta.example"
ADMIN = "admin@rosa-alta.example"


def go_wrong(house: House, *states: State, reason: str = ANOTHER_AMOUNT) -> Operation:
    """A payment that is found to be in these states, one after the other."""
    operation_id = house.start_payment(house.cart())
    now = house.shop.clock.now()
    with house.shop.database.write() as session:
        operation = session.get_one(Operation, operation_id)
        operations.mark_sending(session, operation, now=now, deadline_seconds=1)
    for state in states:
        evidence = Evidence(
            verdict=Verdict(state=state, reason=reason),
            transaction_id="4711",
            card=CardDetails(brand="Visa", last_four="1111", expiry="1230"),
        )
        with house.shop.database.write() as session:
            results.record(session, operation_id, evidence, actor=WORKER, now=now)
    with house.shop.database.read() as session:
        return session.get_one(Operation, operation_id)


def hire(house: House, email: str, role: str, *, at: int | None = None, **values: object) -> None:
    with house.shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        known = session.scalars(select(Role).where(Role.name == role)).one_or_none()
        roles = [known or factories.make_role(session, role)]
        user: User = factories.make_user(session, company, email=email, roles=roles, **values)
        place = at or house.location_id
        session.execute(insert(user_location).values(user_id=user.id, location_id=place))


def another_location(house: House) -> int:
    with house.shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        place: Location = factories.make_location(session, company)
        return place.id


def test_those_who_may_decide_at_this_location_are_told(house: House) -> None:
    hire(house, CLERK, "receivables")
    hire(house, "casey@rosa-alta.example", "cashier", at=another_location(house))
    hire(house, "sam@rosa-alta.example", "sales")
    hire(house, "gone@rosa-alta.example", "receivables", active=False)
    go_wrong(house, State.UNKNOWN, State.NEEDS_REVIEW)

    house.send_mail()

    assert {mail.recipients for mail in house.mails()} == {(CLERK,), (ADMIN,)}


def test_it_says_what_happened_what_it_means_and_where_to_look(house: House) -> None:
    hire(house, CLERK, "receivables")
    operation = go_wrong(house, State.UNKNOWN, State.NEEDS_REVIEW)

    house.send_mail()

    [mail] = house.mails(CLERK)
    wanted = (
        "A payment needs a decision",
        "Customer: Bloom & Vine Florist",
        "Amount: $",
        "Card: Visa ending in 1111",
        "Order: W100001",
        "Receipt: R100001",
        f"Why: {ANOTHER_AMOUNT.replace('the ', 'The ', 1)}",
        "The buyer was told not to pay again",
        f"http://localhost:5000/reviews/{operation.public_id}",
    )
    assert [text for text in wanted if text not in mail.text] == []
    assert mail.subject == "A payment needs a decision: R100001 · Rosa Alta Flowers"
    assert f'href="http://localhost:5000/reviews/{operation.public_id}"' in mail.html


def test_stray_money_is_told_as_such(house: House) -> None:
    go_wrong(house, State.FAILED, State.APPROVED)

    house.send_mail()

    [mail] = house.mails(ADMIN)
    assert "The card processor moved money for a payment that the shop had given up." in mail.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "states", [(State.UNKNOWN, State.NEEDS_REVIEW), (State.FAILED, State.APPROVED)]
)
def test_a_reader_of_spanish_gets_it_in_spanish(house: House, states: tuple[State, ...]) -> None:
    hire(house, CLERK, "receivables", locale="es")
    go_wrong(house, *states)

    house.send_mail()

    [mail] = house.mails(CLERK)
    assert english_left(mail.html) == []


def test_the_buyer_reads_how_an_unclear_payment_ended(house: House) -> None:
    go_wrong(house, State.UNKNOWN, State.DECLINED)

    house.send_mail()

    [mail] = house.mails("ana@bloom.example")
    wanted = (
        "was unclear at first. Now we know: the card was declined, and nothing was charged.",
        "Order: W100001",
        "Our number: R100001",
        "Order W100001 is not paid, and is as it was. You may pay it again whenever you like.",
        "See the payment: http://localhost:5000/payments/pay_",
        "You get this mail because you paid by card at Rosa Alta Flowers.",
    )
    assert [text for text in wanted if text not in mail.text] == []
    assert mail.subject == "Your payment did not go through: W100001 · Rosa Alta Flowers"


def test_stray_money_that_pays_an_order_brings_its_receipt(house: House) -> None:
    stray = go_wrong(house, State.FAILED, State.APPROVED)
    scope = Scope(
        actor=WORKER,
        company_id=house.scope.company_id,
        location_ids=frozenset({house.location_id}),
    )

    stray_uses.apply(house.shop, scope, Asked(payment=stray.public_id, action_key="k"))
    house.send_mail()

    with house.shop.database.read() as session:
        payment = session.scalars(select(Payment)).one()
    receipt = next(mail for mail in house.mails("ana@bloom.example") if "Receipt" in mail.subject)
    assert f"Receipt: {payment.receipt_number}" in receipt.text
    assert "Transaction: 4711" in receipt.text
