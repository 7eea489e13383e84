"""Choosing flowers by keys and by mouse, on a page that stays where it is."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FAR_DOWN = "Captain Amigo Jumbo"


def focused(page: Page) -> str:
    """What the keys reach now."""
    return str(page.evaluate("document.activeElement.innerText.trim()"))


def test_adding_keeps_the_place_and_the_focus_and_is_read_out(buyer: Person, demo: Demo) -> None:
    page = buyer.page
    page.emulate_media(reduced_motion="reduce")  # so that the page is where it scrolls to at once
    page.goto(f"{demo.shop}/shop")
    tile = page.locator("article.tile", has_text=FAR_DOWN)
    before = page.locator(".cart-button__total").inner_text()
    tile.get_by_label(re.compile("^Boxes of")).fill("2")
    add = tile.get_by_role("button", name="Add")
    add.focus()
    was_at = tile.bounding_box()

    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text(re.compile("^Added"))).to_be_visible()

    is_at = tile.bounding_box()
    assert was_at is not None
    assert is_at is not None
    assert abs(is_at["y"] - was_at["y"]) < 5
    assert page.evaluate("scrollY") > 0
    expect(add).to_be_focused()
    expect(page.locator(".cart-button__total")).not_to_have_text(before)
    expect(page.locator(".delivery-bar--locked")).to_be_visible()
    assert page.url == f"{demo.shop}/shop"


def test_a_shop_that_does_not_answer_is_not_passed_over(buyer: Person, demo: Demo) -> None:
    page = buyer.page
    page.goto(f"{demo.shop}/shop")
    buyer.context.set_offline(True)

    page.get_by_role("button", name="Add").first.click()

    expect(page.get_by_role("status").get_by_text("The shop did not answer")).to_be_visible()
    assert "ERR_INTERNET_DISCONNECTED" in buyer.problems[0]
    buyer.problems.clear()


def test_the_second_link_of_the_page_leads_past_the_filters(buyer: Person, demo: Demo) -> None:
    page = buyer.page
    page.goto(f"{demo.shop}/shop")
    for _ in range(2):
        page.keyboard.press("Tab")
    second = focused(page)

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert second == "Skip the filters"
    expect(page.locator("article.tile a").first).to_be_focused()


def test_the_paid_page_tells_by_itself_that_accounting_knows(buyer: Person, demo: Demo) -> None:
    buyer.fill_cart("hydrangea")
    buyer.to_payment()
    buyer.type_card()

    buyer.pays()

    buyer.sees("Sent to accounting, control number", seconds=40)
