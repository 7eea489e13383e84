"""A buyer in front of a browser: to the pay button, and again when the shop was gone."""

from typing import Any

import requests
from sqlalchemy import insert

from komet_shop.models import Customer, User, buyer_customer
from tests import factories
from tests.web.browser import PASSWORD, Browser
from tests.web.house import HASH
from tests.web.storefront.buying import forms, words
from tests.world import World


def let_log_in(world: World) -> str:
    """Give the world's buyer a password and its customer; returns the address to log in with."""
    with world.shop.database.write() as session:
        buyer = session.get_one(User, world.scope.actor.user_id)
        customer = session.get_one(Customer, world.customer_id)
        buyer.password = HASH
        buyer.roles.append(factories.make_role(session, "buyer"))
        session.execute(insert(buyer_customer).values(user_id=buyer.id, customer_id=customer.id))
        return buyer.email


class Buyer:
    """Somebody with flowers in the cart and a card on file."""

    def __init__(self, url: str, email: str) -> None:
        self._browser = Browser(url)
        self._email = email
        self._form: dict[str, str] = {}
        self._payment = ""

    def go_to_the_till(self) -> None:
        """Log in, and walk from the cart to the page with the pay button."""
        assert self._browser.log_in(self._email, PASSWORD).status_code == 302
        assert self.has_a_cart
        assert "Pay & Checkout" in self._read("/checkout")
        page = self._browser.get("/checkout/pay").text
        self._form = next(given for action, given in forms(page) if action == "/checkout/pay")
        assert self._form["card"].startswith("card_")

    def pay(self) -> None:
        """Press the pay button, the first time or after a reload; be led to the payment."""
        answer = self._send()
        assert answer.status_code == 303, answer.text
        self._payment = answer.headers["Location"]
        assert self._payment.startswith("/payments/")

    def pay_in_vain(self) -> None:
        """Press the pay button and see the connection break."""
        try:
            answer = self._send()
        except requests.ConnectionError:
            return
        raise AssertionError(f"the shop was not killed: {answer.status_code}\n{answer.text}")

    @property
    def has_a_cart(self) -> bool:
        """Whether the flowers are still there to be paid."""
        return "Roses" in self._read("/cart")

    @property
    def is_told_paid(self) -> bool:
        """Whether the payment's page says that it was paid, and not that it was not."""
        told = self._read(self._payment)
        assert ("Paid. Thank you!" in told) != ("did not go through" in told), told
        return "Paid. Thank you!" in told

    def _send(self) -> Any:
        return self._browser.post_raw("/checkout/pay", self._form)

    def _read(self, path: str) -> str:
        answer = self._browser.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
        return words(answer.text)
