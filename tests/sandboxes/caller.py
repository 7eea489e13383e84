"""Speaks to a running Komet sandbox the way its manual says, with orders and payments at hand."""

from dataclasses import dataclass
from typing import Any

import requests

SHIP_DATE = "2030-05-10"
ROSES = 600001  # 19 half boxes of 250 stems in Miami


@dataclass(frozen=True)
class Komet:
    """A running Komet sandbox and the few calls that tests make again and again."""

    url: str
    base_url: str
    token: str
    company_id: str

    def get(self, method: str, **values: Any) -> dict[str, Any]:
        headers = {}
        if method.startswith("ecommerce/"):
            headers = {"authenticationToken": self.token, "X-ACCOUNT": self.company_id}
        else:
            values["authenticationToken"] = self.token
        answer = requests.get(f"{self.url}/{method}", values, headers=headers, timeout=5)
        return dict(answer.json())

    def send(self, method: str, *, timeout: float = 5, **values: Any) -> requests.Response:
        body = {"authenticationToken": self.token} | values
        return requests.post(f"{self.url}/{method}", json=body, timeout=timeout)

    def post(self, method: str, **values: Any) -> dict[str, Any]:
        return dict(self.send(method, **values).json())

    def control(self, name: str, verb: str = "GET", /, **command: Any) -> dict[str, Any]:
        address = f"{self.base_url}/_control/{name}"
        answer = requests.request(verb, address, json=command or {}, timeout=5)
        assert answer.ok, answer.text
        return dict(answer.json())

    def ledger(self) -> dict[str, Any]:
        return self.control("ledger")

    def fail(self, fault: str, method: str = "payment.receive", **more: Any) -> None:
        self.control("faults", "POST", fault=fault, match={"method": method}, **more)

    def order(self, **changes: Any) -> dict[str, Any]:
        """Two half boxes of roses for Bloom & Vine, $247.50."""
        items = [{"orderItemId": ROSES, "boxes": 2, "price": 0.4950}]
        usual = {"customerId": 5001, "carrierId": 801, "shipDate": SHIP_DATE, "locationId": 1}
        return self.post("invoice.create", **(usual | {"items": items} | changes))

    def pay(self, **changes: Any) -> dict[str, Any]:
        """One hundred dollars on account from Bloom & Vine."""
        return self.post("payment.receive", **(PAYMENT | changes))


PAYMENT = {
    "customerId": 5001,
    "methodId": 19,
    "date": "2030-05-08",
    "locationCode": "MIA",
    "totalPayment": 100,
    "referenceNumber": "PAY-1",
}
