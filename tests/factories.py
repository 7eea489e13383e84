"""Rows for tests, each valid as built. A test states only what it is about."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from komet_shop.domain import identifiers, money
from komet_shop.models import (
    Carrier,
    Company,
    Customer,
    GatewayAccount,
    InventoryLine,
    Location,
    LocationCardSettings,
    OpenCredit,
    Order,
    OrderLine,
    Passkey,
    Payment,
    Product,
    Role,
    SavedCard,
    User,
)
from komet_shop.services.gateways import online_account, seal_purpose
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.secret_box import SecretBox

_numbers = itertools.count(1)
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
MASTER_KEY = bytes(range(32))
BOX = SecretBox(MASTER_KEY)


Row = TypeVar("Row")


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def make_company(session: Session, **values: Any) -> Company:
    return _added(session, Company(**{"name": "Rosa Alta Flowers", "currency": "USD", **values}))


def make_location(session: Session, company: Company, **values: Any) -> Location:
    number = next(_numbers)
    given = {
        "company_id": company.id,
        "komet_id": f"L{number}",
        "code": f"LOC{number}",
        "name": "Miami",
        "time_zone": "America/New_York",
    }
    return _added(session, Location(**{**given, **values}))


def make_carrier(session: Session, company: Company, **values: Any) -> Carrier:
    number = next(_numbers)
    given = {"company_id": company.id, "komet_id": f"C{number}", "code": f"C{number}"}
    return _added(session, Carrier(**{**given, "name": "Prime Floral", **values}))


def make_customer(session: Session, company: Company, **values: Any) -> Customer:
    number = next(_numbers)
    given = {
        "public_id": identifiers.public_id("cus"),
        "company_id": company.id,
        "komet_id": f"K{number}",
        "code": f"CUST{number}",
        "name": "Bloom & Vine Florist",
        "currency": "USD",
        "terms": "Net 30",
        "invoice_emails": "books@bloom.example",
        "sales_person": "Sam Sales",
        "address": "1 Elm St, Tempe AZ 85284",
    }
    return _added(session, Customer(**{**given, **values}))


def make_user(session: Session, company: Company, **values: Any) -> User:
    number = next(_numbers)
    given = {
        "public_id": identifiers.public_id("usr"),
        "company_id": company.id,
        "email": f"person{number}@people.example",
        "name": "Ana Person",
        "fs_uniquifier": identifiers.action_key(),
        "create_datetime": NOW,
        "update_datetime": NOW,
    }
    return _added(session, User(**{**given, **values}))


def make_passkey(session: Session, user: User, **values: Any) -> Passkey:
    number = next(_numbers)
    given = {
        "user_id": user.id,
        "name": f"Device {number}",
        "credential_id": f"device {number}".encode(),
        "public_key": b"",
        "sign_count": 0,
        "device_type": "single_device",
        "lastuse_datetime": NOW,
    }
    return _added(session, Passkey(**{**given, **values}))


def make_role(session: Session, name: str) -> Role:
    return _added(session, Role(name=name, description=name))


def make_product(session: Session, company: Company, **values: Any) -> Product:
    number = next(_numbers)
    given = {
        "public_id": identifiers.public_id("prd"),
        "company_id": company.id,
        "komet_id": f"P{number}",
        "name": "Roses Freedom 50 cm",
        "division": "Fresh Cut Flowers",
        "category": "Roses",
        "variety": "Freedom",
        "colour": "red",
        "grade": "50 cm",
        "search_text": "roses freedom red 50 cm",
    }
    return _added(session, Product(**{**given, **values}))


def make_inventory_line(
    session: Session, location: Location, product: Product, **values: Any
) -> InventoryLine:
    number = next(_numbers)
    given = {
        "public_id": identifiers.public_id("inv"),
        "location_id": location.id,
        "product_id": product.id,
        "komet_id": f"I{number}",
        "sort_name": product.name,
        "origin": 1,
        "grower": "Hacienda Verde",
        "country": "EC",
        "box_type": "HB",
        "unit_type": "Stem",
        "bunches_per_box": 10,
        "stems_per_bunch": 25,
        "units_per_box": 250,
        "price_e4": 4_550,
        "boxes_available": 100,
        "available_from": TODAY - timedelta(days=7),
        "available_to": TODAY + timedelta(days=60),
    }
    return _added(session, InventoryLine(**{**given, **values}))


def make_account(
    session: Session, location: Location, settings: dict[str, str], **values: Any
) -> GatewayAccount:
    account = GatewayAccount(
        **{
            "company_id": location.company_id,
            "location_id": location.id,
            "plugin": "clearent",
            "kind": "online",
            "environment": "test",
            "created_at": NOW,
            **values,
        }
    )
    account.settings_ciphertext = BOX.seal(json.dumps(settings), purpose=seal_purpose(account))
    return _added(session, account)


def make_card_settings(session: Session, location: Location, **values: Any) -> LocationCardSettings:
    given = {"location_id": location.id, "status": "active", "ecommerce_on": True}
    return _added(session, LocationCardSettings(**{**given, **values}))


def make_order(
    session: Session,
    customer: Customer,
    location: Location,
    buyer: User,
    *lines: InventoryLine,
    boxes: int = 1,
    **values: Any,
) -> Order:
    """A draft with one order line for each inventory line, its boxes reserved."""
    given = {
        "public_id": identifiers.public_id("ord"),
        "company_id": customer.company_id,
        "location_id": location.id,
        "customer_id": customer.id,
        "buyer_id": buyer.id,
        "ship_date": TODAY + timedelta(days=4),
        "currency": "USD",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=3),
    }
    order = _added(session, Order(**{**given, **values}))
    for line in lines:
        cents = money.line_cents(
            boxes=boxes, units_per_box=line.units_per_box, price_e4=line.price_e4
        )
        order.subtotal_cents += cents
        order.total_cents += cents
        line.boxes_reserved += boxes
        _added(session, _order_line(order, line, boxes, cents))
    session.flush()
    return order


def make_saved_card(
    session: Session, customer: Customer, location: Location, token: str, **values: Any
) -> SavedCard:
    account = online_account(session, location.id)
    given = {
        "public_id": identifiers.public_id("card"),
        "company_id": customer.company_id,
        "location_id": location.id,
        "customer_id": customer.id,
        "account_id": account.id,
        "token_ciphertext": BOX.seal(token, purpose=f"card:{customer.company_id}:{location.id}"),
        "token_hmac": BOX.digest(token),
        "brand": "Visa",
        "last_four": token[-4:],
        "expiry": "1230",
        "added_at": NOW,
    }
    return _added(session, SavedCard(**{**given, **values}))


def make_open_credit(session: Session, payment: Payment, cents: int, **values: Any) -> OpenCredit:
    given = {
        "public_id": identifiers.public_id("crd"),
        "company_id": payment.company_id,
        "location_id": payment.location_id,
        "customer_id": payment.customer_id,
        "origin_payment_id": payment.id,
        "reason": "short-shipped",
        "currency": payment.currency,
        "total_cents": cents,
        "created_at": NOW,
    }
    return _added(session, OpenCredit(**{**given, **values}))


def make_scope(customer: Customer, location: Location, buyer: User) -> Scope:
    """What a buyer of this customer may see."""
    return Scope(
        actor=Actor(label=buyer.email, user_id=buyer.id, address="127.0.0.1"),
        company_id=customer.company_id,
        location_ids=frozenset({location.id}),
        customer_ids=frozenset({customer.id}),
    )


def _order_line(order: Order, line: InventoryLine, boxes: int, cents: int) -> OrderLine:
    return OrderLine(
        order_id=order.id,
        inventory_line_id=line.id,
        product_id=line.product_id,
        description=line.sort_name,
        box_type=line.box_type,
        unit_type=line.unit_type,
        boxes=boxes,
        units_per_box=line.units_per_box,
        price_e4=line.price_e4,
        line_cents=cents,
    )
