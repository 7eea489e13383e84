"""Reads catalogues and pages, and finds what was left in English."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "komet_shop" / "translations"
PLUGIN = ROOT / "plugins" / "clearent" / "komet_clearent" / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
SHOWN = ("aria-label", "title", "placeholder", "alt", "data-busy-label")
UNSEEN = ("script", "style")

Words = tuple[str, ...]


def words_of(text: str | tuple[str, ...] | list[str] | None) -> Words:
    """A text in its forms: one, or singular and plural; one empty form if there is none."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def po_of(folder: Path) -> Catalog:
    """A folder's Spanish catalogue as it was written."""
    with (folder / "es" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale="es")


def english_left(html: str) -> list[str]:
    """What a page or mail shows, or reads out, in English although Spanish has a text for it."""
    reader = _Reader()
    reader.feed(html)
    return sorted({text for text in reader.texts if _english().fullmatch(text)})


@cache
def _english() -> re.Pattern[str]:
    """Every English text whose translation is another one, with anything for its values."""
    patterns = {
        ".+".join(re.escape(part) for part in PLACEHOLDER.split(text))
        for folder in (SHOP, PLUGIN)
        for message in po_of(folder)
        if message.id
        for text in words_of(message.id)
        if text not in words_of(message.string)
    }
    return re.compile("|".join(sorted(patterns)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        self.texts += [_plain(value) for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.texts += [_plain(data), *map(_plain, data.split("·"))]


def _plain(text: str) -> str:
    return " ".join(text.split())
