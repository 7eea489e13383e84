"""Payments that wait for nothing: listed, and found by every number that somebody may have."""

import re
from html import unescape

import pytest
from sqlalchemy import insert

from komet_shop.models import KometLink, Operation
from komet_shop.services import reviews
from komet_shop.services.shop import Shop
from tests.services.mishaps import Outcome, clerk, decide, part_approved, strays
from tests.statements import count_statements
from tests.web.reviews.conftest import Sit
from tests.web.reviews.desk import Desk, hire, multiply
from tests.web.storefront.buying import words
from tests.world import World

SETTLED = "/reviews?show=settled"


@pytest.fixture
def paid(desk: Desk) -> Operation:
    """A normal payment that Komet knows, and whose order it knows."""
    operation = desk.world.pay()
    numbers = {"payment": "P-88120", "order": "W-4417"}
    with desk.world.shop.database.write() as session:
        for kind, number in numbers.items():
            link = {"kind": kind, "local_id": 1, "control_number": number}
            session.execute(insert(KometLink).values(**link, posted_at=operation.created_at))
    return operation


def linked(html: str) -> list[str]:
    """The payments that a list leads to."""
    return re.findall(r'<th scope="row"><a href="(/reviews/op_[^"]+)"', html)


def test_a_normal_payment_is_in_the_list_of_what_is_settled(desk: Desk, paid: Operation) -> None:
    page = desk.page(SETTLED)

    assert linked(page) == [desk.path(paid)]
    assert "R100001 Order W100001 Komet P-88120 Bloom & Vine Florist Miami Card payment" in words(
        page
    )
    assert "Approved" in words(page)


def test_what_still_waits_is_not(desk: Desk) -> None:
    part_approved(desk.world)

    assert linked(desk.page(SETTLED)) == []


def test_what_was_given_back_says_so_in_the_list(desk: Desk) -> None:
    operation = part_approved(desk.world)
    decide(desk.world, operation, Outcome.GIVE_BACK)

    page = desk.page(SETTLED)

    assert linked(page) == [desk.path(operation)]
    assert "Settled: given back" in words(page)


@pytest.mark.parametrize(
    "number", ["R100001", "r100001", "W100001", "100001", "P-88120", "W-4417", " R100001 "]
)
def test_a_payment_is_found_by_our_number_and_by_komets(
    desk: Desk, paid: Operation, number: str
) -> None:
    assert linked(desk.page(f"/reviews?q={number}")) == [desk.path(paid)]


def test_a_payment_is_found_by_the_gateways_number_and_our_reference(
    desk: Desk, paid: Operation
) -> None:
    by_transaction = desk.page(f"/reviews?q={paid.gateway_transaction_id}")
    by_reference = desk.page(f"/reviews?q={paid.gateway_ref.lower()}")

    assert linked(by_transaction) == linked(by_reference) == [desk.path(paid)]


def test_a_payment_is_found_by_what_was_charged_instead_and_by_its_void(desk: Desk) -> None:
    operation = part_approved(desk.world)
    decide(desk.world, operation, Outcome.GIVE_BACK)
    [stray] = strays(desk.world)
    void = desk.last()

    for number in (stray.gateway_transaction_id, void.gateway_transaction_id):
        assert linked(desk.page(f"/reviews?q={number}")) == [desk.path(operation)]


def test_what_waits_is_found_too(desk: Desk) -> None:
    operation = part_approved(desk.world)

    page = desk.page("/reviews?q=R100001")

    assert linked(page) == [desk.path(operation)]
    assert "To decide" in words(page)


@pytest.mark.parametrize("number", ["R100002", "W999999", "x", "%00", "1" * 60, "🌹", "R1000011"])
def test_a_number_of_nothing_says_what_can_be_typed(
    desk: Desk, paid: Operation, number: str
) -> None:
    answer = desk.browser.get(f"/reviews?q={number}")

    assert linked(answer.text) == []
    if number != "%00":
        assert "No payment goes by that number" in words(answer.text)


def test_a_clerk_of_another_location_finds_nothing(
    desk: Desk, paid: Operation, sit: Sit, shop: Shop
) -> None:
    stranger = sit(hire(shop, desk.world, "receivables", elsewhere=True))
    numbers = ("R100001", "W100001", "P-88120", "W-4417", paid.gateway_transaction_id)

    pages = [stranger.get(f"/reviews?q={number}").text for number in numbers]
    pages.append(stranger.get(SETTLED).text)

    assert [linked(page) for page in pages] == [[]] * 6


def test_somebody_with_own_customers_finds_only_theirs(world: World) -> None:
    world.pay()
    stranger = clerk(world, customer_ids=frozenset())

    with world.shop.database.read() as session:
        found = reviews.found(session, stranger, "R100001")
        listed = reviews.settled(session, stranger)

    assert found == listed == ([], None)


def test_the_list_has_pages_and_costs_the_same_however_long(desk: Desk, paid: Operation) -> None:
    engine = desk.world.shop.database.engine
    desk.page(SETTLED)
    with count_statements(engine) as one:
        desk.page(SETTLED)
    multiply_settled(desk, paid)

    with count_statements(engine) as many:
        first = desk.page(SETTLED)
    following = re.search(r'href="(/reviews\?[^"]+after=[^"]+)"', first)
    assert following is not None
    second = desk.page(unescape(following.group(1)))

    assert (len(linked(first)), len(linked(second))) == (reviews.PAGE, 1)
    assert linked(second) == [desk.path(paid)]
    assert len(many) == len(one) <= 7


def multiply_settled(desk: Desk, paid: Operation) -> None:
    with desk.world.shop.database.write() as session:
        operation = session.get_one(Operation, paid.id)
        operation.gateway_transaction_id, operation.state = None, "failed"
    multiply(desk.world, desk.world.operation(paid.id), times=reviews.PAGE)


def test_komets_numbers_stand_beside_ours(desk: Desk, paid: Operation) -> None:
    shown = words(desk.page(desk.path(paid)))

    assert "Order W100001 · Komet W-4417" in shown
    assert "Receipt R100001 · Komet P-88120" in shown
    assert "We asked for $227.50. The card processor charged it." in shown


def test_the_customer_is_a_link(desk: Desk, paid: Operation) -> None:
    page = desk.page(desk.path(paid))

    found = re.search(r'href="(/customers/[^"]+)">Bloom &amp; Vine Florist<', page)
    assert found is not None
    assert desk.browser.get(found.group(1)).status_code == 200
