"""The Spanish catalogues: whole, compiled, and true to their English."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tests.web.browser import PASSWORD, Browser
from tests.web.house import House
from tests.web.spanish import PLACEHOLDER, PLUGIN, ROOT, SHOP, english_left, po_of, words_of

SPANISH = {"Accept-Language": "es-US,es;q=0.9"}
SOURCES = {SHOP: ("komet_shop", "templates"), PLUGIN: ("plugins/clearent/komet_clearent",)}
BOTH = pytest.mark.parametrize("folder", [SHOP, PLUGIN], ids=["shop", "plugin"])
WRONG = {"password": PASSWORD, "new_password": "short", "new_password_confirm": "other"}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def extracted(folder: Path, target: Path) -> Catalog:
    """The texts of the code and templates as they are now, read as `make translations` does."""
    found = re.search(r"^EXTRACT := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert found is not None
    pybabel = Path(sys.executable).with_name("pybabel")
    subprocess.run(
        [pybabel, "-q", "extract", *shlex.split(found.group(1)), "-o", target, *SOURCES[folder]],
        check=True,
        cwd=ROOT,
    )
    with target.open("rb") as source:
        return read_po(source)


def texts(catalog: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """English to Spanish, in all forms."""
    return {words_of(one.id): words_of(one.string) for one in catalog if one.id}


@BOTH
def test_every_text_that_the_code_shows_is_in_the_catalogue(folder: Path, tmp_path: Path) -> None:
    now = texts(extracted(folder, tmp_path / "now.pot"))

    kept = texts(po_of(folder))

    assert sorted(now.keys() ^ kept.keys()) == [], "run `make translations`"


@BOTH
def test_nothing_is_untranslated_or_fuzzy(folder: Path) -> None:
    catalog = po_of(folder)

    bare = [one.id for one in catalog if one.id and not all(words_of(one.string))]
    unsure = [one.id for one in catalog if one.id and one.fuzzy]

    assert (bare, unsure) == ([], [])


@BOTH
def test_the_compiled_catalogue_is_the_written_one(folder: Path) -> None:
    written = folder / "es" / "LC_MESSAGES" / "messages.po"

    with written.with_suffix(".mo").open("rb") as source:
        compiled = read_mo(source)

    assert texts(compiled) == texts(po_of(folder)), "run `make translations`"


@BOTH
def test_both_languages_have_the_same_values(folder: Path) -> None:
    differing = [
        english
        for english, spanish in texts(po_of(folder)).items()
        for form in spanish
        if set(PLACEHOLDER.findall(form)) != set(PLACEHOLDER.findall(english[-1]))
    ]

    assert differing == []


@ONE_DATABASE
@pytest.mark.parametrize(
    "path",
    ["/login", "/reset", "/probe/error/403", "/probe/error/404", "/probe/error/500", "/nowhere"],
)
def test_pages_for_strangers_are_spanish(browser: Browser, path: str) -> None:
    page = browser.get(path, headers=SPANISH).text

    assert '<html lang="es"' in page
    assert english_left(page) == []


@ONE_DATABASE
def test_the_search_for_english_finds_it(browser: Browser) -> None:
    page = browser.get("/login").text

    assert {"Log in", "Email", "Password"} <= set(english_left(page))


@ONE_DATABASE
def test_pages_about_passwords_are_spanish(browser: Browser, house: House) -> None:
    browser.log_in(house.buyer.email)
    browser.get("/change?lang=es")

    pages = [
        browser.get("/change"),
        browser.post("/change", WRONG),
        browser.post("/change", WRONG | {"new_password_confirm": "short"}),
        browser.get("/verify"),
    ]

    assert [page.status_code for page in pages] == [200, 422, 422, 200]
    assert [english_left(page.text) for page in pages] == [[], [], [], []]
    assert "Las dos contraseñas no coinciden." in pages[1].text
    assert "Use de 12 a 128 caracteres." in pages[2].text


@ONE_DATABASE
@pytest.mark.parametrize("fields", [{}, {"email": "nobody"}, {"email": "nobody@people.example"}])
def test_a_failed_login_is_told_in_spanish(browser: Browser, fields: dict[str, str]) -> None:
    page = browser.post("/login", {"password": "x", **fields}, headers=SPANISH)

    assert page.status_code == 422
    assert english_left(page.text) == []


@ONE_DATABASE
def test_a_refused_card_number_is_told_in_spanish(browser: Browser) -> None:
    page = browser.get("/probe/error/4111111111111111", headers=SPANISH).text

    assert "Lo que había en la dirección parece un número de tarjeta." in page
    assert english_left(page) == []
