"""Who may do what: one table of roles and permissions, the only source of it."""

from collections.abc import Iterable
from enum import StrEnum

from komet_shop.plugin_api import N_


class Permission(StrEnum):
    """One thing that a person may do. Each route declares which one it needs."""

    PROFILE = "profile"
    """Own name, language and password: everybody who logs in."""

    SHOP = "shop"
    CHECKOUT = "checkout"
    OWN_ORDERS = "own_orders"
    OWN_INVOICES = "own_invoices"
    OWN_CARDS = "own_cards"

    ORDER_ENTRY = "order_entry"
    PAY_AND_CONFIRM = "pay_and_confirm"
    WEB_ORDER_CONFIRM = "web_order_confirm"
    PAYMENT_SKIP = "payment_skip"

    CUSTOMERS = "customers"
    CUSTOMER_ADVANCED = "customer_advanced"
    CARD_RULES = "card_rules"
    CARDS = "cards"
    CARDS_IF_ALLOWED = "cards_if_allowed"
    """Cards of customers where the location lets sales people manage them."""
    ECOMMERCE_USERS = "ecommerce_users"

    OPEN_INVOICES = "open_invoices"
    PAYMENT_RECEIVE = "payment_receive"
    PAYMENT_HISTORY = "payment_history"
    REFUND_CREATE = "refund_create"
    REVIEWS = "reviews"
    """Deciding what became of a payment that the gateway left unclear."""
    STATEMENTS = "statements"
    DAY_CLOSE = "day_close"
    CREDIT_APPROVE = "credit_approve"
    CREDIT_LIMIT_OVERRIDE = "credit_limit_override"

    INTEGRATIONS = "integrations"
    API_TOKENS = "api_tokens"
    LOCATIONS = "locations"
    ALL_LOCATIONS = "all_locations"
    """Rows of every location, not only of those assigned."""
    USERS = "users"
    AUDIT_LOG = "audit_log"
    SYNC_MONITOR = "sync_monitor"


BUYER = "buyer"

_STAFF = {Permission.PROFILE, Permission.SHOP, Permission.CUSTOMERS}
_SELLS = {
    Permission.ORDER_ENTRY,
    Permission.PAY_AND_CONFIRM,
    Permission.WEB_ORDER_CONFIRM,
    Permission.CARD_RULES,
}
_COLLECTS = {
    Permission.OPEN_INVOICES,
    Permission.PAYMENT_RECEIVE,
    Permission.PAYMENT_HISTORY,
    Permission.REFUND_CREATE,
    Permission.REVIEWS,
    Permission.DAY_CLOSE,
    Permission.CARDS,
}
_SETS_UP = {
    Permission.INTEGRATIONS,
    Permission.API_TOKENS,
    Permission.CARD_RULES,
    Permission.CUSTOMER_ADVANCED,
    Permission.SYNC_MONITOR,
}
_BUYS = {
    Permission.PROFILE,
    Permission.SHOP,
    Permission.CHECKOUT,
    Permission.OWN_ORDERS,
    Permission.OWN_INVOICES,
    Permission.OWN_CARDS,
}

ROLES: dict[str, frozenset[Permission]] = {
    "admin": frozenset(set(Permission) - (_BUYS - _STAFF) - {Permission.CARDS_IF_ALLOWED}),
    "setup": frozenset(_STAFF | _SETS_UP),
    "receivables": frozenset(_STAFF | _COLLECTS | {Permission.STATEMENTS, Permission.SYNC_MONITOR}),
    "cashier": frozenset(
        _STAFF
        | _COLLECTS
        | {Permission.ORDER_ENTRY, Permission.PAY_AND_CONFIRM, Permission.WEB_ORDER_CONFIRM}
    ),
    "credit_manager": frozenset(
        _STAFF
        | {
            Permission.CARDS,
            Permission.CREDIT_APPROVE,
            Permission.CREDIT_LIMIT_OVERRIDE,
            Permission.PAYMENT_SKIP,
        }
    ),
    "sales_manager": frozenset(
        _STAFF
        | _SELLS
        | {
            Permission.CARDS,
            Permission.CREDIT_APPROVE,
            Permission.ECOMMERCE_USERS,
            Permission.PAYMENT_SKIP,
        }
    ),
    "allocations": frozenset(_STAFF | _SELLS),
    "sales": frozenset(_STAFF | _SELLS | {Permission.CARDS_IF_ALLOWED}),
    BUYER: frozenset(_BUYS),
}
"""What each role may do. Rule: docs/roles.md."""

DESCRIPTIONS = {
    "admin": N_("Administrator: everything but buying"),
    "setup": N_("Setup: integrations, keys, customer settings"),
    "receivables": N_("Accounts Receivables: invoices, payments, statements, day close"),
    "cashier": N_("Cashier: payments from Order Entry and A/R"),
    "credit_manager": N_("Credit Manager: credits, credit limits, cards"),
    "sales_manager": N_("Sales Manager: orders, customers' cards, e-commerce users"),
    "allocations": N_("Sales Allocations: orders"),
    "sales": N_("Sales: orders"),
    BUYER: N_("Buyer: the web shop, for own customers"),
}

PAYMENT_ADMINISTRATION = frozenset({Permission.INTEGRATIONS, Permission.USERS})
"""Whoever holds one of these sees keys or changes roles, and is logged out sooner."""

SECOND_FACTOR = PAYMENT_ADMINISTRATION | {Permission.REFUND_CREATE}
"""Whoever holds one of these needs a second factor where the policy is on."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """All that the roles give together. A role that is not in the table gives nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


def roles_with(permission: Permission) -> list[str]:
    """The roles that give a permission."""
    return [role for role, permissions in ROLES.items() if permission in permissions]


def is_staff(roles: Iterable[str]) -> bool:
    """True when at least one role is a staff role."""
    return any(role in ROLES and role != BUYER for role in roles)
