"""Who buys from the sandbox's company: florists, event houses and markets that never existed."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FLORIST, EVENTS, MARKET, WHOLESALE = "Retailer", "Event Designer", "Mass Market", "Wholesaler"


@dataclass(frozen=True, kw_only=True)
class SalesPerson:
    """An employee of the company who looks after customers."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where someone gets mail or flowers."""

    street: str
    city: str
    state: str
    zipcode: str
    country: str = "United States"


@dataclass(frozen=True, kw_only=True)
class Customer:
    """One account. A `credit_limit_cents` of None is no limit at all; 0 is a limit of nothing."""

    id: int
    code: str
    name: str
    kind: str
    bill_to: Place
    phone: str
    email: str
    terms: str
    sales_person: SalesPerson
    location_ids: tuple[int, ...]
    updated_on: datetime
    currency: str = "USD"
    credit_limit_cents: int | None = None
    credit_hold: bool = False
    price_list: str = "A"
    charge_tax: bool = False
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class ShipTo:
    """One of a customer's delivery addresses, with the carrier that usually goes there."""

    id: int
    customer_id: int
    code: str
    name: str
    place: Place
    carrier_id: int


SALES_PEOPLE = tuple(
    SalesPerson(id=301 + n, name=name, email=f"{name.split()[0].lower()}@rosa-alta.example")
    for n, name in enumerate(("Ana Restrepo", "Marcus Webb", "Priya Nair", "Tom Kowalski"))
)
_FIXED = (
    ("BLOOM1", "Bloom & Vine Florist", FLORIST, "USD", "Net 30", 1_500_000),
    ("REQ001", "Petal Street Events", EVENTS, "USD", "Pre-payment", None),
    ("RES001", "Harvest Market Stores", MARKET, "USD", "Net 15", 5_000_000),
    ("CAD001", "Maple Leaf Blooms", FLORIST, "CAD", "Net 30", 800_000),
)
_FLORISTS = (
    "Juniper & Rye Flowers", "The Corner Stem", "Wild Fennel Floral", "Blue Door Blossoms",
    "Rosewater Florist", "Fern & Feather", "Garden Gate Flowers", "Copper Pot Botanicals",
    "Sweet Pea Studio", "Marigold Lane", "Lark & Linden", "Thistle & Thyme", "Bayside Blooms",
    "Old Town Flower Shop", "Peony & Pine", "Magnolia Row", "Sunday Stems", "Buttercup Florist",
    "Willow Creek Flowers", "The Velvet Petal", "Honey & Heather", "Salt Air Florals",
    "Primrose Path", "Ivy League Flowers", "Daisy Chain Florist", "Stems on Main",
    "Foxglove Floral Design", "Orchard Street Flowers", "Little Poppy Shop", "Hillside Florist",
)  # fmt: skip
_EVENT_HOUSES = (
    "Grand Canopy Events", "Gilded Table Weddings", "Skyline Event Florals", "Ever After Designs",
    "Ballroom & Bower", "North Pier Productions", "Confetti House", "Atrium Event Design",
    "Harbor Light Weddings", "Centerpiece Collective", "Silver Birch Occasions",
    "Luminary Events", "Tented Garden Co.", "Encore Floral Productions",
)  # fmt: skip
_MARKETS = (
    "Fresh Basket Markets", "Green Acre Grocers", "Sunrise Foods", "Cornerstone Supermarkets",
    "Bay Harbor Grocery", "Family Pantry Stores", "Pacific Table Markets", "Town & Country Foods",
    "Blue Heron Co-op", "Golden Sheaf Markets",
)  # fmt: skip
_WHOLESALERS = (
    "Palmetto Floral Supply",
    "Commonwealth Cut Flowers",
    "Desert Rose Wholesale",
    "Great Lakes Floral Exchange",
)
_CITIES = (
    ("Miami", "FL", "33122", 1), ("Fort Lauderdale", "FL", "33304", 1),
    ("Tampa", "FL", "33606", 1), ("Atlanta", "GA", "30318", 1), ("Charleston", "SC", "29403", 1),
    ("Los Angeles", "CA", "90014", 2), ("San Diego", "CA", "92101", 2),
    ("Phoenix", "AZ", "85004", 2), ("Las Vegas", "NV", "89101", 2), ("Portland", "OR", "97209", 2),
    ("Boston", "MA", "02118", 3), ("Providence", "RI", "02903", 3), ("Hartford", "CT", "06103", 3),
    ("Albany", "NY", "12207", 3), ("Portland", "ME", "04101", 3),
)  # fmt: skip
_STREETS = ("Market St", "Orchard Ave", "Harbor Blvd", "Main St", "Canal St", "Linden Ave")
_TERMS = ("Net 7", "Net 15", "Net 30", "Net 30", "COD", "Pre-payment")


