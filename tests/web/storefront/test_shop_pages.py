"""Catalogue, product, cart and the pages around them, as a buyer meets them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from komet_shop.models import Company, Customer, Order
from komet_shop.services.shop import Shop
from tests import factories
from tests.services.florist import Florist
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.house import HASH
from tests.web.storefront.buying import Buying, forms, words


def test_the_catalogue_asks_who_you_are(visitor: Browser) -> None:
    answer = visitor.get("/shop?q=rose")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=/shop?q%3Drose"


def test_a_tile_tells_all_and_sells_at_once(browser: Browser, florist: Florist) -> None:
    florist.shelve(variety="Freedom", line={"price_e4": 4_550, "boxes_available": 7})

    html = browser.get("/shop").text

    shown = words(html)
    for text in (
        "Roses · Ecuador",
        "Freedom 50 cm",
        "HB · 10 bunches \N{MULTIPLICATION SIGN} 25 stems",
        "$0.455 / stem",
        "$113.75 a box",
        "7 boxes left",
    ):
        assert text in shown
    assert 'src="/pictures/roses--red.svg"' in html
    assert [action for action, _ in forms(html)].count("/cart/lines") == 1


@pytest.mark.parametrize("view", ["", "list"])
def test_search_words_filter_in_both_views(browser: Browser, florist: Florist, view: str) -> None:
    florist.shelve(variety="Freedom", search_text="roses freedom red")
    florist.shelve(variety="Tibet", search_text="roses tibet white")

    shown = words(browser.get(f"/shop?q=TIBET&view={view}").text)

    assert "Tibet" in shown
    assert "Freedom" not in shown


def test_counts_are_words_and_are_grouped(browser: Browser, florist: Florist) -> None:
    florist.shelve(variety="Freedom", search_text="freedom", line={"boxes_available": 1_250})

    shown = words(browser.get("/shop?q=freedom").text)

    assert "· 1 product " in shown
    assert "1,250 boxes left" in shown


def test_a_second_link_skips_the_filters(browser: Browser, florist: Florist) -> None:
    florist.shelve()

    page = browser.get("/shop").text

    assert page.index('href="#content"') < page.index('href="#products"') < page.index("<header")
    assert page.index('class="facets"') < page.index('id="products"') < page.index("/cart/lines")


def test_nothing_found_says_so_and_leads_on(browser: Browser) -> None:
    answer = browser.get("/shop?q=unobtainium&category=Roses")

    assert answer.status_code == 200
    assert "Nothing like that for this ship date" in words(answer.text)
    assert "Clear all filters" in words(answer.text)


def test_pages_lead_through_everything_and_a_made_up_place_is_page_one(
    browser: Browser, florist: Florist
) -> None:
    for number in range(50):
        name = f"Rose {number:02d}"
        florist.shelve(variety=name, name=name, line={"sort_name": name})

    first = browser.get("/shop").text
    [address] = [part for part in first.split('"') if part.startswith("/shop?after=")]
    second = words(browser.get(address).text)
    made_up = words(browser.get("/shop?after=made.up").text)

    assert "Rose 48" in second
    assert "Rose 47" not in second
    assert "Rose 00" in made_up


def test_a_cursor_of_another_order_is_page_one(browser: Browser, florist: Florist) -> None:
    for number in range(50):
        florist.shelve(variety=f"Rose {number:02d}", line={"sort_name": f"Rose {number:02d}"})
    first = browser.get("/shop").text
    [address] = [part for part in first.split('"') if part.startswith("/shop?after=")]

    by_price = words(browser.get(f"{address}&sort=price").text)

    assert "Rose 00" in by_price


def test_names_from_the_erp_are_escaped(browser: Browser, florist: Florist) -> None:
    florist.shelve(variety="<script>alert(1)</script>", line={"grower": "<b>bold</b>"})

    html = browser.get("/shop").text

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_delivery_bar_keeps_choices_until_the_cart_has_lines(
    browser: Browser, florist: Florist
) -> None:
    line = florist.shelve()
    day = florist.dates[2]
    page = browser.get("/shop").text
    [(_, given)] = [form for form in forms(page) if form[0] == "/delivery"]

    moved = browser.post_raw("/delivery", given | {"ship_date": day.isoformat()})
    after = browser.get("/shop").text
    [(_, to_cart)] = [form for form in forms(after) if form[0] == "/cart/lines"]
    browser.post_raw("/cart/lines", to_cart)
    locked = browser.post_raw("/delivery", given | {"ship_date": florist.dates[5].isoformat()})

    assert (moved.status_code, locked.status_code) == (303, 303)
    assert florist.cart().ship_date == day
    assert "Fixed while your cart has boxes in it" in browser.get("/cart").text
    assert florist.reserved(line) == 1


def test_adding_leads_back_to_the_same_tile(browser: Browser, florist: Florist) -> None:
    line = florist.shelve()
    page = browser.get("/shop?q=freedom&view=list").text
    [(_, given)] = [form for form in forms(page) if form[0] == "/cart/lines"]

    answer = browser.post_raw("/cart/lines", given | {"quantity": "3"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/shop?q=freedom&view=list#{line}"
    assert florist.reserved(line) == 3


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/logout", "/shop\\@evil", "/shop#x"]
)
def test_a_form_never_leads_to_another_site(browser: Browser, florist: Florist, back: str) -> None:
    line = florist.shelve()
    page = browser.get("/shop").text
    [(_, given)] = [form for form in forms(page) if form[0] == "/cart/lines"]

    answer = browser.post_raw("/cart/lines", given | {"back": back})

    assert answer.headers["Location"] == f"/shop#{line}"


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        ("9", "Only 7 more boxes of this are left"),
        ("0", "from 1 to 999"),
        ("two", "from 1 to 999"),
        ("1e3", "from 1 to 999"),
    ],
)
def test_a_refused_quantity_is_explained(
    browser: Browser, florist: Florist, quantity: str, message: str
) -> None:
    line = florist.shelve(line={"boxes_available": 7})
    page = browser.get("/shop").text
    [(_, given)] = [form for form in forms(page) if form[0] == "/cart/lines"]

    browser.post_raw("/cart/lines", given | {"quantity": quantity})

    assert message in browser.get("/shop").text
    assert florist.reserved(line) == 0


def test_the_cart_changes_line_by_line(buying: Buying) -> None:
    cart = buying.florist.cart().public_id
    page = buying.page("/cart")

    buying.submit(page, f"/cart/{cart}/lines/{buying.line}/update", quantity="5")
    five = words(buying.page("/cart"))
    buying.submit(page, f"/cart/{cart}/lines/{buying.line}/delete")
    empty = words(buying.page("/cart"))

    assert "$568.75" in five
    assert "1,250 stems" in five
    assert "Your cart is empty" in empty


def test_a_product_shows_each_packing_and_other_grades(browser: Browser, florist: Florist) -> None:
    florist.shelve(variety="Freedom", grade="50 cm")
    florist.shelve(variety="Freedom", grade="60 cm")
    page = browser.get("/shop").text
    address = next(part for part in page.split('"') if part.startswith("/products/"))

    shown = words(browser.get(address).text)

    assert "Freedom" in shown
    assert "Half box" in shown
    assert "Hacienda Verde, Ecuador" in shown
    assert "60 cm" in shown


@pytest.mark.parametrize("path", ["/products/prd_nothere", "/orders/ord_nothere"])
def test_what_is_not_there_is_404(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_login_without_customer_is_told_so(browser: Browser, florist: Florist) -> None:
    florist.change(Customer, active=False)

    answer = browser.get("/shop")

    assert answer.status_code == 403
    assert "No customer to shop for" in answer.text


def test_a_customer_on_hold_sees_why_nothing_can_be_ordered(
    browser: Browser, florist: Florist
) -> None:
    florist.change(Customer, credit_hold=True)

    assert "Your account is on hold" in words(browser.get("/shop").text)


def test_buyers_of_several_customers_choose_whom_they_shop_for(
    browser: Browser, florist: Florist, shop: Shop
) -> None:
    with shop.database.write() as session:
        company = session.get_one(Company, florist.company_id)
        other = factories.make_customer(session, company, name="Harbor Events")
        florist.customer_id = other.id
        florist.link(session)
    page = browser.get("/shop").text
    [(_, given)] = [form for form in forms(page) if form[0] == "/customer"]

    browser.post_raw("/customer", given | {"customer": other.public_id})

    assert "Harbor Events" in words(browser.get("/orders").text)


def test_a_picture_is_kept_for_ever_and_needs_no_login(visitor: Browser) -> None:
    answer = visitor.get("/pictures/roses--red.svg")

    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert visitor.get("/pictures/Not A Slug.svg").status_code == 404


def test_staff_may_read_how_ordering_works(visitor: Browser, shop: Shop, florist: Florist) -> None:
    with shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        role = factories.make_role(session, "sales")
        factories.make_user(
            session, company, email="clerk@people.example", password=HASH, roles=[role]
        )
    visitor.log_in("clerk@people.example")

    assert visitor.get("/help").status_code == 200


@pytest.mark.parametrize("path", ["/help", "/account", "/orders", "/invoices", "/cards"])
def test_the_pages_around_the_shop_are_there(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_the_style_guide_can_be_read(visitor: Browser) -> None:
    assert visitor.get("/help/design").status_code == 200


def test_a_profile_changes_name_and_language(browser: Browser) -> None:
    answer = browser.post("/account", {"name": "Iris Fern", "locale": "es"})

    assert answer.status_code == 303
    page = browser.get("/account").text
    assert 'value="Iris Fern"' in page
    assert '<html lang="es">' in browser.get(answer.headers["Location"]).text


def test_a_ship_date_that_passed_stops_the_cart(buying: Buying) -> None:
    with buying.florist.shop.database.write() as session:
        order = session.scalars(select(Order)).one()
        order.ship_date = buying.florist.dates[0] - timedelta(days=2)

    shown = words(buying.page("/cart"))

    assert "The ship date of this cart has passed" in shown
    assert "Go to checkout" not in shown


@pytest.mark.parametrize(
    ("path", "most"), [("/shop", 4), ("/shop?q=free&sort=price&view=list", 4), ("/cart", 4)]
)
def test_pages_have_few_statements_whatever_they_show(
    buying: Buying, shop: Shop, path: str, most: int
) -> None:
    for number in range(20):
        buying.florist.shelve(variety=f"Freedom {number}")
    buying.page(path)

    with count_statements(shop.database.engine) as statements:
        buying.page(path)

    assert len(statements) <= most, "\n\n".join(statements)


def test_the_catalogue_of_an_empty_cart_has_few_statements_too(
    browser: Browser, florist: Florist, shop: Shop
) -> None:
    florist.shelve()
    browser.get("/shop")

    with count_statements(shop.database.engine) as statements:
        browser.get("/shop")

    assert len(statements) <= 4, "\n\n".join(statements)


def test_a_product_page_has_few_statements(browser: Browser, florist: Florist, shop: Shop) -> None:
    florist.shelve()
    page = browser.get("/shop").text
    address = next(part for part in page.split('"') if part.startswith("/products/"))

    with count_statements(shop.database.engine) as statements:
        browser.get(address)

    assert len(statements) <= 5, "\n\n".join(statements)
