"""The merchant's portal."""

import re

import pytest
import requests

PAGES = ["", "/applications", "/transactions", "/batches", "/sale", "/faults", "/assumptions"]


def _get(shop, path, **query):
    return requests.get(f"{shop.url}/portal{path}", params=query, timeout=3)


def _post(shop, page, **form):
    return requests.post(
        f"{shop.url}/portal{page}",
        data=form,
        headers={"Origin": shop.url, "Sec-Fetch-Site": "same-origin"},
        timeout=3,
        allow_redirects=False,
    )


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_itself_without_script_or_inline_style(shop, path):
    shop.charge()

    page = _get(shop, path)

    assert page.status_code == 200
    assert len(re.findall("<h1>", page.text)) == 1
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|4111111111111111", page.text)
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers


def test_the_root_leads_to_the_portal(shop):
    assert requests.get(shop.url, timeout=3).url == f"{shop.url}/portal"


def test_every_terminals_keys_are_there_to_copy(shop):
    page = _get(shop, "").text

    for account in shop.server.accounts:
        assert account["public_key"] in page
        assert account["api_key"] in page


def test_transactions_are_filtered_and_masked(shop):
    shop.charge(invoice="WANTED")
    shop.charge(invoice="OTHER", account=1)

    page = _get(shop, "/transactions", account="MIA", card="1111").text

    assert "WANTED" in page
    assert "OTHER" not in page
    assert "•••• 1111" in page


def test_markup_in_an_invoice_stays_text(shop):
    shop.charge(invoice="<b>bold</b>")

    assert "&lt;b&gt;bold&lt;/b&gt;" in _get(shop, "/transactions").text


def test_a_sale_outside_the_shop_is_booked_by_form(shop):
    made = _post(shop, "/sale", account="LAX", amount="1200.50", invoice="COUNTER")

    assert (made.status_code, made.headers["Location"]) == (303, "/portal/transactions")
    assert "$1,200.50" in _get(shop, "/transactions").text


def test_a_sale_without_an_amount_says_what_to_enter(shop):
    refused = _post(shop, "/sale", account="MIA", amount="lots")

    assert refused.status_code == 422
    assert "Enter an amount above zero" in refused.text


def test_batches_have_the_vendors_columns(shop):
    shop.charge()

    page = _get(shop, "/batches").text

    names = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page)
    assert names[:9] == [
        "Batch#",
        "Opened",
        "Status",
        "Amount",
        "Refund amount",
        "Txn Count",
        "Store Number",
        "Terminal",
        "Terminal Number",
    ]


def test_a_batch_is_closed_by_its_button(shop):
    shop.charge()

    _post(shop, "/batches/close", account="MIA")

    assert shop.call("GET", "/batches/open").status == 204


def test_faults_are_armed_and_disarmed(shop):
    _post(shop, "/faults", fault="html_502", path="sale", account="MIA", times="2")
    armed = shop.control("GET", "/faults")["armed"]
    _post(shop, "/faults/clear")

    assert [(one["fault"], one["times"]) for one in armed] == [("html_502", 2)]
    assert shop.control("GET", "/faults")["armed"] == []


def test_a_fault_that_cannot_be_armed_says_why(shop):
    assert "There is no fault named storm" in _post(shop, "/faults", fault="storm").text


def test_an_assumption_is_changed(shop):
    _post(shop, "/assumptions", name="second_void_code", value="099")
    refused = _post(shop, "/assumptions", name="jwt_seconds", value="soon")

    assert shop.control("GET", "/assumptions")["second_void_code"] == "099"
    assert (refused.status_code, "takes a number" in refused.text) == (422, True)
