"""English or Spanish, as somebody chose it."""

import pytest

from komet_shop.models import User
from komet_shop.models.database import Database
from tests.web.browser import Browser
from tests.web.house import House


def _language(browser: Browser, path: str = "/probe/error/404", **headers: str) -> str:
    page = browser.get(path, headers=headers).text
    return page.split('<html lang="')[1][:2]


@pytest.mark.parametrize(
    ("asked", "shown"), [("es-MX,es;q=0.9", "es"), ("de,en;q=0.5", "en"), ("ja", "en"), ("", "en")]
)
def test_a_stranger_gets_what_the_browser_asks_for(
    browser: Browser, asked: str, shown: str
) -> None:
    assert _language(browser, **{"Accept-Language": asked}) == shown


def test_an_account_knows_its_language(browser: Browser, house: House, database: Database) -> None:
    with database.write() as session:
        session.get_one(User, house.buyer.id).locale = "es"
    browser.log_in(house.buyer.email)

    assert _language(browser, **{"Accept-Language": "en"}) == "es"


def test_a_choice_by_link_stays(browser: Browser) -> None:
    chosen = _language(browser, "/probe/error/404?lang=es")

    assert (chosen, _language(browser)) == ("es", "es")


@pytest.mark.parametrize(
    ("site", "kept"), [(None, "es"), ("same-origin", "es"), ("cross-site", "en"), ("none", "en")]
)
def test_a_choice_while_logged_in_is_the_accounts_too(
    browser: Browser, house: House, database: Database, site: str | None, kept: str
) -> None:
    browser.log_in(house.buyer.email)

    browser.get("/probe/scope?lang=es", headers={"Sec-Fetch-Site": site} if site else {})

    with database.read() as session:
        assert session.get_one(User, house.buyer.id).locale == kept


def test_links_to_languages_keep_the_filters_of_the_page(browser: Browser) -> None:
    page = browser.get("/probe/error/404?q=red+roses&lang=en").text

    assert 'href="/probe/error/404?q=red+roses&amp;lang=es"' in page
