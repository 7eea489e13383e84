"""The parts of a pull: each fetches one kind of thing from Komet and writes its table."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.models import (
    Carrier,
    Customer,
    InventoryLine,
    KometLink,
    Location,
    OrderLine,
    Product,
    ShipTo,
    SyncCursor,
)
from komet_shop.models.upserts import inserting
from komet_shop.services import credit_decisions, pull_tables
from komet_shop.services.erp import (
    ErpCustomerHeader,
    ErpInventoryLine,
    ErpProduct,
    ErpRefused,
    ErpShipTo,
    ReadsErp,
)
from komet_shop.services.pull_tables import Tally, Target, Values
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""Changes are asked for from a little before the last pull: clocks differ."""

CUSTOMERS_AT_ONCE = 10


@dataclass(frozen=True, kw_only=True)
class Pull:
    """One pull under way: `full` asks for everything and finds what is gone."""

    shop: Shop
    erp: ReadsErp
    company_id: int
    full: bool


def locations(pull: Pull) -> Tally:
    """Warehouses. Tax rate and card settings are ours and stay."""
    rows = [_renamed(row) for row in pull.erp.locations()]
    return _replace(pull, _target(pull, Location), [row | {"active": True} for row in rows])


def carriers(pull: Pull) -> Tally:
    """Truck lines, retired ones as inactive."""
    rows = [_renamed(row) for row in pull.erp.carriers()]
    return _replace(pull, _target(pull, Carrier), rows)


def products(pull: Pull) -> Tally:
    """The catalogue. Pictures are ours and stay."""
    target = _target(pull, Product, prefix="prd")
    return _replace(pull, target, [_product(row) for row in pull.erp.products()])


def customers(pull: Pull) -> Tally:
    """Customers: details of those that are new or changed since the last pull.

    Each costs a call, so they are written in small groups, oldest change first, and a pull
    that ends early is taken up where it stopped. Card rules, cards and fee exemption stay, and
    so do limit and hold where they were decided here.
    """
    since = cursor(pull.shop, "customers")
    headers = list(pull.erp.customer_headers(None if pull.full else since))
    target = _target(pull, Customer, prefix="cus")
    wanted = sorted(_not_read_yet(pull, headers, since), key=lambda header: header.updated_at)
    tally = Tally(unchanged=len(headers) - len(wanted))
    for start in range(0, len(wanted), CUSTOMERS_AT_ONCE):
        group = wanted[start : start + CUSTOMERS_AT_ONCE]
        rows = [row for header in group for row in _customer(pull, header)]
        reached = max(group[-1].updated_at, since or group[-1].updated_at)
        unit = partial(_write_group, pull=pull, target=target, rows=rows, reached=reached)
        tally += pull.shop.database.run(unit) + Tally(skipped=len(group) - len(rows))
    return tally + _retire(pull, target, {header.id for header in headers})


def ship_tos(pull: Pull) -> Tally:
    """Addresses of our customers."""
    since = cursor(pull.shop, "ship_tos")
    began_at = pull.shop.clock.now()
    found = list(pull.erp.ship_tos(None if pull.full or since is None else since - OVERLAP))
    with pull.shop.database.read() as session:
        customer_ids, carrier_ids = _ids(session, Customer), _ids(session, Carrier)
    rows = [
        _ship_to(row, customer_ids[row.customer], carrier_ids.get(row.carrier))
        for row in found
        if row.customer in customer_ids
    ]
    target = Target(model=ShipTo, only_new=partial(_public, "shp"))

    def unit(session: Session) -> Tally:
        tally = pull_tables.upsert(session, target, rows)
        set_cursor(session, pull, "ship_tos", began_at)
        if pull.full:
            tally += pull_tables.retire(session, target, {row.id for row in found})
        return tally

    return pull.shop.database.run(unit) + Tally(skipped=len(found) - len(rows))


def inventory(pull: Pull) -> Tally:
    """Stock of the whole company. What our carts reserve stays reserved."""
    began_at = pull.shop.clock.now()
    found = list(pull.erp.inventory())
    with pull.shop.database.read() as session:
        product_ids, location_ids = _ids(session, Product), _ids(session, Location)
    known = [row for row in found if row.product in product_ids and row.location in location_ids]
    rows = [_inventory(row, product_ids, location_ids) for row in known]
    target = Target(model=InventoryLine, only_new=partial(_public, "inv"))

    def unit(session: Session) -> Tally:
        posted = _posted_since(session, began_at)
        tally = pull_tables.upsert(session, target, [_without(row, posted) for row in rows])
        return tally + pull_tables.retire(session, target, {row["komet_id"] for row in rows})

    return pull.shop.database.run(unit) + Tally(skipped=len(found) - len(rows))


def _target(pull: Pull, model: Any, prefix: str = "") -> Target:
    return Target(
        model=model,
        mine=(model.company_id == pull.company_id,),
        only_new=partial(_new, prefix, pull.company_id),
    )


