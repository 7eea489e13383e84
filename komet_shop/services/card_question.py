"""Asking the card rules: the one place that makes their question out of rows."""

from dataclasses import dataclass
from datetime import datetime

from komet_shop.domain import card_rules, card_settings
from komet_shop.domain.card_rules import Answer, CardRule, Channel, Question
from komet_shop.domain.card_settings import Switch
from komet_shop.models import (
    CompanyCardSettings,
    Customer,
    GatewayAccount,
    LocationCardSettings,
)
from komet_shop.services import gateways


@dataclass(frozen=True, kw_only=True)
class Till:
    """A location where a card might be taken, with all that was decided about it.

    `is_open` and `one_of_several` matter where staff take the card, not in the shop.
    `method_in_use`: the company takes cards without a terminal at all.
    """

    company_currency: str
    defaults: CompanyCardSettings | None
    settings: LocationCardSettings | None
    account: GatewayAccount | None
    method_in_use: bool = True
    is_open: bool = True
    one_of_several: bool = False

    def is_on(self, which: Switch) -> bool:
        """True when the location, or else the company, has switched it on."""
        return card_settings.switch(which, company=self.defaults, location=self.settings).value


@dataclass(frozen=True, kw_only=True)
class Payer:
    """What counts of a customer; "what if" is asked with other values."""

    currency: str
    rule: CardRule
    pays_on_confirmation: bool

    @classmethod
    def of(cls, customer: Customer) -> "Payer":
        """The customer as it is."""
        return cls(
            currency=customer.currency,
            rule=CardRule(customer.card_rule),
            pays_on_confirmation=customer.pays_on_confirmation,
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a card is to be used: where, for how much, when, and by somebody who may."""

    channel: Channel
    amount_cents: int
    now: datetime
    role_may_pay: bool = True


def answer(till: Till, payer: Payer, asked: Asked) -> Answer:
    """May this customer pay by card here? With every reason if not.

    Rule: docs/card-rules.md.
    """
    account, settings = till.account, till.settings
    question = Question(
        account_active=account is not None and settings is not None and settings.is_active,
        channel=asked.channel,
        channel_on=till.method_in_use and _channel_is_on(till, payer, asked.channel),
        company_currency=till.company_currency,
        customer_currency=payer.currency,
        rule=payer.rule,
        amount_cents=asked.amount_cents,
        role_may_pay=asked.role_may_pay,
        breaker_closed=account is None or gateways.breaker_is_closed(account, asked.now),
    )
    return card_rules.decide(question)


def customers_count(till: Till) -> bool:
    """Whether a customer's "Require Payment Upon Confirmation" has an effect here.

    Where there are several locations, the location's own switch comes first.
    Rule: docs/card-rules.md, "Channels".
    """
    return till.is_on(Switch.PAY_ON_CONFIRMATION) or not till.one_of_several


def _channel_is_on(till: Till, payer: Payer, channel: Channel) -> bool:
    if channel is Channel.ECOMMERCE:
        return till.is_on(Switch.ECOMMERCE)
    if channel is Channel.RECEIVABLES:
        return till.is_open
    location_allows = till.is_on(Switch.PAY_ON_CONFIRMATION)
    return location_allows or (payer.pays_on_confirmation and customers_count(till))
