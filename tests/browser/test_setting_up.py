"""An administrator leads a location from nothing to a paid order; rules show their reasons."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, Person, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.full]

MIAMI = "/setup/locations/MIA"
FORM = {
    "Legal name of the business": "Rosa Alta Flowers LLC",
    "Business address": "1 Flower St, Miami FL 33122",
    "Phone": "305 555 0100",
    "Card payments you expect in a month": "250,000",
    "A usual payment": "450",
}
NO_CARD = "No card payment for this order"


@pytest.fixture
def admin(chromium: Browser, demo: Demo) -> Iterator[Person]:
    person = Person(chromium, demo)
    person.log_in("admin", lands_at="/(setup|reviews|customers)")
    yield person
    person.leave()


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def keys_of(demo: Demo, page: Page) -> tuple[str, str]:
    """What the specialist does in the portal, and reads out."""

    def has_come() -> bool:
        page.goto(f"{demo.ready['clearent_url']}/portal/applications")
        return page.get_by_role("link", name="Miami").count() > 0

    until(has_come, "the application is at the card processor")
    page.get_by_role("link", name="Miami").click()
    button(page, "Issue keys")
    api_key, public_key = page.locator("dd code").all_inner_texts()[:2]
    return api_key, public_key


def test_a_location_goes_from_nothing_to_a_paid_order(
    admin: Person, chromium: Browser, demo: Demo, buyer_state: object
) -> None:
    page = admin.page
    page.goto(demo.shop + MIAMI)
    expect(page.get_by_role("heading", name="Next:")).to_contain_text("Enable")
    button(page, "Enable the Clearent Integration")
    page.get_by_role("link", name="Fill in the application form").click()
    for label, text in FORM.items():
        page.get_by_label(label, exact=True).fill(text)
    button(page, "Send the form")
    page.get_by_role("link", name="Write the rates down").click()
    page.get_by_label("Percent of each payment").fill("2.75")
    button(page, "Write down")
    page.get_by_role("link", name="Enter the keys").click()
    api_key, public_key = keys_of(demo, admin.open())
    page.get_by_label("API key").fill(api_key)
    page.get_by_label("Public key").fill(public_key[:-20])
    button(page, "Test and keep")
    expect(page.get_by_role("alert")).to_contain_text("The keys were not kept")
    page.get_by_label("API key").fill(api_key)
    page.get_by_label("Public key").fill(f"{public_key[:40]}\n{public_key[40:]}")
    button(page, "Test and keep")
    expect(page.get_by_role("main")).to_contain_text("will see “Pay & Checkout” at Miami")
    button(page, "Take cards from now on")
    expect(page.get_by_role("heading", name="Cards are taken here")).to_be_visible()

    charges = len(demo.charges())
    buyer = Person(chromium, demo, buyer_state)
    buyer.empty_cart()
    buyer.page.goto(f"{demo.shop}/shop")
    buyer.page.locator("select[name=location]").first.select_option(label="Miami")
    buyer.page.wait_for_load_state("networkidle")
    buyer.fill_cart("rose")
    buyer.to_payment()
    buyer.type_card()
    buyer.pays()
    buyer.sees("Paid")
    buyer.page.goto(f"{demo.shop}/shop")
    buyer.page.locator("select[name=location]").first.select_option(label="Boston")
    buyer.leave()

    assert len(demo.charges()) == charges + 1


def advanced(admin: Person, change: Callable[[Page], None]) -> None:
    """Change the buyer's card rules as the page leads: look at the preview, then save."""
    page = admin.page
    page.goto(f"{admin.demo.shop}/customers?q=bloom")
    page.get_by_role("link", name="Bloom & Vine Florist").click()
    page.get_by_role("link", name=re.compile("Card rules")).first.click()
    change(page)
    button(page, "See what this will do")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_load_state("networkidle")


def switch(label: str, on: bool) -> Callable[[Page], None]:
    return lambda page: page.get_by_label(label, exact=False).first.set_checked(on, force=True)


@pytest.mark.parametrize(
    ("label", "offers", "reason"),
    [
        ("Restrict Credit Card Payments", ["Checkout"], NO_CARD),
        ("Require Credit Card Payment", ["Pay & Checkout"], "paid by card before they ship"),
    ],
)
def test_a_rule_of_a_customer_is_seen_at_checkout_with_its_reason(
    admin: Person, buyer: Person, demo: Demo, label: str, offers: list[str], reason: str
) -> None:
    buyer.fill_cart("freedom")
    advanced(admin, switch(label, True))

    buyer.page.goto(f"{demo.shop}/checkout")
    seen = offered(buyer.page)
    said = buyer.page.get_by_role("main").inner_text()
    advanced(admin, switch(label, False))
    buyer.page.goto(f"{demo.shop}/checkout")
    seen_then = offered(buyer.page)

    assert seen == offers
    assert reason in said
    assert seen_then == ["Pay & Checkout", "Checkout"]


@pytest.mark.parametrize(
    ("who", "offers", "reason"),
    [
        ("buyer_required", ["Pay & Checkout"], "paid by card before they ship"),
        ("buyer_restricted", ["Checkout"], NO_CARD),
        ("buyer_cad", ["Checkout"], NO_CARD),
    ],
)
def test_buyers_see_what_their_company_may_do_and_why(
    chromium: Browser, demo: Demo, who: str, offers: list[str], reason: str
) -> None:
    person = Person(chromium, demo)
    person.log_in(who)
    person.fill_cart("freedom")

    person.page.goto(f"{demo.shop}/checkout")

    assert offered(person.page) == offers
    assert reason in person.page.get_by_role("main").inner_text()
    person.leave()


def offered(page: Page) -> list[str]:
    """The ways to check out that the page shows."""
    pattern = re.compile("^(Pay & )?Checkout$")
    links = page.get_by_role("main").get_by_role("link", name=pattern).all_inner_texts()
    buttons = page.get_by_role("main").get_by_role("button", name=pattern).all_inner_texts()
    return [text.strip() for text in links + buttons]
