"""What Komet's public pages leave open: each assumption is a switch that can be turned over."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

CHOICES: dict[str, tuple[object, ...]] = {
    "status_style": ("mixed", "text", "integer"),
    "ids_as_text": (True, False),
    "money_as_text": (False, True),
    "payment_reference_field": ("referenceNumber", "reference", "checkReference", "checkNumber"),
    "invoice_number_field": ("invoiceNumber", "number"),
    "price_decimals": (4, 2),
    "multi_location": (True, False),
    "refuses_oversold_stock": (True, False),
}


@dataclass(kw_only=True)
class Switches:
    """How this Komet behaves today.

    - status_style: "1" as text, 1, or text everywhere but under ecommerce/ ("mixed").
    - ids_as_text: customer.list and location.list give ids as text, as the vendor's samples do.
    - money_as_text: amounts and prices in quotes.
    - payment_reference_field: what payment.list calls the reference of a payment.
    - invoice_number_field: what invoice.create calls the new number.
    - price_decimals: the manual says two, prices by the stem need four; more are rounded half up.
    - multi_location: whether locations must be named.
    - refuses_oversold_stock: whether an order for more than is there is refused.
    - requests_per_user: the daily limit for each paid user.
    """

    status_style: str = "mixed"
    ids_as_text: bool = True
    money_as_text: bool = False
    payment_reference_field: str = "referenceNumber"
    invoice_number_field: str = "invoiceNumber"
    price_decimals: int = 4
    multi_location: bool = True
    refuses_oversold_stock: bool = True
    requests_per_user: int = 1000

    def change(self, wanted: Mapping[str, object]) -> None:
        """Turn switches over; either all of them or, when one is unknown, none.

        Raises:
            ValueError: no such switch, or not one of its positions.
        """
        for name, value in wanted.items():
            _check(name, value)
        for name, value in wanted.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """Back to how the sandbox starts."""
        self.change(asdict(Switches()))


def _check(name: str, value: object) -> None:
    if name == "requests_per_user":
        if type(value) is not int or value < 1:
            raise ValueError("requests_per_user is a whole number above 0.")
    elif name not in CHOICES:
        raise ValueError(f"There is no switch {name!r}.")
    elif not any(value == choice and type(value) is type(choice) for choice in CHOICES[name]):
        raise ValueError(f"{name} is one of {list(CHOICES[name])}.")
