"""A florist who reads Spanish, on every page from the catalogue to the receipt."""

import re

import pytest
from sqlalchemy import select

from komet_shop.models import Operation, Order, SavedCard, User
from komet_shop.services.sending import TAKEN_FOR_A_REPEAT
from tests.web.spanish import english_left
from tests.web.storefront.buying import Buying, words

DAY = re.compile(r"(lun|mar|mié|jue|vie|sáb|dom) \d{1,2} [a-z]{3,4} 20\d\d")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _reads_spanish(buying: Buying) -> None:
    """The account says so; the buyer was made before."""
    with buying.florist.shop.database.write() as session:
        session.get_one(User, buying.florist.buyer_id).locale = "es"


def leftovers(buying: Buying, *paths: str) -> dict[str, list[str]]:
    """English on each of these pages, with those that are not marked as Spanish."""
    found = {}
    for path in paths:
        page = buying.page(path)
        left = english_left(page) + ([] if '<html lang="es"' in page else ["lang"])
        if left:
            found[path] = left
    return found


def test_the_pages_on_the_way_to_the_till_are_spanish(buying: Buying) -> None:
    product = re.search(r'href="(/products/[^"]+)"', buying.page("/shop"))
    assert product is not None

    found = leftovers(
        buying,
        "/shop",
        "/shop?view=list&category=Roses",
        "/shop?q=nothing+like+that",
        product.group(1),
        "/cart",
        "/checkout",
        "/checkout/pay",
        "/help",
    )

    assert found == {}


def test_the_account_without_orders_is_spanish(buying: Buying) -> None:
    paths = ("/orders", "/invoices", "/invoices?show=all", "/cards", "/account")

    assert leftovers(buying, *paths) == {}


def test_the_account_with_a_paid_order_is_spanish(buying: Buying) -> None:
    buying.pay(save_card="yes")
    [payment] = buying.world.payments()
    order = buying.world.only(Order)

    found = leftovers(
        buying,
        f"/payments/{payment.public_id}",
        f"/payments/{payment.public_id}/receipt",
        "/orders",
        f"/orders/{order.public_id}",
        "/invoices?show=all",
        "/cards",
        "/cart",
    )

    assert found == {}
    assert buying.world.only(SavedCard).last_four in buying.page("/cards")


def test_days_and_amounts_are_written_as_spanish_readers_know_them(buying: Buying) -> None:
    shown = words(buying.page("/checkout"))

    assert DAY.search(shown) is not None
    assert "$227.50" in shown
    assert "2 500 tallos" in shown  # two boxes, 500 stems


def test_what_the_gateway_tells_buyers_is_told_in_spanish(buying: Buying) -> None:
    buying.world.arm("decline_402", code="012", match={"path": "sale"})

    page = buying.page(buying.pay().headers["Location"])

    assert "Su tarjeta fue rechazada. Pruebe otra tarjeta o consulte a su banco." in page
    assert english_left(page) == []
    with buying.florist.shop.database.read() as session:
        assert "declined" in session.scalars(select(Operation.buyer_message)).one()


def test_a_payment_taken_for_a_repeat_is_told_in_spanish(buying: Buying) -> None:
    buying.world.arm("decline_402", code="012", match={"path": "sale"})
    status = buying.pay().headers["Location"]
    buying.florist.change(Operation, buyer_message=TAKEN_FOR_A_REPEAT)

    shown = words(buying.page(status))

    assert "tomó este pago por una repetición" in shown


def test_refusals_are_spanish(buying: Buying) -> None:
    page = buying.page("/checkout/pay")
    buying.florist.add(buying.line)

    refused = buying.pay(page)

    assert refused.status_code == 409
    assert "Su carrito cambió" in words(refused.text)
    assert english_left(refused.text) == []
