"""What every answer tells the browser, errors included."""

import re

import pytest

from tests.web.browser import Browser
from tests.web.conftest import Serve
from tests.web.house import House
from tests.web.probes import GATEWAY

POLICY = (
    "default-src 'none'; script-src 'nonce-N'; style-src 'self' 'nonce-N'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; report-to csp"
)
PATHS = [
    "/login",
    "/healthz",
    "/static/x/css/main.css",
    "/nowhere",
    "/probe/error/403",
    "/probe/error/500",
    "/probe/error/503",
    "/?q=4111111111111111",
]


def _nonce(policy: str) -> str:
    found = re.search(r"'nonce-([^']+)'", policy)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_policy(serve: Serve, house: House, path: str) -> None:
    answer = serve().get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.replace(_nonce(policy), "N") == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Reporting-Endpoints"] == 'csp="http://localhost:5000/csp-report"'


def test_a_refused_host_gets_the_policy_too(browser: Browser) -> None:
    answer = browser.get("/login", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer.headers


def test_every_answer_has_a_nonce_of_its_own(browser: Browser) -> None:
    nonces = {_nonce(browser.get("/login").headers["Content-Security-Policy"]) for _ in range(5)}

    assert len(nonces) == 5
    assert all(len(nonce) >= 22 for nonce in nonces)


def test_the_page_uses_the_nonce_of_its_header(browser: Browser) -> None:
    answer = browser.get("/login")

    used = set(re.findall(r'nonce="([^"]+)"', answer.text))
    assert used == {_nonce(answer.headers["Content-Security-Policy"])}


def test_only_a_card_page_allows_the_gateway(browser: Browser) -> None:
    card = browser.get("/probe/card-page").headers["Content-Security-Policy"]
    other = browser.get("/login").headers["Content-Security-Policy"]

    nonce = _nonce(card)
    assert f"script-src 'nonce-{nonce}' {GATEWAY};" in card
    assert f"frame-src {GATEWAY};" in card
    assert f"connect-src 'self' {GATEWAY};" in card
    assert GATEWAY not in other


def test_pages_are_not_kept_by_browsers(browser: Browser) -> None:
    assert browser.get("/login").headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_ever_under_their_own_address(browser: Browser) -> None:
    page = browser.get("/login").text
    address = re.search(r'href="(/static/[^"]+/css/main\.css)"', page)
    assert address is not None

    today = browser.get(address.group(1))
    other = browser.get("/static/older-release/css/main.css")

    assert today.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/static/x/../../setup.cfg", "/static/x/%2e%2e/setup.cfg"])
def test_static_files_stay_in_their_folder(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_https_is_demanded_for_a_year(serve: Serve, house: House) -> None:
    browser = serve(base_url="https://shop.example", proxy_hops=1)

    answer = browser.get("/login", headers={"Host": "shop.example", "X-Forwarded-Proto": "https"})

    expected = "max-age=31536000; includeSubDomains"
    assert answer.headers["Strict-Transport-Security"] == expected


def test_plain_http_does_not_demand_https(browser: Browser) -> None:
    assert "Strict-Transport-Security" not in browser.get("/login").headers
