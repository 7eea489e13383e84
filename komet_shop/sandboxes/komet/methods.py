"""The methods of Komet's API that the sandbox knows, and how each is called."""

from collections.abc import Callable
from dataclasses import dataclass

from komet_shop.sandboxes.komet import (
    inventory_methods,
    invoice_methods,
    payment_methods,
    reference_methods,
)
from komet_shop.sandboxes.komet.envelope import Answer
from komet_shop.sandboxes.komet.state import Call


@dataclass(frozen=True)
class Method:
    """How a method is called: its verb, what answers it, and whether it needs a token."""

    verb: str
    run: Callable[[Call], Answer]
    open: bool = False


METHODS = {
    "location.list": Method("GET", reference_methods.location_list),
    "payment.method.list": Method("GET", reference_methods.payment_method_list),
    "carrier.list": Method("GET", reference_methods.carrier_list),
    "customer.list": Method("GET", reference_methods.customer_list),
    "customer.details.get": Method("GET", reference_methods.customer_details_get),
    "customer.shipto.list": Method("GET", reference_methods.customer_shipto_list),
    "product.list": Method("GET", reference_methods.product_list),
    "inventory.list": Method("GET", inventory_methods.inventory_list),
    "inventory.consolidated.openmarket.list": Method(
        "GET", inventory_methods.inventory_consolidated_openmarket_list
    ),
    "ecommerce/inventory.list": Method("GET", inventory_methods.ecommerce_inventory_list),
    "ecommerce/inventory.get": Method("GET", inventory_methods.ecommerce_inventory_get),
    "ecommerce/customer-carriers.list": Method(
        "GET", inventory_methods.ecommerce_customer_carriers_list
    ),
    "invoice.create": Method("POST", invoice_methods.invoice_create),
    "invoice.checkout": Method("POST", invoice_methods.invoice_checkout),
    "invoice.confirm": Method("POST", invoice_methods.invoice_confirm),
    "invoice.void": Method("POST", invoice_methods.invoice_void),
    "invoice.list": Method("GET", invoice_methods.invoice_list),
    "invoice.details.list": Method("GET", invoice_methods.invoice_details_list),
    "payment.receive": Method("POST", payment_methods.payment_receive),
    "payment.list": Method("GET", payment_methods.payment_list),
    "payment.mark.sync": Method("POST", payment_methods.payment_mark_sync),
    "credit.details.list": Method("POST", payment_methods.credit_details_list),
    "login": Method("POST", payment_methods.login, open=True),
}
