"""Every screen that links lead to: nothing serious for axe, and Tab reaches all that acts."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.demo import Demo, Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "phone in the dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
FIRST, ALL = 2, 80
LEAVES = re.compile(r"/logout|/photos/|\.(csv|pdf|ics)$|/export")
"""Links that end the visit or give no page."""

SERIOUS = ("serious", "critical")
RUN_ONLY = {"resultTypes": ["violations"]}
MARK_WHAT_ACTS = """() => {
  const acting = 'a[href], button, input:not([type=hidden]), select, textarea, summary'
  const groups = new Set()
  let number = 0
  for (const one of document.querySelectorAll(acting)) {
    if (one.disabled || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true}))
      continue
    if (one.type === 'radio') {
      const group = one.form?.id + one.name
      const chosen = document.querySelector(`input[name="${CSS.escape(one.name)}"]:checked`)
      if (groups.has(group) || (chosen && chosen !== one)) continue
      groups.add(group)
    }
    one.dataset.unreached = ''
    one.addEventListener('focus', () => delete one.dataset.unreached)
    number++
  }
  document.activeElement?.blur()
  return number
}"""
UNREACHED = """all => all.map(one => {
  delete one.dataset.unreached
  return one.outerHTML.slice(0, 120)
})"""


def screens(person: Person, most: int) -> Iterator[str]:
    """Paths of one page of each kind, by the links that the person sees."""
    waiting, asked, shown = ["/"], {"/"}, set[str]()
    shop = urlsplit(person.demo.shop).netloc
    while waiting and len(shown) < most:
        person.page.goto(person.demo.shop + waiting.pop(0))
        here = kind(person.page.url)
        if here in shown or urlsplit(person.page.url).netloc != shop:
            continue
        shown.add(here)
        yield here
        links = person.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        for link in (urldefrag(one).url for one in links):
            if (
                urlsplit(link).netloc == shop
                and not LEAVES.search(link)
                and kind(link) not in asked
            ):
                asked.add(kind(link))
                waiting.append(urlsplit(link).path)


def kind(url: str) -> str:
    """The path, with what stands for one of many replaced."""
    parts = urlsplit(url).path.split("/")
    return "/".join("*" if re.search(r"\d|^[a-z]+_\w{8,}", part) else part for part in parts)


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical: the rule and the first place."""
    found = Axe().run(page, options=RUN_ONLY).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS
    ]


def out_of_reach(page: Page) -> list[str]:
    """What acts and is not come to by pressing Tab."""
    number = page.evaluate(MARK_WHAT_ACTS)
    missing = page.locator("[data-unreached]")
    for _ in range(3):  # frames and scrolling boxes are stops of their own
        for _ in range(number if missing.count() else 0):
            page.keyboard.press("Tab")
    return list(missing.evaluate_all(UNREACHED))


def walk(browser: Browser, demo: Demo, who: str, look: str, most: int) -> dict[str, list[str]]:
    """What is wrong, by the kind of page; and that there was something to look at."""
    person = Person(browser, demo, **LOOKS[look])
    person.log_in(who, lands_at=".")
    wrong, seen = {}, 0
    for path in screens(person, most):
        seen += 1
        wrong[path] = serious(person.page) + out_of_reach(person.page)
    person.leave()
    assert seen >= FIRST
    return {path: found for path, found in wrong.items() if found}


@pytest.mark.parametrize("who", ["buyer", "admin"])
def test_the_first_screens_are_fit_for_everybody(chromium: Browser, demo: Demo, who: str) -> None:
    assert walk(chromium, demo, who, "wide", FIRST) == {}


@pytest.mark.full
@pytest.mark.parametrize(
    ("who", "look"),
    [
        ("buyer", "wide"),
        ("buyer", "phone in the dark"),
        ("clerk", "phone in the dark"),
        ("admin", "wide"),
        ("admin", "phone in the dark"),
    ],
)
def test_every_screen_is_fit_for_everybody(
    chromium: Browser, demo: Demo, who: str, look: str
) -> None:
    assert walk(chromium, demo, who, look, ALL) == {}
