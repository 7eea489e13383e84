"""May this customer pay by card here, now? Every no has its reason."""

from dataclasses import dataclass
from enum import StrEnum


class CardRule(StrEnum):
    """What the company decided about one customer's cards."""

    OPTIONAL = "optional"
    REQUIRED = "required"
    RESTRICTED = "restricted"


class Channel(StrEnum):
    """Where the payment is taken."""

    ECOMMERCE = "ecommerce"
    ORDER_ENTRY = "order_entry"
    RECEIVABLES = "receivables"


class Refusal(StrEnum):
    """Why card payment is not offered, most fundamental first."""

    NOT_ACTIVE = "not_active"
    CHANNEL_OFF = "channel_off"
    COMPANY_CURRENCY = "company_currency"
    CUSTOMER_CURRENCY = "customer_currency"
    RESTRICTED = "restricted"
    ROLE = "role"
    NOTHING_TO_PAY = "nothing_to_pay"
    GATEWAY_TROUBLE = "gateway_trouble"


@dataclass(frozen=True, kw_only=True)
class Question:
    """All that the answer depends on."""

    account_active: bool
    channel: Channel
    channel_on: bool
    company_currency: str
    customer_currency: str
    rule: CardRule
    amount_cents: int
    role_may_pay: bool
    breaker_closed: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`refusals` empty: card payment is offered. `required`: there is no other way."""

    refusals: tuple[Refusal, ...]
    required: bool

    @property
    def offered(self) -> bool:
        """True when a card may be taken."""
        return not self.refusals

    @property
    def reason(self) -> Refusal | None:
        """The refusal to show: the most fundamental one."""
        return self.refusals[0] if self.refusals else None

    @property
    def only_by_card(self) -> bool:
        """True when the order cannot be checked out on terms, not even in gateway trouble."""
        return self.required and self.reason in (None, Refusal.GATEWAY_TROUBLE)


CARD_CURRENCY = "USD"
RESTRICTABLE = (Channel.ECOMMERCE, Channel.ORDER_ENTRY)


def decide(question: Question) -> Answer:
    """Offer card payment when nothing speaks against it.

    The restriction of a customer counts in e-commerce and order entry, not where staff
    receive payments. A card is required in e-commerce only.
    Rule: docs/card-rules.md.
    """
    checks = (
        (Refusal.NOT_ACTIVE, not question.account_active),
        (Refusal.CHANNEL_OFF, not question.channel_on),
        (Refusal.COMPANY_CURRENCY, question.company_currency != CARD_CURRENCY),
        (Refusal.CUSTOMER_CURRENCY, question.customer_currency != CARD_CURRENCY),
        (Refusal.RESTRICTED, _is_restricted(question)),
        (Refusal.ROLE, not question.role_may_pay),
        (Refusal.NOTHING_TO_PAY, question.amount_cents <= 0),
        (Refusal.GATEWAY_TROUBLE, not question.breaker_closed),
    )
    return Answer(
        refusals=tuple(refusal for refusal, applies in checks if applies),
        required=question.rule is CardRule.REQUIRED and question.channel is Channel.ECOMMERCE,
    )


def _is_restricted(question: Question) -> bool:
    return question.rule is CardRule.RESTRICTED and question.channel in RESTRICTABLE
