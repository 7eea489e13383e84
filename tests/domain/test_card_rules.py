"""The whole truth table of card payment."""

import itertools

import pytest

from komet_shop.domain.card_rules import (
    CardRule,
    Channel,
    Question,
    Refusal,
    decide,
)

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
        ("USD", "CAD"),
        ("USD", "CAD"),
        CardRule,
        (0, 1),
        (True, False),
        (True, False),
    )
]


def expected(question: Question) -> set[Refusal]:
    """The rule in words of its own: each refusal exactly when its cause is there."""
    restricted = question.rule == "restricted" and question.channel != "receivables"
    causes = {
        Refusal.NOT_ACTIVE: not question.account_active,
        Refusal.CHANNEL_OFF: not question.channel_on,
        Refusal.COMPANY_CURRENCY: question.company_currency == "CAD",
        Refusal.CUSTOMER_CURRENCY: question.customer_currency == "CAD",
        Refusal.RESTRICTED: restricted,
        Refusal.ROLE: not question.role_may_pay,
        Refusal.NOTHING_TO_PAY: question.amount_cents == 0,
        Refusal.GATEWAY_TROUBLE: not question.breaker_closed,
    }
    return {refusal for refusal, holds in causes.items() if holds}


def test_every_combination_is_answered_with_all_its_reasons() -> None:
    wrong = [one for one in QUESTIONS if set(decide(one).refusals) != expected(one)]

    assert len(QUESTIONS) == 2 * 3 * 2 * 2 * 2 * 3 * 2 * 2 * 2
    assert wrong == []


def test_an_offer_has_no_reason_and_a_no_has_one() -> None:
    assert all(decide(one).offered == (decide(one).reason is None) for one in QUESTIONS)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("rule", CardRule)
def test_a_card_is_required_in_the_shop_only(channel: Channel, rule: CardRule) -> None:
    questions = [one for one in QUESTIONS if one.channel is channel and one.rule is rule]

    required = {decide(one).required for one in questions}

    assert required == {rule is CardRule.REQUIRED and channel is Channel.ECOMMERCE}
