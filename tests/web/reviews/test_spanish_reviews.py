"""Reviews for a clerk who reads Spanish: no text of the shop is left in English."""

import pytest
from sqlalchemy import update

from komet_shop.models import Operation, User
from komet_shop.services import stray_returns
from tests.conftest import MovableClock
from tests.services.mishaps import charged_late, charged_twice, part_approved, strays
from tests.web.reviews.desk import Desk, kill_message
from tests.web.reviews.test_decisions import press_as_if_offered
from tests.web.spanish import english_left

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LISTS = ("unclear", "decide", "stray", "undelivered", "settled")


@pytest.fixture(autouse=True)
def _reads_spanish(desk: Desk) -> None:
    with desk.world.shop.database.write() as session:
        session.execute(update(User).values(locale="es"))


def left(desk: Desk, *paths: str) -> dict[str, list[str]]:
    """English on each of these pages."""
    found = {path: english_left(desk.page(path)) for path in paths}
    return {path: texts for path, texts in found.items() if texts}


def lists(*names: str) -> list[str]:
    return [f"/reviews?show={name}" for name in names]


def test_empty_lists_are_spanish(desk: Desk) -> None:
    assert left(desk, *lists(*LISTS), "/reviews?q=R999999", "/account") == {}


def test_a_payment_to_decide_is_spanish(desk: Desk) -> None:
    path = desk.path(part_approved(desk.world))
    desk.press(path, "questions")

    refused = press_as_if_offered(desk, desk.page(path), "charged")
    empty = desk.press(path, "decisions", outcome="give_back", reason=" ")

    assert left(desk, *lists("decide"), path) == {}
    assert english_left(refused.text) == english_left(empty.text) == []
    assert "Devolver $113.75" in desk.page(path)


def test_a_payment_that_went_back_is_spanish(desk: Desk) -> None:
    path = desk.path(part_approved(desk.world))
    desk.press(path, "decisions", outcome="give_back")

    assert left(desk, *lists("settled"), path) == {}
    assert "Carol Clerk devolvió $113.75" in desk.page(path)


def test_an_unclear_payment_is_spanish(desk: Desk) -> None:
    desk.world.arm("reset_before_booking", match={"path": "sale"})
    operation = desk.world.pay()
    desk.press(desk.path(operation), "questions")

    assert left(desk, *lists("unclear"), desk.path(operation)) == {}


def test_stray_money_is_spanish(desk: Desk, clock: MovableClock) -> None:
    late = charged_late(desk.world, clock)
    desk.come_back()
    before = left(desk, *lists("stray"), desk.path(late))
    desk.press(desk.path(late), "applications")

    assert before == {}
    assert left(desk, desk.path(late)) == {}


def test_what_goes_back_is_spanish(desk: Desk) -> None:
    _, stray = charged_twice(desk.world)
    before = left(desk, desk.path(stray))
    stray_returns.give_back_what_is_paid_twice(desk.world.shop)
    with desk.world.shop.database.read() as session:
        void = session.query(Operation).filter(Operation.parent_id == strays(desk.world)[0].id)
        path = desk.path(void.one())

    assert before == {}
    assert left(desk, desk.path(stray), path) == {}


def test_a_dead_message_is_spanish(desk: Desk) -> None:
    desk.world.pay()
    path = f"/reviews/messages/{kill_message(desk.world, 'komet_order', 'Cliente?')}"

    refused = desk.press(path, "entries", control_number="", reason="")

    assert left(desk, *lists("undelivered"), path) == {}
    assert english_left(refused.text) == []
