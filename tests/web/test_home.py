"""The first page sends everybody to their work."""

from tests.web.browser import Browser
from tests.web.house import House


def test_a_stranger_is_sent_to_log_in(browser: Browser) -> None:
    assert browser.get("/").headers["Location"] == "/login?next=/"


def test_a_person_without_a_page_of_their_own_sees_the_profile(
    browser: Browser, house: House
) -> None:
    browser.log_in(house.buyer.email)

    answer = browser.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile")
