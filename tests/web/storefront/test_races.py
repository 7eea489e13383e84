"""Sixteen clicks at once over real HTTP: one charge. The naive shop beside it fails each race."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from time import monotonic
from urllib.parse import urlsplit

import pytest
import requests
from flask import Blueprint, request
from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import select, update

from komet_shop.app import create_app
from komet_shop.models import Customer, Operation, Order
from komet_shop.plugin_api import ChargeRequest, Kind, OneTimeCard
from komet_shop.services.shop import Shop
from komet_shop.web.permissions import public
from tests.at_once import THREADS, at_once, everybody_has_looked
from tests.web.browser import Browser
from tests.web.conftest import listening
from tests.web.storefront.buying import Buying, forms

PATIENCE = 20


@pytest.fixture(autouse=True)
def a_gateway_that_notices_no_duplicates(gateway: SandboxServer) -> None:
    """Nothing but the shop prevents a second charge."""
    body = {"duplicate_rule_default_on": False}
    answer = requests.post(f"{gateway.url}/_control/assumptions", json=body, timeout=PATIENCE)
    answer.raise_for_status()


def pay_forms(buying: Buying, tabs: int) -> list[dict[str, str]]:
    """What the pay buttons of so many tabs would send, each with a new card."""
    pages = [buying.page("/checkout/pay") for _ in range(tabs)]
    given = [
        next(form for action, form in forms(page) if action == "/checkout/pay") for page in pages
    ]
    return [{**form, "card_token": buying.token()} for form in given]


def clicks(buying: Buying, sent: list[dict[str, str]]) -> list[Callable[[], requests.Response]]:
    """Each from a browser of its own that shares the session, as tabs do."""
    cookies = buying.browser.http.cookies.get_dict()

    def click(form: dict[str, str]) -> requests.Response:
        tab = Browser(buying.browser.url)
        tab.http.cookies.update(cookies)
        return tab.post_raw("/checkout/pay", form)

    return [partial(click, form) for form in sent]


def require_one_charge(buying: Buying) -> None:
    """One payment here, one charge at the gateway."""
    assert len(buying.world.booked()) == 1
    assert len(buying.world.payments()) == 1


def test_sixteen_clicks_on_one_button_are_one_charge(buying: Buying) -> None:
    form = pay_forms(buying, 1)[0]

    answers = at_once(clicks(buying, [form] * THREADS))

    places = {
        urlsplit(answer.headers["Location"]).path
        for answer in answers
        if isinstance(answer, requests.Response)
    }
    assert len(places) == 1
    assert all(getattr(answer, "status_code", None) == 303 for answer in answers)
    require_one_charge(buying)


def test_sixteen_tabs_with_one_order_are_one_charge(buying: Buying) -> None:
    answers = at_once(clicks(buying, pay_forms(buying, THREADS)))

    assert {getattr(answer, "status_code", None) for answer in answers} <= {303, 409}
    require_one_charge(buying)


def restrict_cards(shop: Shop) -> None:
    """An administrator forbids the customer to pay by card."""
    with shop.database.write() as session:
        session.execute(update(Customer).values(card_rule="restricted"))


def wait_for_a_payment(buying: Buying) -> None:
    """Until somebody's intent to pay is written."""
    deadline = monotonic() + PATIENCE
    while not buying.world.payments():
        assert monotonic() < deadline, "nobody pays"


def test_a_rule_that_changes_before_the_click_is_kept(buying: Buying, shop: Shop) -> None:
    sent = pay_forms(buying, THREADS)
    restrict_cards(shop)

    answers = at_once(clicks(buying, sent))

    assert all(isinstance(answer, requests.Response) for answer in answers)
    assert buying.world.payments() == []
    assert buying.world.booked() == []


def test_a_rule_that_changes_in_mid_payment_comes_too_late(buying: Buying, shop: Shop) -> None:
    def restrict_meanwhile() -> None:
        wait_for_a_payment(buying)
        restrict_cards(shop)

    at_once([*clicks(buying, pay_forms(buying, 1)), restrict_meanwhile])

    require_one_charge(buying)
    with shop.database.read() as session:
        assert session.scalars(select(Operation.state)).one() == "approved"


def test_a_gateway_that_hangs_holds_up_nobody_who_does_not_pay(buying: Buying) -> None:
    buying.world.arm("silence_before_booking", match={"path": "sale"})
    pages = ("/orders", "/invoices", "/cart")

    def read_meanwhile() -> list[int]:
        wait_for_a_payment(buying)
        return [buying.browser.get(path).status_code for path in pages]

    _, read = at_once([*clicks(buying, pay_forms(buying, 1)), read_meanwhile])

    assert read == [200, 200, 200]


@pytest.fixture
def naive(buying: Buying, shop: Shop, serve: ExitStack) -> str:
    """A shop that looks whether the order is paid, charges, and writes it down: the twin."""
    bp = Blueprint("naive", __name__)

    @bp.post("/naive")
    @public("a twin of the pay button for a test", for_machines=True)
    def pay() -> str:
        with shop.database.read() as session:
            order = session.scalars(select(Order)).one()
            if order.state != "draft":
                return "paid already"
        everybody_has_looked()
        account = buying.world.shop.gateways.connect(1)
        account.charge(
            ChargeRequest(
                kind=Kind.SALE,
                reference=request.form["reference"],
                amount_cents=order.total_cents,
                currency="USD",
                card=OneTimeCard(token=request.form["card_token"]),
            )
        )
        with shop.database.write() as session:
            session.execute(update(Order).values(state="pending_approval"))
        return "paid"

    return serve.enter_context(listening(create_app(shop.config, shop, areas=(bp,))))


def test_the_naive_shop_loses_the_race(buying: Buying, naive: str) -> None:
    forms_sent = [
        {"card_token": buying.token(), "reference": f"NAIVE{number}"} for number in range(THREADS)
    ]

    at_once(
        [
            partial(requests.post, f"{naive}/naive", data=form, timeout=PATIENCE)
            for form in forms_sent
        ]
    )

    assert len(buying.world.booked()) > 1
    with buying.florist.shop.database.read() as session:
        assert session.scalars(select(Operation)).all() == []
