"""What people know a field by, where only its name is at hand."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from komet_shop.services.key_checks import settings_of
from komet_shop.web.current import shop

KEY = "key_"
"""What the fields of keys begin with, so that no setting's name meets the form's own."""
NAMES: dict[str, Any] = {
    "about": _l("Number of order, payment or customer"),
    "agreed_on": _l("Agreed on"),
    "average_ticket_cents": _l("A usual payment"),
    "blocked_states": _l("No surcharge for customers billed in"),
    "business_address": _l("Business address"),
    "code": _l("Code"),
    "contact_email": _l("Email"),
    "contact_name": _l("Who should be called?"),
    "contact_phone": _l("Phone"),
    "control_number": _l("Control number in Komet"),
    "current_processor": _l("Who processes your cards today?"),
    "customer": _l("Customer"),
    "email": _l("Email"),
    "find": _l("Find a customer"),
    "flat": _l("Amount for each card payment"),
    "from": _l("From"),
    "item_cents": _l("For each payment"),
    "legal_name": _l("Legal name of the business"),
    "limit": _l("Credit limit"),
    "monthly_cents": _l("A month"),
    "monthly_volume_cents": _l("Card payments you expect in a month"),
    "name": _l("Name"),
    "new_password": _l("New password"),
    "new_password_confirm": _l("The same password again"),
    "note": _l("Note"),
    "notes": _l("Anything else the specialist should know"),
    "password": _l("Password"),
    "password_confirm": _l("The same password again"),
    "percent": _l("Percent of the amount"),
    "percent_bp": _l("Percent of each payment"),
    "phone": _l("Phone"),
    "put_right": _l("What did you put right?"),
    "q": _l("Search"),
    "quantity": _l("Boxes"),
    "reason": _l("Reason"),
    "serial": _l("Serial number"),
    "since": _l("From"),
    "text": _l("Name or email"),
    "trade_name": _l("Name that customers know"),
    "transaction_id": _l("Transaction number"),
    "typed": _l("Type CONFIRM"),
    "until": _l("To"),
    "website": _l("Website"),
    "who": _l("Who"),
}


def field_name(name: str) -> str:
    """The label of a field; a field that we do not know is called as it is."""
    keys = {KEY + one.name: one.label for one in settings_of(shop().gateways.plugin)}
    if name in keys:
        return str(_(keys[name]))
    return str(NAMES.get(name, name))
