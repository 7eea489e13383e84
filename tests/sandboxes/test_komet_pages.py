"""The pages that people look at."""

import pytest
import requests


@pytest.mark.parametrize("page", ["/", "/payments", "/orders", "/customers", "/faults"])
def test_a_page_answers_without_scripts_or_cookies(komet, page):
    answer = requests.get(komet.base_url + page, timeout=5)

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_a_posted_payment_is_shown_with_its_control_number_and_reference(komet):
    number = komet.order()["invoiceNumber"]
    komet.pay(invoices=[{"invoiceNumber": number, "amount": 100}])

    page = requests.get(f"{komet.base_url}/payments", timeout=5).text

    for shown in ("30001", "PAY-1", "Bloom &amp; Vine Florist", "$100.00", str(number)):
        assert shown in page


def test_an_order_from_the_shop_is_shown_with_its_prefix_and_flowers(komet):
    number = komet.order(reference="O-77")["invoiceNumber"]

    page = requests.get(f"{komet.base_url}/orders/{number}", timeout=5).text

    for shown in (f"W{number}", "O-77", "Roses Freedom Red 40 cm", "$247.50"):
        assert shown in page


def test_an_order_that_does_not_exist_has_no_page(komet):
    assert requests.get(f"{komet.base_url}/orders/1", timeout=5).status_code == 404


def test_the_button_takes_komet_down_and_brings_it_back(komet):
    address = f"{komet.base_url}/down"

    page = requests.post(address, {"state": "down"}, timeout=5).text
    during = requests.get(f"{komet.url}/location.list", timeout=5).status_code
    requests.post(address, {"state": "up"}, timeout=5)

    assert "Komet is down" in page
    assert during == 503
    assert komet.get("location.list")["status"] == "1"


def test_a_customer_is_searched_by_name(komet):
    page = requests.get(f"{komet.base_url}/customers", {"q": "maple"}, timeout=5).text

    assert "CAD001" in page
    assert "BLOOM1" not in page


def test_a_name_with_markup_is_shown_as_text(komet):
    komet.control("customers/BLOOM1", "POST", name="<b>Bloom</b>")

    page = requests.get(f"{komet.base_url}/customers", timeout=5).text

    assert "&lt;b&gt;Bloom&lt;/b&gt;" in page


def test_a_long_list_goes_on_with_older_entries(komet):
    for number in range(51):
        komet.pay(referenceNumber=f"PAY-{number}")

    first = requests.get(f"{komet.base_url}/payments", timeout=5).text
    rest = requests.get(f"{komet.base_url}/payments?before=900002", timeout=5).text

    assert "/payments?before=900002" in first
    assert "PAY-0<" in rest
    assert "PAY-1<" not in rest
