"""Roles, permissions and standings in words."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from komet_shop.domain.permissions import DESCRIPTIONS, ROLES, Permission
from komet_shop.services.people import Person, Standing
from komet_shop.web.filters import day

PERMISSION_TEXTS = {
    Permission.PROFILE: _l("own name, language and password"),
    Permission.SHOP: _l("see the catalogue"),
    Permission.CHECKOUT: _l("check out and pay"),
    Permission.OWN_ORDERS: _l("own orders and receipts"),
    Permission.OWN_INVOICES: _l("own invoices"),
    Permission.OWN_CARDS: _l("own cards"),
    Permission.ORDER_ENTRY: _l("enter orders"),
    Permission.PAY_AND_CONFIRM: _l("Pay & Confirm (comes with Order Entry)"),
    Permission.WEB_ORDER_CONFIRM: _l("confirm web orders"),
    Permission.PAYMENT_SKIP: _l("let an order go without the payment it needs"),
    Permission.CUSTOMERS: _l("see customers"),
    Permission.CUSTOMER_ADVANCED: _l("customers' advanced settings"),
    Permission.CARD_RULES: _l("require or restrict card payment"),
    Permission.CARDS: _l("customers' cards"),
    Permission.CARDS_IF_ALLOWED: _l("customers' cards, where the location lets sales people"),
    Permission.ECOMMERCE_USERS: _l("e-commerce users"),
    Permission.OPEN_INVOICES: _l("open invoices"),
    Permission.PAYMENT_RECEIVE: _l("receive payments"),
    Permission.PAYMENT_HISTORY: _l("payment history"),
    Permission.REFUND_CREATE: _l("refunds"),
    Permission.REVIEWS: _l("decide about unclear payments"),
    Permission.STATEMENTS: _l("statements"),
    Permission.DAY_CLOSE: _l("close the day"),
    Permission.CREDIT_APPROVE: _l("approve credits"),
    Permission.CREDIT_LIMIT_OVERRIDE: _l("go beyond a credit limit"),
    Permission.INTEGRATIONS: _l("integrations and keys"),
    Permission.API_TOKENS: _l("tokens for programs"),
    Permission.LOCATIONS: _l("locations"),
    Permission.ALL_LOCATIONS: _l("see every location"),
    Permission.USERS: _l("people and their roles"),
    Permission.AUDIT_LOG: _l("the audit log"),
    Permission.SYNC_MONITOR: _l("what Komet was told"),
}


@dataclass(frozen=True, kw_only=True)
class RoleWords:
    """A role as a choice: its title, what it is for, and everything it allows."""

    name: str
    title: str
    about: str
    allows: str


@dataclass(frozen=True, kw_only=True)
class StandingWords:
    """Whether somebody can log in, in a word, with its tone."""

    label: str
    tone: str
    note: str = ""


def role_words(name: str) -> RoleWords:
    """A role in words. One that the table does not know shows its name."""
    title, _colon, about = str(_(DESCRIPTIONS.get(name, name))).partition(": ")
    allowed = [
        str(PERMISSION_TEXTS[one]) for one in Permission if one in ROLES.get(name, frozenset())
    ]
    return RoleWords(name=name, title=title, about=about, allows=", ".join(allowed))


def role_titles(names: tuple[str, ...]) -> str:
    """ "Cashier, Sales"."""
    return ", ".join(role_words(name).title for name in names)


def standing_words(person: Person) -> StandingWords:
    """Whether a person can log in."""
    return _standing(person.standing, person.invited_until)


def standing_labels() -> dict[str, str]:
    """All standings, for a filter."""
    return {one.value: _standing(one, None).label for one in Standing}


def _standing(standing: Standing, until: datetime | None) -> StandingWords:
    if standing is Standing.INVITED:
        note = _("The link works until %(day)s.", day=day(until)) if until else ""
        return StandingWords(label=_("Invited"), tone="waiting", note=note)
    return {
        Standing.ACTIVE: StandingWords(label=_("Active"), tone="success"),
        Standing.EXPIRED: StandingWords(
            label=_("Invitation expired"), tone="warning", note=_("Send it again.")
        ),
        Standing.UNINVITED: StandingWords(
            label=_("Not invited"), tone="neutral", note=_("No link is open.")
        ),
        Standing.OFF: StandingWords(label=_("Switched off"), tone="neutral"),
    }[standing]
