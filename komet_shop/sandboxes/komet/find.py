"""Looks up what a call names: numbers exactly, texts as LIKE; says so when nothing is there."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from komet_shop.sandboxes.komet.company import Carrier, Location
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.parameters import Refused
from komet_shop.sandboxes.komet.state import Call


class Named(Protocol):
    """Whatever has a number, a code and a name."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


Row = TypeVar("Row", bound=Named)


def alike(text: str, wanted: str) -> bool:
    """Komet's LIKE: contains, whatever the capitals."""
    return wanted.casefold() in text.casefold()


def narrow(call: Call, rows: Iterable[Row]) -> list[Row]:
    """Rows by id and code (exact) and name (LIKE), whichever the call gives."""
    wanted_id = call.values.integer("id")
    code, name = call.values.text("code", 20), call.values.text("name")
    return [
        row
        for row in rows
        if wanted_id in (None, row.id)
        and (not code or row.code.casefold() == code.casefold())
        and alike(row.name, name)
    ]


def customer_by_id(call: Call) -> Customer:
    """The customer that customerId names."""
    wanted = call.values.needed_integer("customerId")
    return _known(call.sandbox.customers(), wanted, "customerId")


def customer_ids(call: Call) -> list[int] | None:
    """Whom `customer` (name or code, LIKE) and `customerId` leave; None when neither is given."""
    wanted, text = call.values.integer("customerId"), call.values.text("customer")
    if wanted is None and not text:
        return None
    return [
        row.id
        for row in call.sandbox.customers().values()
        if wanted in (None, row.id) and (alike(row.name, text) or alike(row.code, text))
    ]


def carrier_ids(call: Call) -> list[int] | None:
    """Whom `carrierId` and `carrierName` (LIKE) leave; None when neither is given."""
    wanted = call.values.integer("carrierId")
    text = call.values.text("carrierName") or call.values.text("carrier")
    if wanted is None and not text:
        return None
    return [
        row.id
        for row in call.sandbox.company.carriers.values()
        if wanted in (None, row.id) and alike(row.name, text)
    ]


def location_ids(call: Call) -> list[int] | None:
    """Which locations `locationId` or `locationIds` (colons or commas) ask for; None for all."""
    text = call.values.text("locationIds")
    wanted = call.values.integer("locationId")
    if wanted is not None:
        return [wanted]
    if not text:
        return None
    parts = text.replace(",", ":").split(":")
    if not all(part.strip().isdecimal() for part in parts):
        raise Refused("locationIds must be location ids separated by colons.")
    return [int(part) for part in parts]


def one_location(call: Call, *, id_name: str = "locationId") -> Location:
    """The location of a call, by id or locationCode; must be given where there are several."""
    locations = call.sandbox.company.locations
    wanted, code = call.values.integer(id_name), call.values.text("locationCode", 20)
    if wanted is not None:
        return _known(locations, wanted, id_name)
    if code:
        return _by_code(locations.values(), code, "locationCode")
    if call.sandbox.switches.multi_location:
        raise Refused(
            f"{id_name} or locationCode is required for companies with several locations."
        )
    return next(iter(locations.values()))


def one_carrier(call: Call) -> Carrier:
    """The carrier of an order, by id, or by code with its description."""
    carriers = call.sandbox.company.carriers
    wanted = call.values.integer("carrierId")
    if wanted is not None:
        return _known(carriers, wanted, "carrierId")
    code = call.values.text("carrierCode", 20, required=True)
    call.values.text("carrierDescription", required=True)
    return _by_code(carriers.values(), code, "carrierCode")


def one_customer(call: Call) -> Customer:
    """The customer of an order, by id, or by code with its description."""
    if call.values.has("customerId"):
        return customer_by_id(call)
    code = call.values.text("customerCode", 20, required=True)
    call.values.text("customerDescription", required=True)
    return _by_code(call.sandbox.customers().values(), code, "customerCode")


def _known(rows: Mapping[int, Row], wanted: int, name: str) -> Row:
    found = rows.get(wanted)
    if found is None:
        raise Refused(f"{name} {wanted} does not exist.")
    return found


def _by_code(rows: Iterable[Row], code: str, name: str) -> Row:
    for row in rows:
        if row.code.casefold() == code.casefold():
            return row
    raise Refused(f"{name} {code!r} does not exist.")
