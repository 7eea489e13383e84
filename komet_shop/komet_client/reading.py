"""What Komet owns, read whole: locations, carriers, products, customers, stock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache

import structlog
from babel import Locale

from komet_shop.domain import money
from komet_shop.komet_client import us_states, wire
from komet_shop.komet_client.calls import Caller
from komet_shop.komet_client.wire import Row
from komet_shop.services.erp import (
    ErpCarrier,
    ErpCustomer,
    ErpCustomerHeader,
    ErpInventoryLine,
    ErpLocation,
    ErpProduct,
    ErpRefused,
    ErpShipTo,
)

log = structlog.get_logger(__name__)

THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
DEFAULT_ZONE = "America/New_York"
ORIGINS = ("1", "2", "3", "4")


class Reading:
    """The reading half of Komet's API. Rows without an id or another must are left out."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def locations(self) -> Iterator[ErpLocation]:
        """All warehouses; one that tells no time zone keeps the East Coast's."""
        for row in wire.rows(self._caller.pull("location.list"), "locations"):
            yield ErpLocation(
                id=wire.text(row, "id", "locationId"),
                code=wire.text(row, "code", "locationCode"),
                name=wire.text(row, "name", "code"),
                time_zone=wire.text(row, "timeZone") or DEFAULT_ZONE,
            )

    def carriers(self) -> Iterator[ErpCarrier]:
        """All carriers, retired ones too."""
        for row in wire.rows(self._caller.pull("carrier.list"), "carriers"):
            yield ErpCarrier(
                id=wire.text(row, "id"),
                code=wire.text(row, "code"),
                name=wire.text(row, "name"),
                active=wire.flag(row, "active", default=True),
            )

    def products(self) -> Iterator[ErpProduct]:
        """The catalogue: one product for each variety and grade."""
        for row in wire.rows(self._caller.pull("product.list"), "products"):
            yield ErpProduct(
                id=wire.text(row, "id"),
                name=wire.text(row, "description", "name"),
                division=wire.text(row, "divisionDescription"),
                category=wire.text(row, "category"),
                variety=wire.text(row, "variety"),
                colour=wire.text(row, "color", "colour").lower(),
                grade=wire.text(row, "grade"),
                active=wire.flag(row, "active", default=True),
            )

    def customer_headers(self, since: datetime | None) -> Iterator[ErpCustomerHeader]:
        """Customers in short, closed ones too; `since` counts in whole seconds."""
        envelope = self._caller.pull(
            "customer.list", includeInactive=1, updateAsOf=since and _stamp(since)
        )
        for row in wire.rows(envelope, "customers"):
            yield ErpCustomerHeader(
                id=wire.text(row, "id", "customerId"),
                active=wire.flag(row, "active", default=True),
                updated_at=_moment(wire.text(row, "updatedOn")),
            )

    def customer(self, header: ErpCustomerHeader) -> ErpCustomer:
        """Everything about one customer; refused when its amounts make no sense."""
        envelope = self._caller.pull("customer.details.get", customerId=header.id)
        found = envelope.get("customer")
        try:
            return _customer(header, found if isinstance(found, dict) else {})
        except ValueError as error:
            raise ErpRefused(f"customer {header.id} is unreadable: {error}") from error

    def ship_tos(self, since: datetime | None) -> Iterator[ErpShipTo]:
        """Addresses changed lately, or all of them."""
        stamp = _stamp(since or THE_BEGINNING)  # Komet wants one filter, so all is "since 2000"
        envelope = self._caller.pull("customer.shipto.list", updateAsOf=stamp)
        for row in wire.rows(envelope, "shiptos", "shipTos"):
            yield ErpShipTo(
                id=wire.text(row, "id"),
                customer=wire.text(row, "customerId"),
                name=wire.text(row, "name", "shipToCode"),
                address=_address(row),
                carrier=wire.text(row, "carrierId"),
            )

    def inventory(self) -> Iterator[ErpInventoryLine]:
        """Stock of the whole company in one call; per customer it would be dozens.

        A line without a price or a date cannot be sold and is left out.
        """
        envelope = self._caller.pull("inventory.list", inventoryType="all")
        for row in wire.rows(envelope, "inventoryItems"):
            try:
                yield _inventory_line(row)
            except (ValueError, ArithmeticError) as error:
                line = wire.text(row, "orderItemId", "inventoryLineId")
                log.warning("komet_row_unreadable", kind="inventory", code=line, error=str(error))


