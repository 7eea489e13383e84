"""Filling in the forms of card settings as a browser without scripts does."""

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any

import requests

from tests.web.browser import Browser

COMPANY = "/setup/cards"
MIAMI = "/setup/locations/MIA/cards"
QUITO = "/setup/locations/UIO/cards"


class _Form(HTMLParser):
    """What the form of an address would send as it stands."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.found = False
        self._action, self._open, self._select = action, False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = given.get("action") == self._action
            self.found = self.found or self._open
        name = given.get("name") or ""
        if not self._open:
            return
        if tag == "input" and name and _is_sent(given):
            self.fields[name] = given.get("value") or ""
        if tag == "select":
            self._select = name
        if tag == "option" and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value") or ""


def _is_sent(given: dict[str, str | None]) -> bool:
    return given.get("type") not in ("radio", "checkbox") or "checked" in given


def form(html: str, action: str) -> dict[str, str]:
    """The fields of a page's form, with what they hold."""
    reader = _Form(action)
    reader.feed(html)
    assert reader.found, f"no form for {action}"
    return reader.fields


def drawn(browser: Browser, path: str) -> dict[str, str]:
    """The form of a page that must be there."""
    page = browser.get(path)
    assert page.status_code == 200, (path, page.status_code, page.headers)
    return form(page.text, path)


def send(
    browser: Browser, path: str, fields: Mapping[str, str] | None = None, /, **changes: Any
) -> requests.Response:
    """Send the form of a page with changes; None leaves a field out, as an empty check box."""
    given = {**(fields or drawn(browser, path)), **changes}
    return browser.post_raw(path, {name: one for name, one in given.items() if one is not None})


def confirm(browser: Browser, path: str, preview: requests.Response) -> requests.Response:
    """Send the form of a preview as it stands."""
    return browser.post_raw(path, form(preview.text, path))


def words(html: str) -> str:
    """What a person reads on a page."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
