"""The table of roles, row by row as Komet's manual gives it."""

import pytest

from komet_shop.domain.permissions import ROLES, Permission, is_staff, permissions_of

HOLDERS = {
    Permission.INTEGRATIONS: {"admin", "setup"},
    Permission.CARDS: {"admin", "receivables", "cashier", "credit_manager", "sales_manager"},
    Permission.CARDS_IF_ALLOWED: {"sales"},
    Permission.OWN_CARDS: {"buyer"},
    Permission.PAYMENT_RECEIVE: {"admin", "receivables", "cashier"},
    Permission.PAY_AND_CONFIRM: {"admin", "cashier", "sales_manager", "allocations", "sales"},
    Permission.WEB_ORDER_CONFIRM: {"admin", "cashier", "sales_manager", "allocations", "sales"},
    Permission.REFUND_CREATE: {"admin", "receivables", "cashier"},
    Permission.PAYMENT_HISTORY: {"admin", "receivables", "cashier"},
    Permission.STATEMENTS: {"admin", "receivables"},
    Permission.CARD_RULES: {"admin", "setup", "sales_manager", "allocations", "sales"},
    Permission.CUSTOMER_ADVANCED: {"admin", "setup"},
    Permission.CREDIT_APPROVE: {"admin", "credit_manager", "sales_manager"},
    Permission.CREDIT_LIMIT_OVERRIDE: {"admin", "credit_manager"},
    Permission.ECOMMERCE_USERS: {"admin", "sales_manager"},
    Permission.LOCATIONS: {"admin"},
    Permission.API_TOKENS: {"admin", "setup"},
    Permission.DAY_CLOSE: {"admin", "receivables", "cashier"},
    Permission.PAYMENT_SKIP: {"admin", "credit_manager", "sales_manager"},
    Permission.CHECKOUT: {"buyer"},
}


@pytest.mark.parametrize(("permission", "holders"), HOLDERS.items())
def test_a_permission_is_held_by_exactly_these_roles(
    permission: Permission, holders: set[str]
) -> None:
    assert {role for role, held in ROLES.items() if permission in held} == holders


def test_a_buyer_has_nothing_but_the_shop() -> None:
    assert ROLES["buyer"] == {
        Permission.PROFILE,
        Permission.SHOP,
        Permission.CHECKOUT,
        Permission.OWN_ORDERS,
        Permission.OWN_INVOICES,
        Permission.OWN_CARDS,
    }


def test_roles_add_up_and_unknown_ones_give_nothing() -> None:
    together = permissions_of(["credit_manager", "cashier", "ghost"])

    assert together == ROLES["credit_manager"] | ROLES["cashier"]
    assert permissions_of(["ghost"]) == frozenset()


def test_whoever_has_no_staff_role_is_not_staff() -> None:
    assert [is_staff(roles) for roles in ([], ["ghost"], ["buyer"], ["buyer", "sales"])] == [
        False,
        False,
        False,
        True,
    ]