def _customer(header: ErpCustomerHeader, row: Row) -> ErpCustomer:
    limit = wire.text(row, "creditLimit")
    return ErpCustomer(
        id=header.id,
        code=wire.text(row, "code"),
        name=wire.text(row, "name"),
        currency=wire.text(row, "currency") or "USD",
        price_level="B" if wire.text(row, "defaultPrice").upper() == "B" else "A",
        # Percent with two decimals reads like an amount: 8.5 % is 850 basis points.
        price_b_markup_bp=money.parse_cents(wire.text(row, "priceBMarkup") or "0"),
        terms=wire.text(row, "terms"),
        credit_limit_cents=money.parse_cents(limit) if limit else None,
        credit_hold=wire.flag(row, "creditHold"),
        charge_tax=wire.flag(row, "chargeTax"),
        invoice_emails=wire.text(row, "emailForInvoices"),
        sales_person=wire.text(row, "salesPerson"),
        address=_address(row, prefix="bill"),
        billing_state=us_states.code(wire.text(row, "billState")),
        active=header.active,
    )


def _inventory_line(row: Row) -> ErpInventoryLine:
    unit_type = "Bunch" if wire.text(row, "unitType").lower() == "bunch" else "Stem"
    origin = wire.text(row, "inventoryOrigin")
    return ErpInventoryLine(
        id=wire.text(row, "orderItemId", "inventoryLineId"),
        product=wire.text(row, "companyProductId"),
        location=wire.text(row, "locationId", "companyLocationId"),
        name=wire.text(row, "productDescription"),
        origin=int(origin) if origin in ORIGINS else 1,
        grower=wire.text(row, "growerName"),
        country=_country(wire.text(row, "originCountry")),
        box_type=wire.text(row, "boxTypeCode", "boxType"),
        unit_type=unit_type,
        bunches_per_box=_whole(row, "bunches"),
        stems_per_bunch=_whole(row, "stemsBunch"),
        units_per_box=_whole(row, "unitsPerBox"),
        price_e4=money.price_e4(wire.text(row, "price")),
        boxes=max(_whole(row, "quantity"), 0),
        available_from=_day(wire.text(row, "availableFrom", "inventoryDate")),
        available_to=_day(wire.text(row, "availableTo", "availableFrom", "inventoryDate")),
    )


def _whole(row: Row, name: str) -> int:
    """A count, sent as 3, "3" or 3.0."""
    return int((wire.text(row, name) or "0").partition(".")[0])


def _address(row: Row, prefix: str = "") -> str:
    parts = ("address", "city", "state", "zipcode", "country")
    names = [f"{prefix}{part.capitalize()}" if prefix else part for part in parts]
    return ", ".join(filter(None, (wire.text(row, name) for name in names)))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _moment(stamp: str) -> datetime:
    """A GMT timestamp; one that is missing counts as very old."""
    if not stamp:
        return THE_BEGINNING
    moment = datetime.fromisoformat(stamp)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _country(name: str) -> str:
    """Two letters for a country's English name; empty for one that nobody knows."""
    return name.upper() if len(name) == 2 else _codes().get(name.lower(), "")


@cache
def _codes() -> dict[str, str]:
    names = Locale("en").territories.items()
    return {name.lower(): code for code, name in names if len(code) == 2 and code.isalpha()}
