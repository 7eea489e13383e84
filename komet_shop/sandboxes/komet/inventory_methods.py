"""inventory.list, inventory.consolidated.openmarket.list and ecommerce/*: what can be sold when."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from komet_shop.sandboxes.komet.books import sold_units
from komet_shop.sandboxes.komet.company import COMPANY_CURRENCY
from komet_shop.sandboxes.komet.customers import Customer
from komet_shop.sandboxes.komet.envelope import Answer, price
from komet_shop.sandboxes.komet.find import alike, customer_by_id, one_location
from komet_shop.sandboxes.komet.parameters import Refused
from komet_shop.sandboxes.komet.state import Call
from komet_shop.sandboxes.komet.stock import BOX_TYPES, FUTURE, ON_HAND, StockLine

PRICE_B_MARKUP = Decimal("1.08")
EXCHANGE_RATES = {COMPANY_CURRENCY: Decimal(1), "CAD": Decimal("1.36")}
INVENTORY_TYPES = {"M": {ON_HAND}, "L": set(), "S": set(), "P": {FUTURE}, "all": {ON_HAND, FUTURE}}
SEARCH_DAYS = 62  # "up to two months in the future"


def inventory_list(call: Call) -> Answer:
    """Every line of the company's stock, or of one location: open market unless asked for more."""
    kinds = (call.values.text("inventoryType", 20) or "M").split(",")
    unknown = [kind for kind in kinds if kind.strip() not in INVENTORY_TYPES]
    if unknown:
        raise Refused("inventoryType must be M, L, S, P or all, separated by commas.")
    origins = set().union(*(INVENTORY_TYPES[kind.strip()] for kind in kinds))
    location_id, lot = call.values.integer("locationId"), call.values.integer("lotNumber")
    lines = [
        line
        for line in call.sandbox.company.stock.values()
        if line.origin in origins
        and location_id in (None, line.location_id)
        and lot in (None, line.id)
    ]
    return {"inventoryItems": _with_stock(call, lines)}


def inventory_consolidated_openmarket_list(call: Call) -> Answer:
    """Open market lines without growers or lots, those of one packing and price as one."""
    location_id = call.values.integer("locationId")
    groups: dict[tuple[object, ...], list[StockLine]] = {}
    for line in call.sandbox.company.stock.values():
        if line.origin == ON_HAND and location_id in (None, line.location_id):
            key = (line.product.id, line.location_id, line.box_type, line.price_e4)
            groups.setdefault(key, []).append(line)
    sold = _sold(call)
    return {"inventoryItems": [_consolidated(lines, sold) for lines in groups.values()]}


def ecommerce_inventory_list(call: Call) -> Answer:
    """What one customer sees in the web shop, a page at a time, in the customer's prices."""
    customer = customer_by_id(call)
    page = max(call.values.integer("page") or 1, 1)
    rows = min(max(call.values.integer("rows") or 30, 1), 500)
    lines = _offered(call)
    shown = lines[(page - 1) * rows : page * rows]
    return {
        "total": len(lines),
        "inventoryItems": [
            item | _customer_price(line, customer)
            for line, item in zip(shown, _with_stock(call, shown), strict=True)
        ],
    }


def ecommerce_inventory_get(call: Call) -> Answer:
    """Details of some lines for one ship date: how many boxes are there, and at what price."""
    customer, day = customer_by_id(call), call.values.needed_day("date")
    origin = call.values.needed_integer("inventoryOrigin")
    if origin not in (1, 2, 3, 4):
        raise Refused("inventoryOrigin must be 1, 2, 3 or 4.")
    if not call.values.has("carrierId"):
        call.values.needed_day("availableFrom")
        call.values.needed_day("availableTo")
    location = one_location(call, id_name="companyLocationId")
    lines = [
        line
        for line in _asked_lines(call)
        if (line.origin, line.location_id) == (origin, location.id) and _on_offer(call, line, day)
    ]
    items = zip(lines, _with_stock(call, lines), strict=True)
    return {"inventoryItems": [item | _customer_price(line, customer) for line, item in items]}


def ecommerce_customer_carriers_list(call: Call) -> Answer:
    """Carriers that can take this customer's boxes on a date."""
    customer = customer_by_id(call)
    call.values.needed_day("date")
    call.values.needed_day("availableFrom")
    call.values.needed_day("availableTo")
    one_location(call, id_name="companyLocationId")
    usual = {
        row.carrier_id
        for row in call.sandbox.company.ship_tos.values()
        if row.customer_id == customer.id
    }
    return {
        "carriers": [
            {
                "id": row.id,
                "code": row.code,
                "name": row.name,
                "carrierCubeRate": Decimal("0.00"),
                "isDefault": int(row.id in usual),
            }
            for row in call.sandbox.company.carriers.values()
            if row.active
        ]
    }