def _new(prefix: str, company_id: int) -> Values:
    return {"company_id": company_id} | (_public(prefix) if prefix else {})


def _public(prefix: str) -> Values:
    return {"public_id": identifiers.public_id(prefix)}


def _replace(pull: Pull, target: Target, rows: list[Values]) -> Tally:
    def unit(session: Session) -> Tally:
        there = {row["komet_id"] for row in rows}
        return pull_tables.upsert(session, target, rows) + pull_tables.retire(
            session, target, there
        )

    return pull.shop.database.run(unit)


def _retire(pull: Pull, target: Target, there: set[str]) -> Tally:
    if not pull.full:
        return Tally()
    return pull.shop.database.run(lambda session: pull_tables.retire(session, target, there))


def _renamed(row: Any) -> Values:
    """A row of the ERP as a row of ours: its id is our `komet_id`."""
    values = asdict(row)
    values["komet_id"] = values.pop("id")
    return values


def _product(row: ErpProduct) -> Values:
    words = (row.name, row.category, row.variety, row.colour, row.grade, row.division)
    return _renamed(row) | {"search_text": " ".join(words).lower()}


def _not_read_yet(
    pull: Pull, headers: Iterable[ErpCustomerHeader], since: datetime | None
) -> list[ErpCustomerHeader]:
    with pull.shop.database.read() as session:
        known = _ids(session, Customer)
    return [
        header
        for header in headers
        if header.id not in known or since is None or header.updated_at >= since
    ]


def _customer(pull: Pull, header: ErpCustomerHeader) -> list[Values]:
    try:
        row = _renamed(pull.erp.customer(header))
    except ErpRefused as error:
        log.warning("customer_not_pulled", customer=header.id, error=str(error))
        return []
    credit = {
        "komet_credit_limit_cents": row["credit_limit_cents"],
        "komet_credit_hold": row["credit_hold"],
    }
    return [row | credit | {"code": row["code"] or header.id}]


def _write_group(
    session: Session, *, pull: Pull, target: Target, rows: list[Values], reached: datetime
) -> Tally:
    set_cursor(session, pull, "customers", reached)
    decided = credit_decisions.of_customers(session, [row["komet_id"] for row in rows])
    return pull_tables.upsert(
        session, target, [row | decided.get(row["komet_id"], {}) for row in rows]
    )


def _ship_to(row: ErpShipTo, customer_id: int, carrier_id: int | None) -> Values:
    return {
        "komet_id": row.id,
        "customer_id": customer_id,
        "name": row.name,
        "address": row.address,
        "carrier_id": carrier_id,
        "active": True,
    }


def _inventory(
    row: ErpInventoryLine, product_ids: dict[str, int], location_ids: dict[str, int]
) -> Values:
    values = _renamed(row)
    values["sort_name"] = values.pop("name")
    values["product_id"] = product_ids[values.pop("product")]
    values["location_id"] = location_ids[values.pop("location")]
    values["boxes_available"] = values.pop("boxes")
    return values | {"active": True}


def _posted_since(session: Session, since: datetime) -> dict[str, int]:
    """Boxes of orders that reached Komet while we were reading, by inventory line.

    They may not be in what we read. Where they were, the count is too low until the next
    pull: a box too few is offered, not one too many.
    """
    posted = session.execute(
        select(InventoryLine.komet_id, func.sum(OrderLine.boxes))
        .join(OrderLine, OrderLine.inventory_line_id == InventoryLine.id)
        .join(KometLink, KometLink.local_id == OrderLine.order_id)
        .where(KometLink.kind == "order", KometLink.posted_at >= since)
        .group_by(InventoryLine.komet_id)
    )
    return {komet_id: int(boxes) for komet_id, boxes in posted}


def _without(row: Values, posted: dict[str, int]) -> Values:
    left = row["boxes_available"] - posted.get(row["komet_id"], 0)
    return row | {"boxes_available": max(left, 0)}


def _ids(session: Session, model: Any) -> dict[str, int]:
    rows = session.execute(select(model.komet_id, model.id).where(model.komet_id.is_not(None)))
    return {row.komet_id: row.id for row in rows}


def cursor(shop: Shop, name: str) -> datetime | None:
    """How far a pull has come; None when it never ran."""
    with shop.database.read() as session:
        row = session.get(SyncCursor, f"pull:{name}")
    return datetime.fromisoformat(row.value) if row else None


def set_cursor(session: Session, pull: Pull, name: str, reached: datetime) -> None:
    """Remember how far a pull has come."""
    insert = inserting(session, SyncCursor)
    values = {"value": reached.isoformat(), "updated_at": pull.shop.clock.now()}
    statement = insert.values(name=f"pull:{name}", **values).on_conflict_do_update(
        index_elements=["name"], set_=values
    )
    session.execute(statement)
