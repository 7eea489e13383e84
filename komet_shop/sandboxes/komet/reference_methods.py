"""location.list, carrier.list, payment.method.list, customer.* and product.list."""

from komet_shop.sandboxes.komet.catalogue import Product
from komet_shop.sandboxes.komet.company import Carrier
from komet_shop.sandboxes.komet.customers import Customer, ShipTo
from komet_shop.sandboxes.komet.envelope import Answer, money
from komet_shop.sandboxes.komet.find import alike, customer_by_id, narrow
from komet_shop.sandboxes.komet.state import Call

NO_LIMIT = ""  # an empty credit limit is none; 0 would be a limit of nothing


def location_list(call: Call) -> Answer:
    """Where the company ships from. The time zone is ours; Komet's sample has the first three."""
    return {
        "locations": [
            {
                "id": _id(call, row.id),
                "name": row.name,
                "code": row.code,
                "timeZone": row.time_zone,
            }
            for row in narrow(call, call.sandbox.company.locations.values())
        ]
    }


def carrier_list(call: Call) -> Answer:
    """Who takes boxes to customers."""
    active = call.values.flag("active")
    rows = narrow(call, call.sandbox.company.carriers.values())
    return {"carriers": [_carrier(row) for row in rows if active in (None, row.active)]}


def payment_method_list(call: Call) -> Answer:
    """How a payment can be booked; the id is what payment.receive wants as methodId."""
    return {
        "paymentMethods": [
            {"id": row.id, "name": row.name, "active": int(row.active)}
            for row in call.sandbox.company.methods.values()
        ]
    }


def customer_list(call: Call) -> Answer:
    """Customers in short; the rest of each is in customer.details.get."""
    sales_person = call.values.integer("salesPersonId")
    location_id = call.values.integer("locationId")
    as_of, inactive = call.values.moment("updateAsOf"), call.values.flag("includeInactive")
    rows = [
        _customer_header(call, row)
        for row in narrow(call, call.sandbox.customers().values())
        if (row.active or inactive)
        and sales_person in (None, row.sales_person.id)
        and (location_id is None or location_id in row.location_ids)
        and (as_of is None or row.updated_on >= as_of)
    ]
    return {"customers": rows}


def customer_details_get(call: Call) -> Answer:
    """Everything about one customer."""
    row = customer_by_id(call)
    place = row.bill_to
    address = {
        f"{side}{part}": value
        for side in ("bill", "ship")
        for part, value in (
            ("Address", place.street),
            ("City", place.city),
            ("State", place.state),
            ("Zipcode", place.zipcode),
            ("Country", place.country),
        )
    }
    return {"customer": _customer_header(call, row) | address | _customer_terms(call, row)}


def customer_shipto_list(call: Call) -> Answer:
    """Delivery addresses of one customer, of a name, or all that changed."""
    call.values.require_one("customerId", "name", "updateAsOf", "updatedAsOf")
    wanted, customer_id = call.values.integer("id"), call.values.integer("customerId")
    as_of = call.values.moment("updateAsOf") or call.values.moment("updatedAsOf")
    name, customers = call.values.text("name"), call.sandbox.customers()
    return {
        "shiptos": [
            _ship_to(call, row)
            for row in call.sandbox.company.ship_tos.values()
            if wanted in (None, row.id)
            and customer_id in (None, row.customer_id)
            and alike(row.name, name)
            and (as_of is None or customers[row.customer_id].updated_on >= as_of)
        ]
    }


def product_list(call: Call) -> Answer:
    """The catalogue: one product for each variety and grade."""
    wanted, code = call.values.integer("id"), call.values.text("legacyCode", 50)
    text = call.values.text("description")
    return {
        "products": [
            _product(row)
            for row in call.sandbox.company.products.values()
            if wanted in (None, row.id)
            and (not code or row.code.casefold() == code.casefold())
            and alike(row.description, text)
        ]
    }


def _id(call: Call, number: int) -> int | str:
    return str(number) if call.sandbox.switches.ids_as_text else number


def _carrier(row: Carrier) -> Answer:
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "active": int(row.active),
        "street": row.place.street,
        "city": row.place.city,
        "state": row.place.state,
        "zipCode": row.place.zipcode,
        "country": row.place.country,
        "phone": row.phone,
        "kometNetworkName": "",
        "kometNetworkId": None,
    }


def _customer_header(call: Call, row: Customer) -> Answer:
    return {
        "id": _id(call, row.id),
        "accountingCode": f"AR-{row.code}",
        "name": row.name,
        "code": row.code,
        "active": "1" if row.active else "0",
        "salesPerson": row.sales_person.name,
        "salesPersonId": row.sales_person.id,
        "customerType": row.kind,
        "updatedOn": row.updated_on.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _customer_terms(call: Call, row: Customer) -> Answer:
    limit = row.credit_limit_cents
    return {
        "type": row.kind,
        "phone": row.phone,
        "fax": "",
        "website": "",
        "emailForInvoices": row.email,
        "emailForStatements": row.email,
        "salesPersonEmail": row.sales_person.email,
        "currency": row.currency,
        "terms": row.terms,
        "creditLimit": NO_LIMIT if limit is None else money(limit),
        "creditHold": int(row.credit_hold),
        "defaultPrice": row.price_list,
        "priceBMarkup": 8 if row.price_list == "B" else 0,
        "priceSellFastMarkup": 0,
        "priceEcommerceMarkup": 0,
        "chargeTax": int(row.charge_tax),
        "chargeFuelSurcharge": 0,
        "locationIds": ":".join(map(str, row.location_ids)),
        "locationCodes": ":".join(
            call.sandbox.company.locations[number].code for number in row.location_ids
        ),
    }


def _ship_to(call: Call, row: ShipTo) -> Answer:
    carrier = call.sandbox.company.carriers[row.carrier_id]
    return {
        "id": row.id,
        "customerId": row.customer_id,
        "shipToCode": row.code,
        "name": row.name,
        "address": row.place.street,
        "city": row.place.city,
        "state": row.place.state,
        "zipcode": row.place.zipcode,
        "country": row.place.country,
        "phone": "",
        "fax": "",
        "carrierId": carrier.id,
        "carrierName": carrier.name,
        "carrierAccount": "",
        "carrierCode": carrier.code,
    }


def _product(row: Product) -> Answer:
    return {
        "id": row.id,
        "description": row.description,
        "active": 1,
        "category": row.family.category,
        "categoryId": row.category_id,
        "divisionId": row.division_id,
        "divisionDescription": row.division,
        "variety": row.variety,
        "color": row.color,
        "grade": row.grade,
        "legacyCode": row.code,
        "tags": "",
    }
