"""A card number never gets in, whichever way it is sent, and leaves no trace."""

from io import StringIO

import pytest
from sqlalchemy import text

from komet_shop.models import Base
from komet_shop.models.database import Database
from tests.web.browser import Browser
from tests.web.house import House

CARD = "4111111111111111"
WIDE = "\uff14" + "\uff11" * 15
SPELLINGS = [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", WIDE]


@pytest.fixture(autouse=True)
def _leaves_no_trace(house: House, database: Database, log_text: StringIO) -> object:
    yield
    kept = _all_rows(database) + log_text.getvalue()
    assert [spelling for spelling in SPELLINGS if spelling in kept] == []
    assert "card_data_refused" in log_text.getvalue()


def _all_rows(database: Database) -> str:
    with database.read() as session:
        tables = Base.metadata.sorted_tables
        return str([session.execute(text(f'SELECT * FROM "{one.name}"')).all() for one in tables])


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_in_a_field(browser: Browser, spelling: str) -> None:
    answer = browser.post("/probe/form", {"note": f"please take {spelling} again"})

    assert answer.status_code == 422
    assert "What was entered in “Note” looks like a card number." in answer.text


def test_in_the_password_of_a_login(browser: Browser) -> None:
    assert browser.log_in("ana@people.example", CARD).status_code == 422


def test_in_the_name_of_a_field(browser: Browser) -> None:
    answer = browser.post("/probe/form", {CARD: "x"})

    assert answer.status_code == 422
    assert CARD not in answer.text


def test_a_field_is_called_what_people_call_it(browser: Browser) -> None:
    page = browser.get(f"/shop?q={CARD}").text

    assert "What was entered in “Search” looks like a card number." in page
    assert "only in the card fields of the payment page" in page
    assert "card-like data" not in page


def test_the_page_is_the_companys(browser: Browser, house: House) -> None:
    page = browser.get(f"/shop?q={CARD}").text

    assert f'<span class="brand__name">{house.company.name}</span>' in page


def test_a_key_of_the_gateway_is_called_by_its_label(browser: Browser) -> None:
    page = browser.post("/probe/form", {"key_key": CARD}).text

    assert "What was entered in “Key” looks like a card number." in page


def test_in_the_query(browser: Browser) -> None:
    answer = browser.get(f"/probe/form?q={CARD}")

    assert answer.status_code == 422
    assert CARD not in answer.text


def test_in_the_path(browser: Browser) -> None:
    assert browser.get(f"/orders/{CARD}").status_code == 422


def test_in_json(browser: Browser) -> None:
    deep = {"order": {"notes": ["first", {"card": int(CARD)}]}}

    answer = browser.post_raw("/probe/form", None, json=deep)

    assert answer.status_code == 422
    assert "What was entered in “card” looks like a card number." in answer.text


def test_in_a_file(browser: Browser) -> None:
    files = {"list": ("flowers.csv", f"roses\n{CARD}\n")}

    assert browser.post_raw("/probe/form", None, files=files).status_code == 422


def test_in_plain_text(browser: Browser) -> None:
    answer = browser.post_raw("/probe/form", CARD, headers={"Content-Type": "text/plain"})

    assert answer.status_code == 422