def build_customers() -> list[Customer]:
    """The fixed demo accounts first, then sixty more, the same on every machine."""
    dice = random.Random(1401)
    fixed = [_fixed_customer(dice, number, row) for number, row in enumerate(_FIXED)]
    kinds = ((FLORIST, _FLORISTS), (EVENTS, _EVENT_HOUSES), (MARKET, _MARKETS),
             (WHOLESALE, _WHOLESALERS), (FLORIST, ("Closed Doors Florist",)))  # fmt: skip
    names = [(kind, name) for kind, group in kinds for name in group]
    others = [_customer(dice, number, kind, name) for number, (kind, name) in enumerate(names)]
    return fixed + others


def build_ship_tos(customers: list[Customer], carrier_ids: list[int]) -> list[ShipTo]:
    """One to three delivery addresses for each customer; the first is where the bill goes."""
    dice = random.Random(77)
    return [
        ShipTo(
            id=900_000 + customer.id * 10 + place,
            customer_id=customer.id,
            code=f"{customer.code}-{place}",
            name=customer.name if place == 1 else f"{customer.name} #{place}",
            place=customer.bill_to if place == 1 else _place(dice, customer.location_ids[0])[0],
            carrier_id=dice.choice(carrier_ids),
        )
        for customer in customers
        for place in range(1, dice.randint(1, 3) + 1)
    ]


def _fixed_customer(
    dice: random.Random, number: int, row: tuple[str, str, str, str, str, int | None]
) -> Customer:
    code, name, kind, currency, terms, limit = row
    place, phone = _place(dice, 1)
    if currency == "CAD":
        place = Place(street="118 Queen St W", city="Toronto", state="ON", zipcode="M5H 2N2",
                      country="Canada")  # fmt: skip
    return Customer(
        id=5001 + number,
        code=code,
        name=name,
        kind=kind,
        bill_to=place,
        phone=phone,
        email=f"accounts@{_domain(name)}.example",
        terms=terms,
        sales_person=SALES_PEOPLE[0],
        location_ids=(1, 2, 3),
        updated_on=_updated(number),
        currency=currency,
        credit_limit_cents=limit,
    )


def _customer(dice: random.Random, number: int, kind: str, name: str) -> Customer:
    home = dice.randint(1, 3)
    place, phone = _place(dice, home)
    limits = (None, None, 250_000, 500_000, 1_000_000, 2_500_000)
    return Customer(
        id=5101 + number,
        code=f"{_domain(name)[:4].upper()}{number + 1:03d}",
        name=name,
        kind=kind,
        bill_to=place,
        phone=phone,
        email=f"accounts@{_domain(name)}.example",
        terms=dice.choice(_TERMS),
        sales_person=dice.choice(SALES_PEOPLE),
        location_ids=(1, 2, 3) if kind in (MARKET, WHOLESALE) else (home,),
        updated_on=_updated(number + 10),
        # The third and the fifth of these are the accounts that credit rules are shown with.
        credit_limit_cents=0 if number == 2 else dice.choice(limits),
        credit_hold=number == 4,
        price_list="B" if kind in (EVENTS, MARKET) else "A",
        charge_tax=kind == EVENTS and home == 1,
        active=name != "Closed Doors Florist",
    )


def _place(dice: random.Random, location_id: int) -> tuple[Place, str]:
    near = [city for city in _CITIES if city[3] == location_id]
    city, state, zipcode, _ = dice.choice(near)
    street = f"{dice.randint(12, 4800)} {dice.choice(_STREETS)}"
    phone = f"({dice.randint(201, 989)}) 555-01{dice.randint(0, 99):02d}"
    return Place(street=street, city=city, state=state, zipcode=zipcode), phone


def _domain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _updated(number: int) -> datetime:
    return datetime(2026, 1, 5, 14, 30, tzinfo=UTC) + timedelta(days=number, minutes=7 * number)
