"""The card number goes to the gateway and nowhere else; only known scripts run."""

import itertools
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from komet_clearent.plugin import plugin

from tests.browser.demo import CARD, Demo, Person, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DIGITS = CARD.replace(" ", "")
GROUPS = CARD.split()
SEPARATORS = ("", " ", "-", ".", "_", "/", "\t", "\u00a0", "\u2009", "\u2013", "%20", "+", "&nbsp;")
SPELLINGS = sorted(
    {separator.join(GROUPS) for separator in SEPARATORS}
    | {separator.join(DIGITS) for separator in SEPARATORS}
    | {DIGITS[::-1], f"{int(DIGITS):,}", f"{int(DIGITS):x}", DIGITS[:12], DIGITS[:8] + "XXXX1111"}
)


BOXES = itertools.count(1)
"""Another amount each time: the gateway takes equal ones within minutes for repeats."""


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture
def paid(buyer: Person, demo: Demo) -> Person:
    """A buyer who has paid with a new card and saved it."""
    buyer.fill_cart("ocean", boxes=next(BOXES))
    buyer.to_payment()
    buyer.type_card()
    buyer.page.get_by_label(re.compile("Save this card")).check()
    buyer.pays()
    buyer.sees("Paid")
    return buyer


def test_number_and_code_go_to_the_gateway_only(paid: Person, demo: Demo) -> None:
    gateway = origin(demo.ready["clearent_url"])

    with_number = {
        origin(request.url)
        for request in paid.requests
        if DIGITS in re.sub(r"\D", "", (request.post_data or "") + request.url)
    }
    with_code = {
        origin(request.url) for request in paid.requests if '"csc"' in (request.post_data or "")
    }

    assert with_number == {gateway}
    assert with_code == {gateway}


def test_there_are_thirty_spellings() -> None:
    assert len(SPELLINGS) >= 30


def test_no_spelling_of_the_number_is_anywhere_in_the_house(paid: Person, demo: Demo) -> None:
    until(lambda: [mail for mail in demo.mails() if "Receipt" in mail["subject"]], "a receipt")
    files = [path for path in demo.folder.rglob("*") if path.is_file() and not _gateways(path)]
    texts = {str(path): path.read_bytes() for path in files}
    texts["mails"] = requests.get(f"{demo.ready['mail_url']}/_control/messages", timeout=5).content

    hits = [
        (name, spelling)
        for (name, content), spelling in itertools.product(texts.items(), SPELLINGS)
        if spelling.encode() in content
    ]

    assert len(files) > 5
    assert hits == []


def _gateways(path: Path) -> bool:
    """The gateway's own ledger is another company's computer."""
    return plugin.name in path.parts


def test_only_scripts_of_the_inventory_run_beside_the_card(buyer: Person, demo: Demo) -> None:
    buyer.fill_cart("tara")
    buyer.to_payment()
    buyer.page.wait_for_load_state("networkidle")

    frames = {frame.url for frame in buyer.page.frames[1:]}
    scripts = {
        request.url
        for request in buyer.requests
        if request.resource_type == "script" and request.frame.url not in frames
    }
    foreign = {urlsplit(url).path for url in scripts if origin(url) != origin(demo.shop)}
    own = {urlsplit(url).path for url in scripts if origin(url) == origin(demo.shop)}

    assert foreign
    assert foreign <= set(plugin.script_inventory)
    assert all(path.startswith(("/static/", f"/plugins/{plugin.name}/")) for path in own)


def test_no_page_has_inline_script_or_style(buyer: Person, demo: Demo) -> None:
    buyer.fill_cart("moody")
    buyer.to_payment()
    pages = ("/shop", "/cart", "/checkout", "/checkout/pay", "/orders", "/account", "/help")

    inline = {}
    for path in pages:
        answer = buyer.page.goto(demo.shop + path)
        assert answer is not None
        html = answer.text()
        policy = answer.headers["content-security-policy"]
        inline[path] = [
            *re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", html),
            *re.findall(r"<style[^>]*>", html),
            *re.findall(r"\sstyle=\"", html),
            *re.findall(r"\son\w+=\"", html),
            *re.findall(r"unsafe-\w+", policy),
            *([] if "nonce-" in policy else ["no nonce"]),
        ]

    assert {path: found for path, found in inline.items() if found} == {}
