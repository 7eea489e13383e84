"""The payment that waits in every demo, followed to its end by a clerk with a keyboard."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.demo import Demo, Person, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
MOST_TABS = 60


@pytest.fixture
def clerk(chromium: Browser, demo: Demo) -> Iterator[Person]:
    """A clerk of Accounts Receivables, who starts at Reviews."""
    person = Person(chromium, demo)
    person.log_in("clerk", lands_at="/reviews")
    yield person
    problems = person.problems
    person.leave()
    assert problems == []


def tab_to(person: Person, target: Locator) -> None:
    """Press the tab key until it is there."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never reached {target}")


def mails_about(demo: Demo, words: str) -> list[dict[str, Any]]:
    """The mails that were sent with these words in their subject."""
    return [mail for mail in demo.mails() if words in mail["subject"]]


def find_with_the_keyboard(person: Person, number: str) -> None:
    """Look for a payment by a number."""
    tab_to(person, person.page.get_by_label("Find a payment"))
    person.page.keyboard.type(number)
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("q="))


def test_a_clerk_gives_back_what_was_taken_and_the_buyer_may_pay_again(
    clerk: Person, chromium: Browser, demo: Demo
) -> None:
    buyer = Person(chromium, demo)
    buyer.log_in("buyer_unclear")
    buyer.page.goto(f"{demo.shop}/orders")
    before = [charge for charge in demo.charges() if not charge["voided"]]

    tab_to(clerk, clerk.page.get_by_role("link", name=re.compile("^R10")).first)
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_url(re.compile("/reviews/op_"))
    give_back = clerk.page.get_by_role("button", name=re.compile(r"^Give \$.* back"))
    tab_to(clerk, clerk.page.get_by_label("Reason").first)
    clerk.page.keyboard.type("half of it in the portal")
    tab_to(clerk, give_back)
    clerk.page.keyboard.press("Enter")
    clerk.sees("This is settled")
    clerk.sees("Settled: given back")
    clerk.sees("That was given back to the card")
    clerk.sees(r"gave \$[\d.]+ back \(void \d+\)")

    buyer.sees("Payment being confirmed")
    until(lambda: [c for c in demo.charges() if not c["voided"]] != before, "the void")
    buyer.page.goto(f"{demo.shop}/cart")
    expect(
        buyer.page.get_by_role("link", name=re.compile("checkout", re.IGNORECASE))
    ).to_be_visible()
    mails = [mail for mail in demo.mails() if "needs a decision" in mail["subject"]]
    assert {address for mail in mails for address in mail["to"]} >= {"carol@rosa-alta.example"}
    [told] = until(lambda: mails_about(demo, "Your money goes back"), "the mail to the buyer")
    assert told["to"] == [demo.ready["logins"]["buyer_unclear"]["email"]]
    assert "whenever you like" in told["text"]
    assert mails_about(demo, "that nobody waits for") == []
    clerk.page.goto(f"{demo.shop}/reviews")
    clerk.sees("Nothing to decide")
    find_with_the_keyboard(clerk, "W100001")
    clerk.sees("Settled: given back")
    buyer.leave()
