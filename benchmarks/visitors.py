"""People at work: the same tasks in the shop and in the bare application."""

import json
import re
from html import unescape
from http.client import HTTPConnection
from itertools import count
from typing import Protocol
from urllib.parse import urlsplit

from benchmarks.browser import Browser, Unexpected
from benchmarks.goods import WORDS, Buyer, Goods
from tests.world import CARD

PAYING = 3
"""Which of the requests of `order` pays; the others are add, review, payment page and result."""
LINES_IN_A_CART = 8
SOFTWARE = {"software-type": "benchmark", "software-type-version": "1"}
TIMEOUT = 30


class Visitor(Protocol):
    """Somebody with a browser and a task; every request is checked and timed by the browser."""

    browser: Browser

    def listing(self) -> None:
        """The first 48 offers."""

    def product(self) -> None:
        """One product, another one each time."""

    def search(self) -> None:
        """A word, another one each time."""

    def add_to_cart(self) -> None:
        """A box more of one of eight offers."""

    def order(self) -> None:
        """From a box in the cart to the page that says "paid": five requests."""

    def orders(self) -> None:
        """The newest orders of the buyer's customer."""


class CardForm:
    """The gateway's card fields: they turn a card into a token, without the shop."""

    def __init__(self, gateway_url: str, public_key: str) -> None:
        self._connection = HTTPConnection(urlsplit(gateway_url).netloc, timeout=TIMEOUT)
        self._headers = {"public-key": public_key, "Content-Type": "application/json"}
        self._headers["Accept"] = "application/json"

    def token(self) -> str:
        """A new one-time token."""
        body = json.dumps({**CARD, **SOFTWARE})
        self._connection.request("POST", "/rest/v2/mobilejwt/manual", body, self._headers)
        answer = json.load(self._connection.getresponse())
        return str(answer["payload"]["mobile-jwt"]["jwt"])


class _Person:
    """What visitors of both applications share."""

    def __init__(
        self, browser: Browser, buyer: Buyer, goods: Goods, card: CardForm, number: int
    ) -> None:
        self.browser = browser
        self._buyer = buyer
        self._goods = goods
        self._card = card
        self._turns = count(number * 7)

    def _next(self, choices: tuple[str, ...]) -> str:
        return choices[next(self._turns) % len(choices)]

    def _show(self, path: str, mark: bytes, times: int = 1) -> bytes:
        page = self.browser.get(path)
        if page.count(mark) < times:
            raise Unexpected(f"{path} has {page.count(mark)} of {mark!r}, not {times}")
        return page


class ShopVisitor(_Person):
    """Logs in and uses the shop as a browser does."""

    _OFFER = b'<article class="tile"'

    def log_in(self) -> None:
        """As a person would; keeps the token that all forms of the session carry."""
        fields = {"csrf_token": _field(self.browser.get("/login"), "csrf_token")}
        fields |= {"email": self._buyer.email, "password": self._buyer.password}
        answer = self.browser.post_anything("/login", fields)
        if answer.status not in (302, 303):
            raise Unexpected(f"{self._buyer.email} cannot log in: {answer.status}")
        self._token = _field(self.browser.get("/shop"), "csrf_token")

    def listing(self) -> None:
        self._show("/shop", self._OFFER, 48)

    def product(self) -> None:
        self._show(f"/products/{self._next(self._goods.products)}", b'name="line"')

    def search(self) -> None:
        self._show(f"/shop?q={self._next(WORDS)}", self._OFFER)

    def add_to_cart(self) -> None:
        self._add(self._next(self._goods.lines[:LINES_IN_A_CART]))

    def order(self) -> None:
        self._add(self._next(self._goods.lines))
        self._show("/checkout", b"/checkout/pay")
        page = self._show("/checkout/pay", b'name="action_key"')
        fields = {
            name: _field(page, name)
            for name in ("csrf_token", "order", "action_key", "expected_cents")
        }
        fields |= {"card": "new", "card_token": self._card.token()}
        self._show(self.browser.post("/checkout/pay", fields), b"Paid. Thank you!")

    def orders(self) -> None:
        self._show("/orders", b'<th scope="row"')

    def _add(self, line: str) -> None:
        fields = {"csrf_token": self._token, "line": line, "quantity": "1", "back": "/shop"}
        self.browser.post("/cart/lines", fields)


class BareVisitor(_Person):
    """Says who it is in the address, and is believed."""

    def listing(self) -> None:
        self._show("/shop", b"<li>", 48)

    def product(self) -> None:
        self._show(f"/products/{self._next(self._goods.products)}", b"<li>")

    def search(self) -> None:
        self._show(f"/shop?q={self._next(WORDS)}", b"<li>")

    def add_to_cart(self) -> None:
        self._add(self._next(self._goods.lines[:LINES_IN_A_CART]))

    def order(self) -> None:
        checkout = f"/checkout/{self._buyer.user_id}"
        self._add(self._next(self._goods.lines))
        self._show(checkout, b"<li>")
        self._show(f"{checkout}/pay", b"<li>")
        reference = f"bare-{self._buyer.user_id}-{next(self._turns)}"
        fields = {"card_token": self._card.token(), "reference": reference}
        self._show(self.browser.post(f"{checkout}/pay", fields), b"Paid")

    def orders(self) -> None:
        self._show(f"/orders/{self._buyer.customer_id}", b"<th>")

    def _add(self, line: str) -> None:
        self.browser.post(f"/cart/{self._buyer.user_id}", {"line": line, "quantity": "1"})


def _field(page: bytes, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.decode())
    if found is None:
        raise Unexpected(f"no field {name} on the page")
    return unescape(found[1])