def boxes_left(line: StockLine, sold: dict[int, int]) -> int:
    """Whole boxes that no order has taken yet."""
    return units_left(line, sold) // line.units_per_box


def units_left(line: StockLine, sold: dict[int, int]) -> int:
    """Bunches or stems that no order has taken yet."""
    return max(line.boxes * line.units_per_box - sold.get(line.id, 0), 0)


def _sold(call: Call) -> dict[int, int]:
    with call.sandbox.store.transaction() as db:
        return sold_units(db, call.sandbox.clock.today().isoformat())


def _with_stock(call: Call, lines: Iterable[StockLine]) -> list[Answer]:
    sold, today = _sold(call), call.sandbox.clock.today()
    locations = call.sandbox.company.locations
    return [
        _item(line, sold)
        | _origin(line, today)
        | {"locationId": line.location_id, "locationCode": locations[line.location_id].code}
        for line in lines
    ]


def _item(line: StockLine, sold: dict[int, int]) -> Answer:
    product = line.product
    return {
        "companyProductId": product.id,
        "orderItemId": line.id,
        "lotNumber": line.id,
        "grade": product.grade,
        "productDescription": product.description,
        "productCode": product.code,
        "category": product.family.category,
        "categoryId": product.category_id,
        "variety": product.variety,
        "color": product.color,
        "quantity": boxes_left(line, sold),
        "totalUnits": units_left(line, sold),
        "boxTypeId": BOX_TYPES[line.box_type],
        "boxTypeCode": line.box_type,
        "unitType": line.unit_type,
        "bunches": line.bunches,
        "unitsPerBox": line.units_per_box,
        "stemsBunch": product.family.stems_bunch,
        "price": price(line.price_e4),
        "priceB": price(_times(line.price_e4, PRICE_B_MARKUP)),
        "sellFast": False,
        "isAssorted": False,
    }


def _origin(line: StockLine, today: date) -> Answer:
    first, last = line.window(today)
    return {
        "inventoryLineId": line.id,
        "inventoryOrigin": line.origin,
        "inventoryDate": first.isoformat(),
        "availableFrom": first.isoformat(),
        "availableTo": last.isoformat(),
        "growerId": line.grower_id,
        "growerName": line.grower,
        "originCountry": line.country,
    }


def _consolidated(lines: list[StockLine], sold: dict[int, int]) -> Answer:
    wanted = ("companyProductId", "grade", "productDescription", "productCode", "boxTypeId",
              "boxTypeCode", "unitType", "bunches", "unitsPerBox", "stemsBunch", "price",
              "category")  # fmt: skip
    item = _item(lines[0], sold)
    return {name: item[name] for name in wanted} | {
        "inventoryItemIds": ",".join(str(line.id) for line in lines),
        "quantity": sum(boxes_left(line, sold) for line in lines),
        "totalUnits": sum(units_left(line, sold) for line in lines),
        "locationId": lines[0].location_id,
    }


def _offered(call: Call) -> list[StockLine]:
    location = one_location(call, id_name="companyLocationId")
    day, category = call.values.day("availableDate"), call.values.integer("categoryId")
    text, color = call.values.text("searchText"), call.values.text("color", 50)
    return [
        line
        for line in call.sandbox.company.stock.values()
        if line.location_id == location.id
        and _on_offer(call, line, day)
        and category in (None, line.product.category_id)
        and alike(line.product.description, text)
        and alike(line.product.color, color)
    ]


def _on_offer(call: Call, line: StockLine, day: date | None) -> bool:
    today = call.sandbox.clock.today()
    first, last = line.window(today)
    if day is None:
        return first <= today + timedelta(days=SEARCH_DAYS)
    return first <= day <= last


def _asked_lines(call: Call) -> list[StockLine]:
    text = call.values.text("inventoryLineIds", 2000, required=True)
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise Refused("inventoryLineIds must be ids separated by commas.")
    stock = call.sandbox.company.stock
    return [stock[int(part)] for part in parts if int(part) in stock]


def _customer_price(line: StockLine, customer: Customer) -> Answer:
    markup = PRICE_B_MARKUP if customer.price_list == "B" else Decimal(1)
    own = _times(line.price_e4, markup * EXCHANGE_RATES[customer.currency])
    return {"price": price(own), "currency": customer.currency}


def _times(price_e4: int, factor: Decimal) -> int:
    return int((price_e4 * factor).quantize(Decimal(1), ROUND_HALF_UP))
