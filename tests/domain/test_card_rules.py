"""The whole truth table of card payment, against an oracle that is written in sentences."""

import itertools

import pytest

from komet_shop.domain.card_rules import (
    Answer,
    CardRule,
    Channel,
    Question,
    Refusal,
    decide,
)

AMOUNTS = (-1, 0, 1, 9_999_999)
CURRENCIES = ("USD", "CAD")
QUESTIONS = [
    Question(
        account_active=active,
        channel=channel,
        channel_on=on,
        company_currency=company,
        customer_currency=customer,
        rule=rule,
        amount_cents=amount,
        role_may_pay=role,
        breaker_closed=closed,
    )
    for active, channel, on, company, customer, rule, amount, role, closed in itertools.product(
        (True, False),
        Channel,
        (True, False),
        CURRENCIES,
        CURRENCIES,
        CardRule,
        AMOUNTS,
        (True, False),
        (True, False),
    )
]

SENTENCES = {
    Refusal.NOT_ACTIVE: "the account is not active",
    Refusal.CHANNEL_OFF: "the channel is switched off",
    Refusal.COMPANY_CURRENCY: "the company has another currency than US dollars",
    Refusal.CUSTOMER_CURRENCY: "the customer has another currency than US dollars",
    Refusal.RESTRICTED: "the customer is restricted, and no staff receives the payment",
    Refusal.ROLE: "the role may not pay",
    Refusal.NOTHING_TO_PAY: "there is nothing to pay",
    Refusal.GATEWAY_TROUBLE: "the gateway does not answer",
}
"""The eight reasons for a no, in the order in which they are told."""


def told(question: Question) -> list[str]:
    """The oracle: what somebody would say who looks at the facts one after the other."""
    said = []
    if not question.account_active:
        said.append("the account is not active")
    if not question.channel_on:
        said.append("the channel is switched off")
    if question.company_currency == "CAD":
        said.append("the company has another currency than US dollars")
    if question.customer_currency == "CAD":
        said.append("the customer has another currency than US dollars")
    if question.rule == "restricted" and question.channel in ("ecommerce", "order_entry"):
        said.append("the customer is restricted, and no staff receives the payment")
    if not question.role_may_pay:
        said.append("the role may not pay")
    if question.amount_cents < 1:
        said.append("there is nothing to pay")
    if not question.breaker_closed:
        said.append("the gateway does not answer")
    return said


def buttons(question: Question) -> set[str]:
    """The oracle of the shop: which buttons a buyer has to be shown."""
    said = told(question)
    shown = set() if said else {"Pay & Checkout"}
    must_pay = question.rule == "required" and question.channel == "ecommerce"
    waits_for_gateway = said == ["the gateway does not answer"]
    if must_pay and (not said or waits_for_gateway):
        return shown
    return shown | {"Checkout"}


def buttons_of(answer: Answer) -> set[str]:
    shown = {"Pay & Checkout"} if answer.offered else set()
    return shown if answer.only_by_card else shown | {"Checkout"}


def test_the_table_has_every_combination() -> None:
    assert len(set(QUESTIONS)) == 2 * 3 * 2 * 2 * 2 * 3 * 4 * 2 * 2


def test_every_combination_is_answered_with_all_its_reasons_in_order() -> None:
    wrong = [
        one
        for one in QUESTIONS
        if [SENTENCES[reason] for reason in decide(one).refusals] != told(one)
    ]

    assert wrong == []


def test_every_combination_shows_the_buttons_it_should() -> None:
    wrong = [one for one in QUESTIONS if buttons_of(decide(one)) != buttons(one)]

    assert wrong == []


def test_every_reason_stands_alone_somewhere() -> None:
    alone = {decide(one).refusals for one in QUESTIONS if len(decide(one).refusals) == 1}

    assert alone == {(refusal,) for refusal in Refusal}
    assert list(SENTENCES) == list(Refusal)


def test_an_offer_has_no_reason_and_a_no_has_the_first() -> None:
    for one in QUESTIONS:
        answer = decide(one)
        first = answer.refusals[0] if answer.refusals else None
        assert (answer.offered, answer.reason) == (first is None, first)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("rule", CardRule)
def test_a_card_is_required_in_the_shop_only(channel: Channel, rule: CardRule) -> None:
    questions = [one for one in QUESTIONS if one.channel is channel and one.rule is rule]

    required = {decide(one).required for one in questions}

    assert required == {rule is CardRule.REQUIRED and channel is Channel.ECOMMERCE}
