"""What happened, in words: every action that the program writes, in groups to choose from."""

from typing import Any

from flask_babel import lazy_gettext as _l

GROUPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "logins": (
        _l("Logins"),
        {
            "login": _l("Logged in"),
            "login_failed": _l("Did not get in"),
            "logout": _l("Logged out"),
            "password_changed": _l("Password changed"),
            "second_factor_set_up": _l("Two-step login set up"),
            "second_factor_removed": _l("Two-step login turned off"),
            "second_factor_reset": _l("Two-step login reset"),
            "passkey_added": _l("Passkey added"),
            "passkey_removed": _l("Passkey removed"),
            "recovery_codes_made": _l("New recovery codes"),
            "recovery_code_used": _l("Recovery code used"),
            "profile_changed": _l("Profile changed"),
        },
    ),
    "people": (
        _l("People"),
        {
            "user_added": _l("Person added"),
            "user_changed": _l("Person changed"),
            "invitation_sent": _l("Invitation sent"),
            "invitation_revoked": _l("Invitation taken back"),
            "invitation_accepted": _l("Invitation accepted"),
        },
    ),
    "orders": (
        _l("Orders"),
        {
            "order_placed": _l("Order placed"),
            "cart_expired": _l("Cart expired"),
        },
    ),
    "payments": (
        _l("Payments"),
        {
            "payment_started": _l("Payment started"),
            "sale_started": _l("Charge started"),
            "authorize_started": _l("Hold started"),
            "capture_started": _l("Taking held money started"),
            "void_started": _l("Void started"),
            "refund_started": _l("Refund started"),
            "credit_refund_started": _l("Refund of a credit started"),
            "store_card_started": _l("Saving a card started"),
            "operation_created": _l("About to be sent to the card processor"),
            "operation_sending": _l("Being sent to the card processor"),
            "operation_approved": _l("Card processor approved"),
            "operation_declined": _l("Card processor declined"),
            "operation_failed": _l("Did not happen"),
            "operation_unknown": _l("Unclear: the card processor is asked again"),
            "operation_needs_review": _l("Waits for a person to decide"),
            "operation_stray": _l("Stray money found"),
            "decision_refused": _l("Decision refused"),
            "stray_applied": _l("Stray money applied"),
        },
    ),
    "customers": (
        _l("Customers"),
        {
            "card_rule_changed": _l("Card rule changed"),
            "customer_advanced_changed": _l("Advanced settings changed"),
        },
    ),
    "settings": (
        _l("Settings"),
        {
            "cards_requested": _l("Card payment asked for"),
            "cards_applied": _l("Application form sent"),
            "cards_rates_agreed": _l("Rates agreed"),
            "cards_switched_off": _l("Card payment switched off"),
            "gateway_keys_set": _l("Keys of the card processor entered"),
            "gateway_tested": _l("Connection to the card processor tested"),
            "cards_switched_on": _l("Card payment switched on"),
            "cards_reactivated": _l("Card payment switched on again by the operator"),
            "card_settings_changed": _l("Card settings changed"),
            "terminal_added": _l("Terminal added"),
            "terminal_renamed": _l("Terminal renamed"),
            "terminal_keys_entered": _l("Keys of a terminal entered"),
            "terminal_activated": _l("Terminal switched on"),
            "terminal_deactivated": _l("Terminal switched off"),
            "terminal_deleted": _l("Terminal deleted"),
            "payment_method_activated": _l("Payment method switched on"),
            "payment_method_deactivated": _l("Payment method switched off"),
            "photo_set": _l("Photograph of a product set"),
            "photo_removed": _l("Photograph of a product removed"),
        },
    ),
    "shop": (
        _l("The shop itself"),
        {
            "delivery_dead": _l("Message refused five times"),
            "delivery_sent_again": _l("Message sent again"),
            "delivery_entered_by_hand": _l("Message entered in Komet by hand"),
            "invariant_broken": _l("A rule was found broken"),
            "master_key_changed": _l("Master key changed"),
            "audit_exported": _l("Audit log exported"),
        },
    ),
}
"""Actions in groups. A test compares them with what the program writes."""

OBJECTS = {
    "user": _l("Person"),
    "order": _l("Order"),
    "payment": _l("Payment"),
    "operation": _l("Card operation"),
    "customer": _l("Customer"),
    "product": _l("Product"),
    "location": _l("Location"),
    "company": _l("Company"),
    "gateway_account": _l("Card processor account"),
    "card_terminal": _l("Credit Card Terminal"),
    "outbox": _l("Message"),
    "shop": _l("The shop"),
    "audit": _l("Audit log"),
}
ACTORS = {
    "worker": _l("The shop, by itself"),
    "command line": _l("An operator, on the command line"),
    "visitor": _l("Somebody not logged in"),
    "demo": _l("The demo"),
}


def actions_of(group: str) -> frozenset[str] | None:
    """The actions of a group; None for no group, which means all."""
    return frozenset(GROUPS[group][1]) if group in GROUPS else None


def action_text(action: str) -> str:
    """An action in words; one of another release shows its name."""
    for _title, actions in GROUPS.values():
        if action in actions:
            return str(actions[action])
    return action.replace("_", " ")


def object_text(kind: str) -> str:
    """A kind of object in words."""
    return str(OBJECTS.get(kind, kind.replace("_", " ")))


def actor_text(actor: str) -> str:
    """A person's name as it is, a part of the shop in words."""
    return str(ACTORS.get(actor, actor))
