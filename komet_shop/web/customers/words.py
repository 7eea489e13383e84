"""Card rules, refusals and changes in words for staff; the buyer's are with the checkout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from komet_shop.domain.card_rules import CardRule, Channel, Refusal
from komet_shop.services.customer_settings import Change
from komet_shop.web.filters import money


@dataclass(frozen=True, kw_only=True)
class Word:
    """A state in a word, with its tone."""

    label: str
    tone: str


def rule_word(rule: CardRule) -> Word:
    """A card rule as a pill."""
    return {
        CardRule.OPTIONAL: Word(label=_("Optional"), tone="neutral"),
        CardRule.REQUIRED: Word(label=_("Required"), tone="accent"),
        CardRule.RESTRICTED: Word(label=_("Restricted"), tone="warning"),
    }[rule]


def channel_name(channel: Channel) -> str:
    """Where a card is taken."""
    names = {
        Channel.ECOMMERCE: _("Shop"),
        Channel.ORDER_ENTRY: _("Order Entry (to come)"),
        Channel.RECEIVABLES: _("Receive Payment (to come)"),
    }
    return str(names[channel])


def refusal_text(refusal: Refusal, channel: Channel, gateway: str) -> str:
    """Why no card can be taken, with the setting to look at. `gateway` is its name."""
    texts = {
        Refusal.NOT_ACTIVE: _("%(gateway)s is not active at this location.", gateway=gateway),
        Refusal.CHANNEL_OFF: _channel_off(channel, gateway),
        Refusal.COMPANY_CURRENCY: _(
            "Cards are taken in US dollars only, and the company keeps its books in another "
            "currency."
        ),
        Refusal.CUSTOMER_CURRENCY: _(
            "Cards are taken in US dollars only, and this customer has another currency."
        ),
        Refusal.RESTRICTED: _("“Restrict Credit Card Payments” is on for this customer."),
        Refusal.ROLE: _("This role may not take card payments."),
        Refusal.NOTHING_TO_PAY: _("There is nothing to pay."),
        Refusal.GATEWAY_TROUBLE: _(
            "%(gateway)s does not answer right now. Nothing to do: the shop tries again every "
            "minute.",
            gateway=gateway,
        ),
    }
    return str(texts[refusal])


def _channel_off(channel: Channel, gateway: str) -> str:
    texts = {
        Channel.ECOMMERCE: _(
            "“Enable %(gateway)s in E-Commerce” is off at this location.", gateway=gateway
        ),
        Channel.ORDER_ENTRY: _(
            "“Allow to receive payment upon confirmation” is off at this location."
        ),
        Channel.RECEIVABLES: _("The location is closed."),
    }
    return str(texts[channel])


def limit_text(cents: int | None, currency: str) -> str:
    """A credit limit: no limit and a limit of zero are opposites, so both are said in words."""
    if cents is None:
        return str(_("No limit"))
    if cents == 0:
        return str(_("%(amount)s: nothing on terms", amount=money(0, currency)))
    return money(cents, currency)


def change_texts(changes: Sequence[Change], currency: str) -> list[str]:
    """What was changed meanwhile, by whom: one sentence for each field."""
    return [
        str(
            _(
                "%(who)s changed “%(field)s” from %(before)s to %(after)s.",
                who=change.who,
                field=field_name(field),
                before=_value(field, before, currency),
                after=_value(field, after, currency),
            )
        )
        for change in changes
        for field, (before, after) in change.fields.items()
    ]


def field_name(field: str) -> str:
    """A setting by the name of its column."""
    names = {
        "card_rule": _("Credit card payments"),
        "pays_on_confirmation": _("Require Payment Upon Confirmation"),
        "fee_exempt": _("Exempt from credit card fees"),
        "credit_decided_here": _("Credit decided here"),
        "credit_limit_cents": _("Credit limit"),
        "credit_hold": _("Credit hold"),
    }
    return str(names.get(field, field))


def _value(field: str, value: Any, currency: str) -> str:
    if field == "card_rule":
        return rule_word(CardRule(value)).label
    if field == "credit_limit_cents":
        return limit_text(value, currency)
    return str(_("on")) if value else str(_("off"))
