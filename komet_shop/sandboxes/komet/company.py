"""The company whose Komet this is: its locations, carriers, customers, products and stock."""

from dataclasses import dataclass

from komet_shop.sandboxes.komet.catalogue import Product, build_products, read_families
from komet_shop.sandboxes.komet.customers import (
    Customer,
    Place,
    ShipTo,
    build_customers,
    build_ship_tos,
)
from komet_shop.sandboxes.komet.stock import StockLine, stock_coolers

COMPANY_ID = "4417"
COMPANY_NAME = "Rosa Alta Flowers"
COMPANY_CURRENCY = "USD"


@dataclass(frozen=True, kw_only=True)
class Location:
    """A warehouse of the company."""

    id: int
    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """A truck line or freight desk that takes boxes to customers."""

    id: int
    code: str
    name: str
    phone: str
    place: Place
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class PaymentMethod:
    """A way of paying that the company's clerks may choose."""

    id: int
    name: str
    active: bool = True


LOCATIONS = (
    Location(id=1, code="MIA", name="Miami", time_zone="America/New_York"),
    Location(id=2, code="LAX", name="Los Angeles", time_zone="America/Los_Angeles"),
    Location(id=3, code="BOS", name="Boston", time_zone="America/New_York"),
)
_CARRIER_NAMES = (
    ("ARM", "Armellini Express", "Palm City", "FL", "34990"),
    ("PRF", "Prime Floral Trucking", "Doral", "FL", "33122"),
    ("PACF", "Pacific Flower Lines", "Oxnard", "CA", "93030"),
    ("NEFL", "New England Floral Freight", "Chelsea", "MA", "02150"),
    ("FDXO", "Overnight Air Priority", "Memphis", "TN", "38118"),
    ("SWFF", "Southwest Fresh Freight", "Phoenix", "AZ", "85009"),
    ("WCALL", "Will Call (pick up)", "Miami", "FL", "33122"),
    ("OURT", "Our Truck", "Miami", "FL", "33122"),
    ("RETD", "Retired Truck Line", "Macon", "GA", "31201"),
)
CARRIERS = tuple(
    Carrier(
        id=801 + number,
        code=code,
        name=name,
        phone=f"(800) 555-01{number + 10}",
        place=Place(street=f"{100 + number} Depot Rd", city=city, state=state, zipcode=zipcode),
        active=code != "RETD",
    )
    for number, (code, name, city, state, zipcode) in enumerate(_CARRIER_NAMES)
)
PAYMENT_METHODS = tuple(
    PaymentMethod(id=11 + number, name=name)
    for number, name in enumerate(
        (
            "Cash",
            "Check",
            "Wire",
            "ACH",
            "Credit Card (In-App)",
            "Credit Card (POS Terminal)",
            "Credit Card (external)",
            "Other",
            "Credit Card",
        )
    )
)


class Company:
    """Everything that does not change by itself, found by its number."""

    def __init__(self) -> None:
        products = build_products(read_families())
        customers = build_customers()
        active = [carrier.id for carrier in CARRIERS if carrier.active]
        self.locations: dict[int, Location] = {row.id: row for row in LOCATIONS}
        self.carriers: dict[int, Carrier] = {row.id: row for row in CARRIERS}
        self.methods: dict[int, PaymentMethod] = {row.id: row for row in PAYMENT_METHODS}
        self.products: dict[int, Product] = {row.id: row for row in products}
        self.customers: dict[int, Customer] = {row.id: row for row in customers}
        self.ship_tos: dict[int, ShipTo] = {
            row.id: row for row in build_ship_tos(customers, active)
        }
        self.stock: dict[int, StockLine] = {
            row.id: row for row in stock_coolers(products, list(self.locations))
        }
