"""What the company decides about a customer: card rules, fees, credit. Changed with care."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.card_rules import CARD_CURRENCY, CardRule
from komet_shop.models import Audit, Company, Customer, User
from komet_shop.services import audit, customers
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

CHANGED = "customer_advanced_changed"
MOST_CHANGES_TOLD = 20


class SettingsRefused(Exception):
    """The settings stay as they are."""


class NoSuchCustomer(SettingsRefused):
    """Not there, or not in scope."""


class RequireNeedsDollars(SettingsRefused):
    """Cards are taken in US dollars only, so none can be required. `currency` is the other one."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


class LimitBelowZero(SettingsRefused):
    """A credit limit is zero or more."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What somebody changed: field by field, before and after."""

    at: datetime
    who: str
    fields: dict[str, tuple[Any, Any]]


class ChangedMeanwhile(SettingsRefused):
    """The page was drawn before somebody else changed something. `changes`: newest first."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        super().__init__(len(changes))
        self.changes = changes


@dataclass(frozen=True, kw_only=True)
class CreditDecision:
    """Limit and hold as decided in this shop. A limit of None is no limit, 0 one of nothing."""

    limit_cents: int | None
    hold: bool


@dataclass(frozen=True, kw_only=True)
class Others:
    """The settings beside the card rule. `credit` None: limit and hold as in Komet."""

    pays_on_confirmation: bool
    fee_exempt: bool
    credit: CreditDecision | None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that is under "Advanced"."""

    rule: CardRule
    others: Others

    @classmethod
    def of(cls, customer: Customer) -> "Settings":
        """The customer's settings as they are."""
        decided = CreditDecision(limit_cents=customer.credit_limit_cents, hold=customer.credit_hold)
        return cls(
            rule=CardRule(customer.card_rule),
            others=Others(
                pays_on_confirmation=customer.pays_on_confirmation,
                fee_exempt=customer.fee_exempt,
                credit=decided if customer.credit_decided_here else None,
            ),
        )

    def facts(self) -> dict[str, Any]:
        """For the audit log. Limit and hold of Komet are not ours, and not among them."""
        others, credit = self.others, self.others.credit
        facts: dict[str, Any] = {
            "card_rule": self.rule.value,
            "pays_on_confirmation": others.pays_on_confirmation,
            "fee_exempt": others.fee_exempt,
            "credit_decided_here": credit is not None,
        }
        if credit is None:
            return facts
        return facts | {"credit_limit_cents": credit.limit_cents, "credit_hold": credit.hold}

    @property
    def digest(self) -> str:
        """Names these values: a page carries it, so that an old one is noticed."""
        return _digest(self.facts())


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants who may change a part of it. None: that part stays."""

    rule: CardRule | None = None
    others: Others | None = None

    def on(self, now: Settings) -> Settings:
        """The settings as they would be."""
        return Settings(rule=self.rule or now.rule, others=self.others or now.others)


def require_possible(wanted: Settings, customer: Customer, company_currency: str) -> None:
    """Refuse what makes no sense, before it is saved.

    Raises:
        RequireNeedsDollars, LimitBelowZero.
    """
    credit = wanted.others.credit
    if credit is not None and (credit.limit_cents or 0) < 0:
        raise LimitBelowZero(credit.limit_cents)
    if wanted.rule is not CardRule.REQUIRED or customer.card_rule == CardRule.REQUIRED:
        return
    for currency in (company_currency, customer.currency):
        if currency != CARD_CURRENCY:
            raise RequireNeedsDollars(currency)


def save(shop: Shop, scope: Scope, public_id: str, wanted: Wanted, *, drawn: str) -> None:
    """Change a customer's settings; `drawn` is the digest of those that the page showed.

    Raises:
        SettingsRefused: one of its kinds; nothing was changed.
    """
    now = shop.clock.now()
    shop.database.run(
        lambda session: _save(session, scope, public_id, wanted, drawn=drawn, now=now)
    )


def changes_since(session: Session, customer: Customer, drawn: str) -> tuple[Change, ...]:
    """Who changed what since a page was drawn with these settings, newest first."""
    statement = (
        select(Audit, User.name)
        .outerjoin(User, User.public_id == Audit.actor)
        .where(
            Audit.object_type == "customer",
            Audit.object_id == customer.id,
            Audit.action == CHANGED,
        )
        .order_by(Audit.id.desc())
        .limit(MOST_CHANGES_TOLD)
    )
    changes = []
    for entry, name in session.execute(statement):
        changes.append(_change(entry, name))
        if _digest(entry.before or {}) == drawn:
            break
    return tuple(changes)


def _save(
    session: Session, scope: Scope, public_id: str, wanted: Wanted, *, drawn: str, now: datetime
) -> None:
    customer, currency = _locked(session, scope, public_id)
    before = Settings.of(customer)
    if before.digest != drawn:
        raise ChangedMeanwhile(changes_since(session, customer, drawn))
    after = wanted.on(before)
    if after == before:
        return
    require_possible(after, customer, currency)
    _apply(customer, after)
    entry = audit.Entry(
        actor=scope.actor,
        company_id=customer.company_id,
        action=CHANGED,
        object_type="customer",
        object_id=customer.id,
        before=before.facts(),
        after=after.facts(),
    )
    audit.write(session, entry, now)


def _locked(session: Session, scope: Scope, public_id: str) -> tuple[Customer, str]:
    row = session.execute(
        select(Customer, Company.currency)
        .join(Company, Company.id == Customer.company_id)
        .where(customers.own(scope), Customer.public_id == public_id)
        .with_for_update(key_share=True, of=Customer)
    ).one_or_none()
    if row is None:
        raise NoSuchCustomer(public_id)
    return row[0], row[1]


def _apply(customer: Customer, settings: Settings) -> None:
    """Where Komet decides, its word counts at once; it was kept by the last pull."""
    others, credit = settings.others, settings.others.credit
    customer.card_rule = settings.rule
    customer.pays_on_confirmation = others.pays_on_confirmation
    customer.fee_exempt = others.fee_exempt
    customer.credit_decided_here = credit is not None
    if credit is None:
        customer.credit_limit_cents = customer.komet_credit_limit_cents
        customer.credit_hold = customer.komet_credit_hold
    else:
        customer.credit_limit_cents = credit.limit_cents
        customer.credit_hold = credit.hold


def _change(entry: Audit, name: str | None) -> Change:
    before, after = entry.before or {}, entry.after or {}
    names = [*before, *(one for one in after if one not in before)]
    return Change(
        at=entry.at,
        who=name or entry.actor,
        fields={
            one: (before.get(one), after.get(one))
            for one in names
            if before.get(one) != after.get(one)
        },
    )


def _digest(facts: dict[str, Any]) -> str:
    text = json.dumps(facts, sort_keys=True)
    return identifiers.fingerprint(text.encode())
