"""One sandbox for all tests, emptied before each, and a caller that speaks its language."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

CARD = {"card": "4111111111111111", "exp-date": "1240", "csc": "999"}
SOFTWARE = {"software-type": "Test", "software-type-version": "1"}


@dataclass(frozen=True)
class Answer:
    """An answer, read as far as it can be."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def transaction(self) -> dict[str, Any]:
        return self.body["payload"]["transaction"]

    @property
    def id(self) -> str:
        return self.transaction["id"]

    @property
    def code(self) -> str:
        """The transaction's result code, else the error's."""
        payload = self.body["payload"]
        return (payload.get("transaction") or payload["error"])["result-code"]

    @property
    def found(self) -> list[dict[str, Any]]:
        return self.body["payload"]["transactions"]["transaction"] if self.body else []

    @property
    def token(self) -> str:
        return next(link["id"] for link in self.body["links"] if link["rel"] == "token")


class Caller:
    """A shop's server and a cardholder's browser in one."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.url = server.url
        self._numbers = itertools.count(1)
        self.session = requests.Session()
        self.session.trust_env = False

    def call(
        self, method: str, path: str, body: Any = None, *, account: int = 0, **headers: str
    ) -> Answer:
        keys = {"api-key": self.server.accounts[account]["api_key"]}
        answer = self.session.request(
            method,
            f"{self.url}/rest/v2{path}",
            json=body,
            headers={**keys, **headers},
            timeout=3,
            allow_redirects=False,
        )
        read = answer.json() if answer.content else {}
        return Answer(answer.status_code, read, dict(answer.headers))

    def charge(self, path: str = "sale", amount: str = "25.00", **fields: Any) -> Answer:
        """A charge of the usual card, with an invoice and a security code of its own."""
        account = fields.pop("account", 0)
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        body = {"amount": amount, "invoice": f"INV-{next(self._numbers)}", **CARD, **names}
        return self.call("POST", f"/transactions/{path}", body, account=account)

    def follow(self, path: str, row_id: str, **fields: Any) -> Answer:
        return self.call("POST", f"/transactions/{path}", {"id": row_id, **fields})

    def mint(self, account: int = 0, **card: str) -> str:
        headers = {"public-key": self.server.accounts[account]["public_key"]}
        answer = self.call("POST", "/mobilejwt/manual", {**CARD, **card}, **headers)
        return str(answer.body["payload"]["mobile-jwt"]["jwt"])

    def charge_jwt(self, jwt: str, path: str = "sale", **fields: Any) -> Answer:
        account = fields.pop("account", 0)
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        body = {"amount": "25.00", **SOFTWARE, **names}
        path = f"/mobile/transactions/{path}"
        return self.call("POST", path, body, account=account, mobilejwt=jwt)

    def search(self, account: int = 0, **query: str) -> Answer:
        text = requests.compat.urlencode({k.replace("_", "-"): v for k, v in query.items()})
        return self.call("GET", f"/transactions?{text}", account=account)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/_control{path}", json=body, timeout=3)
        answer.raise_for_status()
        return answer.json()

    def arm(self, fault: str, **more: Any) -> None:
        self.control("POST", "/faults", {"fault": fault, **more})

    def assume(self, **values: Any) -> None:
        self.control("POST", "/assumptions", values)

    def rows(self) -> list[dict[str, Any]]:
        """Approved rows of the ledger."""
        rows = self.control("GET", "/ledger")["transactions"]
        return [row for row in rows if row["result"] == "APPROVED"]


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    options = Options(labels=("MIA", "LAX"), webhook_pauses=(0.01, 0.01))
    with SandboxServer(options) as server:
        yield server


@pytest.fixture
def shop(server: SandboxServer) -> Iterator[Caller]:
    server.sandbox.reset()
    server.sandbox.webhooks.url = None
    server.sandbox.clock.move(0)
    caller = Caller(server)
    yield caller
    caller.session.close()
