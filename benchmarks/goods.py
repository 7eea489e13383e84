"""What both applications show and sell: people, stock, and orders of earlier years."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.bare_pages import TABLES
from komet_shop.domain import ship_dates
from komet_shop.domain.permissions import BUYER
from komet_shop.models import Customer, InventoryLine, Location, Product
from komet_shop.models.database import Database
from komet_shop.services import users
from komet_shop.services.scope import Actor
from komet_shop.services.users import NewUser

WORDS = ("rose", "freedom", "white", "carnation", "spray", "pink", "mondial", "red")
ACTOR = Actor(label="benchmark")
BOXES = 1_000_000
"""Enough for every run: a shelf that empties would change the pages."""
MOST_LINES = 200

_FILL = "UPDATE inventory_line SET boxes_available = %s"
_ORDERS = """
INSERT INTO "order" (public_id, company_id, location_id, customer_id, buyer_id, state, version,
    ship_date, customer_po, currency, subtotal_cents, tax_cents, total_cents,
    created_at, expires_at, checked_out_at, void_reason)
SELECT 'old_' || substr(translate(md5(n::text), '0123456789', 'ghijklmnop'), 1, 18),
    customer.company_id, %(place)s, customer.id, who.buyer, 'pending_approval', 1,
    (moment + interval '2 days')::date, '', customer.currency, 25000, 0, 25000,
    moment, moment, moment, ''
FROM generate_series(1, %(count)s) n
JOIN unnest(%(customers)s::bigint[], %(buyers)s::bigint[]) WITH ORDINALITY
    who (customer, buyer, place) ON who.place = 1 + n %% %(people)s
JOIN customer ON customer.id = who.customer
CROSS JOIN LATERAL (SELECT now() - interval '1 minute' * (%(count)s - n) AS moment) ago
ORDER BY n
"""
_LINES = """
INSERT INTO order_line (order_id, inventory_line_id, product_id, description, box_type,
    unit_type, boxes, units_per_box, price_e4, line_cents, tax_cents)
SELECT "order".id, line.id, line.product_id, line.sort_name, line.box_type, line.unit_type,
    1, line.units_per_box, line.price_e4, 12500, 0
FROM "order" CROSS JOIN (SELECT * FROM inventory_line ORDER BY id LIMIT 2) line
WHERE "order".public_id LIKE 'old%%'
"""
_INVOICES = """
INSERT INTO invoice (public_id, company_id, location_id, customer_id, order_id, currency,
    total_cents, open_cents, pay_reserved_cents, created_at, opened_at)
SELECT public_id, company_id, location_id, customer_id, id, currency, total_cents, 0, 0,
    created_at, created_at
FROM "order" WHERE public_id LIKE 'old%%'
"""


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """A person who can log in; the bare application goes by the ids."""

    email: str
    password: str
    user_id: int
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class Goods:
    """Where and when everything ships, and what there is, by outside names."""

    place_id: int
    place_code: str
    ship_date: date
    lines: tuple[str, ...]
    products: tuple[str, ...]


def goods(session: Session, now: datetime) -> Goods:
    """What a buyer sees who has not chosen anything: first place, first ship date."""
    place = session.scalars(
        select(Location).where(Location.active).order_by(Location.name, Location.id).limit(1)
    ).one()
    day = ship_dates.offered(now, place.time_zone)[0]
    rows = session.execute(
        select(InventoryLine.public_id, Product.public_id)
        .join(Product, Product.id == InventoryLine.product_id)
        .where(
            InventoryLine.location_id == place.id,
            InventoryLine.active,
            Product.active,
            InventoryLine.available_from <= day,
            InventoryLine.available_to >= day,
        )
        .order_by(InventoryLine.id)
        .limit(MOST_LINES)
    ).all()
    return Goods(
        place_id=place.id,
        place_code=place.code,
        ship_date=day,
        lines=tuple(row[0] for row in rows),
        products=tuple(dict.fromkeys(row[1] for row in rows)),
    )


def add_buyers(database: Database, count: int, now: datetime) -> list[Buyer]:
    """So many people, each of a customer of their own as far as there are customers."""
    return database.run(lambda session: _buyers(session, count, now))


def _buyers(session: Session, count: int, now: datetime) -> list[Buyer]:
    customers = session.scalars(
        select(Customer)
        .where(Customer.active, Customer.currency == "USD", Customer.credit_hold.is_(False))
        .order_by(Customer.code)
    ).all()
    return [
        _buyer(session, number, customers[number % len(customers)], now) for number in range(count)
    ]


def _buyer(session: Session, number: int, customer: Customer, now: datetime) -> Buyer:
    email, password = f"buyer{number}@benchmark.example", secrets.token_urlsafe(16)
    wanted = NewUser(
        email=email,
        name=f"Buyer {number}",
        password=password,
        roles=(BUYER,),
        customers=(customer.code,),
    )
    user = users.add_user(session, wanted, actor=ACTOR, now=now)
    return Buyer(email=email, password=password, user_id=user.id, customer_id=customer.id)


def fill(conninfo: str, found: Goods, buyers: list[Buyer], old_orders: int) -> None:
    """Full shelves, old orders spread over the buyers, and the bare application's own tables."""
    values = {
        "place": found.place_id,
        "count": old_orders,
        "people": len(buyers),
        "customers": [buyer.customer_id for buyer in buyers],
        "buyers": [buyer.user_id for buyer in buyers],
    }
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(_FILL, (BOXES,))
        for statement in (_ORDERS, _LINES, _INVOICES):
            connection.execute(statement, values)
        for table in filter(str.strip, TABLES.split(";")):
            connection.execute(table)
        connection.execute("VACUUM ANALYZE")
