"""Errors in the shop's own words and design, without a word of what is inside."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import psycopg
import pytest

from komet_shop.services.shop import Shop
from tests.web.browser import Browser
from tests.web.conftest import Serve
from tests.web.house import House


@pytest.mark.parametrize("code", [400, 403, 404, 409, 410, 413, 422, 429, 500, 503])
def test_every_error_is_a_page_of_the_shop(browser: Browser, code: int) -> None:
    answer = browser.get(f"/probe/error/{code}")

    assert answer.status_code == code
    assert f"Error {code}" in answer.text
    assert "plain__sheet" in answer.text


def test_a_page_can_be_matched_with_the_log(
    browser: Browser, house: House, log_text: StringIO
) -> None:
    page = browser.get("/probe/error/500").text

    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    unexpected = next(line for line in lines if line["event"] == "unexpected_error")
    assert unexpected["request_id"] in page
    assert unexpected["route"] == "/probe/error/<int:code>"


def test_neither_page_nor_log_holds_the_secrets_of_an_exception(
    browser: Browser, house: House, log_text: StringIO
) -> None:
    page = browser.get("/probe/error/500").text

    for told in (page, log_text.getvalue()):
        assert "hunter2" not in told
        assert "4111" not in told
    assert "Traceback" not in page
    assert "Traceback" in log_text.getvalue()


def test_a_foreign_host_is_refused_in_the_shops_design(
    browser: Browser, log_text: StringIO
) -> None:
    answer = browser.get("/login", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "main.css" in answer.text
    assert "Traceback" not in log_text.getvalue()


def test_too_large_a_form_is_refused(browser: Browser) -> None:
    answer = browser.post_raw("/probe/form", {"note": "x" * 1_100_000})

    assert answer.status_code == 413


def test_an_unknown_method_is_a_page_too(browser: Browser) -> None:
    answer = browser.post_raw("/probe/scope")

    assert answer.status_code == 405
    assert "plain__sheet" in answer.text


def test_without_its_database_the_shop_says_so(serve: Serve, web_shop: Shop) -> None:
    browser = serve()
    web_shop.database.close()
    give_back = _take_away(web_shop)

    page, ready, alive = (browser.get(path) for path in ("/login", "/readyz", "/healthz"))
    give_back()

    assert (page.status_code, ready.status_code, alive.status_code) == (503, 503, 200)
    assert "plain__sheet" in page.text
    assert "not ready" in ready.text


def test_the_shop_recovers_without_a_restart(serve: Serve, web_shop: Shop, house: House) -> None:
    browser = serve()
    web_shop.database.close()
    give_back = _take_away(web_shop)
    gone = browser.get("/readyz").status_code

    give_back()

    assert (gone, browser.get("/readyz").status_code) == (503, 200)
    assert browser.log_in(house.buyer.email).status_code == 302


def test_a_database_that_was_not_migrated_is_not_ready(serve: Serve, web_shop: Shop) -> None:
    with web_shop.database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    answer = serve().get("/readyz")

    assert answer.status_code == 503
    assert "komet-shop db upgrade" in answer.text


def _take_away(shop: Shop) -> Callable[[], None]:
    """Make the database unreachable; returns what makes it reachable again."""
    if shop.database.is_sqlite:
        path = Path(str(shop.database.url.database))
        hidden = path.with_suffix(".hidden")
        path.rename(hidden)
        path.mkdir()

        def put_back() -> None:
            path.rmdir()
            hidden.rename(path)

        return put_back
    name = str(shop.database.url.database)
    _rename(shop, name, f"{name}_away")
    return lambda: _rename(shop, f"{name}_away", name)


def _rename(shop: Shop, old: str, new: str) -> None:
    url = shop.database.url
    host = str(url.query["host"])
    with psycopg.connect(host=host, user=url.username, dbname="postgres", autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [old]
        )
        admin.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
