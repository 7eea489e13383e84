"""What changes something must come from our own pages."""

from tests.web.browser import PASSWORD, Browser
from tests.web.conftest import Serve
from tests.web.house import House

HTTPS = {"Host": "shop.example", "X-Forwarded-Proto": "https"}


def test_a_login_without_a_token_is_refused(browser: Browser, house: House) -> None:
    fields = {"email": house.buyer.email, "password": PASSWORD}

    answer = browser.post_raw("/login", fields)

    assert answer.status_code == 400
    assert browser.get("/probe/scope").status_code == 303


def test_a_token_of_another_session_is_refused(browser: Browser, house: House) -> None:
    token = Browser(browser.url).token("/login")
    browser.get("/login")
    fields = {"email": house.buyer.email, "password": PASSWORD, "csrf_token": token}

    assert browser.post_raw("/login", fields).status_code == 400


def test_a_form_with_its_token_is_accepted(browser: Browser) -> None:
    assert browser.post("/probe/form", {}).text == "saved"


def test_a_token_lives_as_long_as_the_session(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)
    token = browser.token("/probe/form")

    answers = [browser.post_raw("/probe/form", {"csrf_token": token}) for _ in range(2)]

    assert [answer.text for answer in answers] == ["saved", "saved"]


def test_a_token_of_before_the_login_is_worthless_after_it(browser: Browser, house: House) -> None:
    token = browser.token("/login")
    browser.log_in(house.buyer.email)

    assert browser.post_raw("/probe/form", {"csrf_token": token}).status_code == 400


def test_another_site_is_refused_even_with_a_token(browser: Browser) -> None:
    answer = browser.post("/probe/form", {}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_our_own_pages_are_accepted_over_https(serve: Serve, house: House) -> None:
    browser = serve(base_url="https://shop.example", proxy_hops=1)
    page = browser.get("/probe/form", headers=HTTPS)
    session_id = page.headers["Set-Cookie"].split(";")[0]
    token = page.text.split('value="')[1].split('"')[0]
    from_us = {**HTTPS, "Cookie": session_id, "Referer": "https://shop.example/"}
    from_others = {**HTTPS, "Cookie": session_id, "Referer": "https://evil.example/"}

    accepted = browser.post_raw("/probe/form", {"csrf_token": token}, headers=from_us)
    refused = browser.post_raw("/probe/form", {"csrf_token": token}, headers=from_others)

    assert (accepted.status_code, refused.status_code) == (200, 400)


def test_logging_out_takes_a_token(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)

    assert browser.post_raw("/logout").status_code == 400
    assert browser.get("/probe/scope").status_code == 200
