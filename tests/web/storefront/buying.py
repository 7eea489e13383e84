"""What a florist does on the way to the till, as a browser without scripts does it."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

import requests
from komet_clearent.sandbox.program import SandboxServer

from tests.services.florist import Florist
from tests.web.browser import Browser
from tests.world import World


class _Forms(HTMLParser):
    """The posted forms of a page: their addresses, and what they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = given.get("method", "get") == "post"
            if self._open:
                self.found.append((given["action"] or "", {}))
        elif tag == "input" and self._open and _is_sent(given):
            self.found[-1][1][given["name"] or ""] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def _is_sent(given: dict[str, str | None]) -> bool:
    is_ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
    return bool(given.get("name")) and is_ticked and "disabled" not in given


def forms(html: str) -> list[tuple[str, dict[str, str]]]:
    """(address, fields) of each form that posts, but for the menu's logout."""
    reader = _Forms()
    reader.feed(html)
    return [form for form in reader.found if form[0] != "/logout"]


def words(html: str) -> str:
    """What a person reads on a page."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@dataclass
class Buying:
    """A browser, the florist before it, and the gateway behind the shop."""

    browser: Browser
    florist: Florist
    gateway: SandboxServer
    line: str

    def page(self, path: str) -> str:
        """A page that must be there."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
        return answer.text

    def submit(self, html: str, action: str, **fields: Any) -> requests.Response:
        """Send the form with that address as it stands on the page, with changes."""
        given = next(given for address, given in forms(html) if address == action)
        return self.browser.post_raw(action, {**given, **fields})

    def pay(self, html: str = "", **fields: Any) -> requests.Response:
        """Press the pay button, with a new card unless told otherwise."""
        page = html or self.page("/checkout/pay")
        if "card" not in fields and "card_token" not in fields:
            fields["card_token"] = self.token()
        return self.submit(page, "/checkout/pay", **fields)

    def token(self) -> str:
        """A one-time token, straight from the gateway."""
        return self.world.card_token()

    @property
    def world(self) -> World:
        """The same florist, for questions about money."""
        return World(
            shop=self.florist.shop,
            gateway=self.gateway,
            scope=self.florist.scope,
            order_id="",
            total_cents=0,
            location_id=self.florist.location_id,
            customer_id=self.florist.customer_id,
        )
