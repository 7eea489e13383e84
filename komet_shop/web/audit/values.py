"""What an entry changed: for people as money, percent, days and words; for files as it is kept."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from komet_shop.domain.money import format_plain
from komet_shop.web.filters import DEFAULT_ZONE, day, moment, money, number, unit_price

NOTHING = "\N{EN DASH}"
HIDDEN = "•••"
SECRET = ("password", "token", "secret", "api_key", "link", "cipher")
"""Words in a name whose value is never shown, whoever may have written it."""
UNITS = ("_cents", "_bp", "_e4", "_at")
"""How a name says what its value is."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
DECIDED_BY = "_by"
NAMES: dict[str, Any] = {
    "about": _l("About"),
    "accounts_wiped": _l("Accounts whose keys were wiped"),
    "actions": _l("What"),
    "active": _l("Active"),
    "amount_cents": _l("Amount"),
    "card_rule": _l("Card rule"),
    "cards_unusable": _l("Cards that became unusable"),
    "code": _l("Code"),
    "count": _l("Count"),
    "credit_decided_here": _l("Credit limit and hold decided in this shop"),
    "credit_hold": _l("Credit hold"),
    "credit_limit_cents": _l("Credit limit"),
    "customers": _l("Customers"),
    "ecommerce_on": _l("Card payment in E-Commerce"),
    "environment": _l("Environment"),
    "examples": _l("Examples"),
    "fee": _l("Card fee"),
    "fee_blocked_states": _l("No surcharge in"),
    "fee_bp": _l("Surcharge"),
    "fee_cents": _l("Convenience fee"),
    "fee_channels": _l("Fee taken in"),
    "fee_exempt": _l("Exempt from card fees"),
    "fee_type": _l("Card fee"),
    "fee_ways": _l("Fee on cards read by"),
    "hides_cards": _l("Restrict Credit Card Access"),
    "keys": _l("Keys, last characters"),
    "keys_kept": _l("Keys are kept"),
    "kind": _l("Kind"),
    "last_four": _l("Keys, last characters"),
    "locale": _l("Language"),
    "location": _l("Location"),
    "locations": _l("Locations"),
    "method": _l("Payment method"),
    "name": _l("Name"),
    "name_changed": _l("Name changed"),
    "narrowed_to_object": _l("Narrowed to an object"),
    "narrowed_to_people": _l("Narrowed to people"),
    "ok": _l("Passed"),
    "operation": _l("Card operation"),
    "outcome": _l("Decision"),
    "own_customers_only": _l("Own customers only"),
    "pay_on_confirmation_on": _l("Allow to receive payment upon confirmation"),
    "pays_on_confirmation": _l("Require Payment Upon Confirmation"),
    "picture": _l("Picture"),
    "preauthorization_on": _l("Allow Card Pre-Authorization"),
    "rate_bp": _l("Rate"),
    "rate_item_cents": _l("Rate for each payment"),
    "rate_monthly_cents": _l("Rate a month"),
    "rates_agreed_at": _l("Rates agreed on"),
    "rates_note": _l("Note"),
    "refusal": _l("Refused because"),
    "roles": _l("Roles"),
    "sales_person": _l("Salesperson"),
    "salespeople_manage_cards": _l("Allow Salespeople to Manage Customer Credit Cards"),
    "second_factor": _l("Second factor"),
    "serial": _l("Serial number"),
    "since": _l("From"),
    "state": _l("State"),
    "status": _l("Status"),
    "total_cents": _l("Total"),
    "transaction_id": _l("Transaction"),
    "until": _l("To"),
    "use": _l("Used for"),
}


@dataclass(frozen=True, kw_only=True)
class Writing:
    """How values of an entry are written: the zone of its location, the currency of its object."""

    zone: str = DEFAULT_ZONE
    currency: str = "USD"

    def value(self, name: str, value: Any) -> str:
        """A value in words. What its unit is, its name says."""
        if _is_secret(name):
            return HIDDEN
        if value is None or value in ("", [], {}):
            return NOTHING
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        if isinstance(value, int):
            return self._figure(name, value)
        if isinstance(value, (list, tuple)):
            return ", ".join(self.value(name, one) for one in value)
        if isinstance(value, dict):
            inner = (f"{name_text(key)}: {self.value(key, one)}" for key, one in value.items())
            return ", ".join(inner)
        return self._text(str(value))

    def _figure(self, name: str, value: int) -> str:
        written: dict[str, Callable[[int], str]] = {
            "_cents": lambda cents: money(cents, self.currency),
            "_e4": lambda price: unit_price(price, self.currency),
            "_bp": lambda basis_points: f"{format_plain(basis_points)} %",
        }
        return written.get(_unit(name), number)(value)

    def _text(self, text: str) -> str:
        if DAY.fullmatch(text):
            return day(date.fromisoformat(text))
        if MOMENT.fullmatch(text):
            return moment(datetime.fromisoformat(text), self.zone)
        return text


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], writing: Writing
) -> list[tuple[str, str, str]]:
    """What changed, in words: name, from, to. An empty text for what there was not."""
    return [
        (
            name_text(name),
            writing.value(name, before[name]) if name in before else "",
            writing.value(name, after[name]) if name in after else "",
        )
        for name in dict.fromkeys([*before, *after])
    ]


def name_text(name: str) -> str:
    """A name in words; one of another release without its unit."""
    if name in NAMES:
        return str(NAMES[name])
    if name.endswith(DECIDED_BY):
        return str(_("%(what)s, decided by", what=name_text(name.removesuffix(DECIDED_BY))))
    return name.removesuffix(_unit(name)).replace("_", " ")


def raw(held: Mapping[str, Any]) -> str:
    """The same for a file: names and values as they are kept, but for secrets."""
    return "; ".join(f"{name}: {_raw(name, value)}" for name, value in held.items())


def _raw(name: str, value: Any) -> str:
    kept = _without_secrets(name, value)
    return kept if isinstance(kept, str) else json.dumps(kept, ensure_ascii=False)


def _without_secrets(name: str, value: Any) -> Any:
    if _is_secret(name):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _without_secrets(key, one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_secrets(name, one) for one in value]
    return value


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET)


def _unit(name: str) -> str:
    return next((unit for unit in UNITS if name.endswith(unit)), "")
