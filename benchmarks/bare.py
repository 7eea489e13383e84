"""The floor: one prepared statement and one small template for each page, and nothing else.

No login, sessions, permissions, forms' tokens, price rules, translations, stock or books. What
a page of the shop costs above this is what those things cost.
"""

import json
import os
import threading
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

import psycopg
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from jinja2 import Template

from benchmarks.bare_pages import (
    ADD,
    CART,
    CART_PAGE,
    CHECK_OUT,
    LISTING,
    LISTING_PAGE,
    ORDERS,
    ORDERS_PAGE,
    PAID,
    PAID_PAGE,
    PRODUCT,
    PRODUCT_PAGE,
    SEARCH,
)

PREFIX = "BENCHMARK_"
TIMEOUT = 30


class Gateway:
    """The card gateway: one open connection for each thread."""

    def __init__(self, url: str, api_key: str) -> None:
        self._address = urlsplit(url).netloc
        self._headers = {"api-key": api_key, "Content-Type": "application/json"}
        self._headers["Accept"] = "application/json"
        self._open = threading.local()

    def charge(self, token: str, cents: int, reference: str) -> bool:
        """True when the card paid."""
        body = {
            "type": "SALE",
            "amount": f"{cents // 100}.{cents % 100:02}",
            "invoice": reference,
            "software-type": "bare",
            "software-type-version": "1",
        }
        headers = {**self._headers, "mobilejwt": token}
        return self._post("/rest/v2/mobile/transactions/sale", json.dumps(body), headers)

    def _post(self, path: str, body: str, headers: dict[str, str]) -> bool:
        try:
            connection: HTTPConnection = self._open.connection
        except AttributeError:
            connection = HTTPConnection(self._address, timeout=TIMEOUT)
            self._open.connection = connection
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = json.load(response)
        except (HTTPException, OSError):
            connection.close()
            raise
        return bool(answer["payload"]["transaction"]["result"] == "APPROVED")


class Rows:
    """The database: one connection for each thread, every statement prepared, no transactions."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = threading.local()

    def read(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """All rows of one statement."""
        try:
            cursor: psycopg.Cursor[tuple[Any, ...]] = self._open.cursor
        except AttributeError:
            cursor = psycopg.connect(self._url, autocommit=True).cursor()
            self._open.cursor = cursor
        return cursor.execute(statement, values, prepare=True).fetchall()


def create_app() -> Flask:
    """The application, as the environment describes its surroundings."""
    app = Flask(__name__)
    rows = Rows(os.environ[PREFIX + "DATABASE"])
    shelf = {"place": int(os.environ[PREFIX + "PLACE"]), "day": os.environ[PREFIX + "DAY"]}
    _catalogue(app, rows, shelf)
    _checkout(
        app, rows, Gateway(os.environ[PREFIX + "GATEWAY"], os.environ[PREFIX + "GATEWAY_KEY"])
    )
    return app


def _catalogue(app: Flask, rows: Rows, shelf: dict[str, Any]) -> None:
    listing, product, orders = _compiled(app, LISTING_PAGE, PRODUCT_PAGE, ORDERS_PAGE)

    @app.get("/shop")
    def show_listing() -> str:
        words = request.args.get("q", "")
        if not words:
            return listing.render(rows=rows.read(LISTING, **shelf))
        return listing.render(rows=rows.read(SEARCH, **shelf, words=f"%{words.lower()}%"))

    @app.get("/products/<product_id>")
    def show_product(product_id: str) -> str:
        return product.render(rows=rows.read(PRODUCT, **shelf, product=product_id))

    @app.get("/orders/<int:customer>")
    def show_orders(customer: int) -> str:
        return orders.render(rows=rows.read(ORDERS, customer=customer))


def _checkout(app: Flask, rows: Rows, gateway: Gateway) -> None:
    cart, paid = _compiled(app, CART_PAGE, PAID_PAGE)

    @app.post("/cart/<int:buyer>")
    def add(buyer: int) -> ResponseReturnValue:
        boxes = int(request.form["quantity"])
        rows.read(ADD, buyer=buyer, line=request.form["line"], boxes=boxes)
        return redirect("/shop", 303)

    @app.get("/checkout/<int:buyer>")
    @app.get("/checkout/<int:buyer>/pay")
    def show_cart(buyer: int) -> str:
        lines = rows.read(CART, buyer=buyer)
        return cart.render(rows=lines, cents=sum(line[-1] for line in lines))

    @app.post("/checkout/<int:buyer>/pay")
    def pay(buyer: int) -> ResponseReturnValue:
        cents = sum(line[-1] for line in rows.read(CART, buyer=buyer))
        if not gateway.charge(request.form["card_token"], cents, request.form["reference"]):
            return "declined", 402
        order = rows.read(CHECK_OUT, buyer=buyer, cents=cents)[0][0]
        return redirect(f"/payments/{order}", 303)

    @app.get("/payments/<int:order>")
    def show_paid(order: int) -> str:
        return paid.render(rows=rows.read(PAID, order=order))


def _compiled(app: Flask, *texts: str) -> list[Template]:
    return [app.jinja_env.from_string(text) for text in texts]
