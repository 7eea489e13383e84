"""From nothing to cards in the demo: the shop's screens, the specialist's portal, a real test."""

import re
from pathlib import Path
from time import monotonic

import pytest
import requests

from tests.e2e.running_demo import RunningDemo
from tests.web.browser import Browser
from tests.web.storefront.buying import forms, words

pytestmark = pytest.mark.xdist_group("demo")
HERE = "/setup/locations/MIA"
TIMEOUT = 10
PATIENCE = 20
FORM = {
    "legal_name": "Rosa Alta Flowers LLC",
    "business_address": "1 Flower St, Miami FL 33122",
    "contact_phone": "305 555 0100",
    "monthly_volume_cents": "250,000",
    "average_ticket_cents": "450",
}


def press(browser: Browser, path: str, action: str, **fields: str) -> str:
    """Send a form of a page; returns the words of the location's page then."""
    given = next(
        given for address, given in forms(browser.get(path).text) if address == f"{HERE}/{action}"
    )
    answer = browser.post_raw(f"{HERE}/{action}", {**given, **fields})
    assert answer.status_code == 303, words(answer.text)
    return words(browser.get(HERE).text)


def keys_from_the_portal(gateway_url: str) -> dict[str, str]:
    """What the specialist does: find the application, issue keys, read them."""
    portal, deadline = f"{gateway_url}/portal/applications", monotonic() + PATIENCE
    found: list[str] = []
    while not found:
        assert monotonic() < deadline, "no application arrived"
        page = requests.get(portal, timeout=TIMEOUT).text
        found = re.findall(r'href="/portal/applications/(app_\w+)"', page)
    issued = requests.post(f"{portal}/{found[0]}/keys", timeout=TIMEOUT).text
    api_key, public_key = re.findall(r"<code>([^<]+)</code>", issued)
    return {"key_api_key": api_key, "key_public_key": public_key}


@pytest.mark.full
def test_an_administrator_goes_from_nothing_to_cards_and_a_restart_keeps_them(
    tmp_path: Path,
) -> None:
    with RunningDemo(tmp_path) as demo:
        admin = Browser(demo.ready["shop_url"])
        admin.log_in(**demo.logins["admin"])
        before = words(admin.get("/setup/settings").text)
        press(admin, HERE, "requests")
        press(admin, f"{HERE}/application", "application", **FORM)
        press(admin, f"{HERE}/rates", "rates", percent_bp="2.75")
        keys = keys_from_the_portal(demo.ready["clearent_url"])
        tested = press(admin, f"{HERE}/keys", "keys", **keys)
        active = press(admin, HERE, "activation")
    with RunningDemo(tmp_path) as again:
        admin = Browser(again.ready["shop_url"])
        admin.log_in(**demo.logins["admin"])
        still = press(admin, HERE, "tests")

    assert "2 of 3 locations take cards" in before
    assert "Next: Take cards from now on" in tested
    assert "Cards are taken here" in active
    assert "Cards are taken here" in still
    assert "Works" in still
