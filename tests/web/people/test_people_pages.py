"""The list of people, adding and changing them, as a browser without scripts shows it."""

import re

import pytest
from sqlalchemy import select

from komet_shop.models import Location, Role, User, user_location
from komet_shop.services.people import PAGE
from komet_shop.services.shop import Shop
from tests import factories
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.house import House
from tests.web.people.conftest import Sit
from tests.web.storefront.buying import words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The services are tried on both databases."""


def fields_of(html: str) -> dict[str, list[str]]:
    """What the main form of a page would send as it is."""
    form = html.split('<form class="stack stack--loose"')[1].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", form):
        name, value = (re.search(rf'{one}="([^"]*)"', tag) for one in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found.setdefault(name.group(1), []).append(value.group(1) if value else "")
    for name, options in re.findall(r'<select[^>]+name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = [chosen.group(1) if chosen else ""]
    return found


def added(shop: Shop, email: str) -> User:
    with shop.database.read() as session:
        return session.scalars(select(User).where(User.email == email)).unique().one()


@pytest.fixture
def clerk_page(house: House) -> str:
    return f"/setup/people/{house.clerk.public_id}"


def test_the_list_names_everybody_with_roles_and_standing(desk: Browser, house: House) -> None:
    shown = words(desk.get("/setup/people").text)

    assert "Ana Person receivables@people.example Accounts Receivables Miami Active" in shown
    assert "buyer@people.example Buyer Bloom & Vine Florist Active" in shown


def test_a_list_that_finds_nobody_says_so(desk: Browser) -> None:
    shown = words(desk.get("/setup/people?text=nobody-like-that").text)

    assert "Nobody like that" in shown


def test_a_list_has_pages_and_costs_the_same(desk: Browser, web_shop: Shop, house: House) -> None:
    desk.get("/setup/people")
    with count_statements(web_shop.database.engine) as few:
        desk.get("/setup/people")
    with web_shop.database.write() as session:
        for number in range(PAGE):
            factories.make_user(session, house.company, name=f"Person {number:03}")

    with count_statements(web_shop.database.engine) as many:
        first = desk.get("/setup/people").text
    following = re.search(r'href="(/setup/people\?after=[^"]+)"', first)

    assert following is not None
    assert first.count('<th scope="row">') == PAGE
    assert desk.get(following.group(1)).text.count('<th scope="row">') == 3
    assert len(many) == len(few) <= 9


def test_a_member_of_staff_is_added_and_invited(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    fields = {
        "kind": "staff",
        "email": "cleo@people.example",
        "name": "Cleo Clerk",
        "locale": "es",
        "roles": ["cashier", "sales"],
        "locations": [house.miami.code],
        "own_customers_only": "y",
        "sales_person": "Sam Sales",
        "hides_cards": "y",
        "active": "y",
    }

    answer = desk.post("/setup/people", fields, form="/setup/people/new?kind=staff")
    shown = words(desk.get(answer.headers["Location"]).text)

    person = added(web_shop, "cleo@people.example")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/setup/people/{person.public_id}",
    )
    assert {role.name for role in person.roles} == {"cashier", "sales"}
    assert (person.locale, person.sales_person, person.hides_cards) == ("es", "Sam Sales", True)
    assert "Invited The link works until" in shown


def test_a_form_that_is_wrong_comes_back_with_what_was_entered(desk: Browser) -> None:
    fields = {"kind": "staff", "email": "no address", "name": "", "locale": "en"}

    answer = desk.post("/setup/people", fields, form="/setup/people/new?kind=staff")

    shown = words(answer.text)
    assert answer.status_code == 422
    assert "That is not an email address." in shown
    assert "Enter the person's name." in shown
    assert 'value="no address"' in answer.text


def test_somebody_without_a_role_is_not_added(desk: Browser) -> None:
    fields = {"kind": "staff", "email": "a@people.example", "name": "A", "locale": "en"}

    answer = desk.post("/setup/people", fields, form="/setup/people/new?kind=staff")

    assert (answer.status_code, "Choose at least one role." in words(answer.text)) == (422, True)


def test_a_taken_address_is_said_beside_the_field(desk: Browser, house: House) -> None:
    fields = {
        "kind": "staff",
        "email": house.clerk.email,
        "name": "A",
        "locale": "en",
        "roles": "cashier",
        "active": "y",
    }

    answer = desk.post("/setup/people", fields, form="/setup/people/new?kind=staff")

    assert answer.status_code == 422
    assert "Somebody logs in with that address already." in words(answer.text)


def test_customers_of_a_buyer_are_found_and_ticked(
    sit: Sit, manager: User, web_shop: Shop, house: House
) -> None:
    browser = sit(manager)
    fields = {
        "kind": "ecommerce",
        "email": "bo@bloom.example",
        "name": "Bo Buyer",
        "locale": "es",
        "active": "y",
    }
    looked = browser.post(
        "/setup/people",
        {**fields, "find": "bloom", "find_customer": "1"},
        form="/setup/people/new",
    )
    ticked = {**fields, "customers": [house.customer.public_id]}
    answer = browser.post("/setup/people", ticked, form="/setup/people/new")

    assert (looked.status_code, house.customer.public_id in looked.text) == (200, True)
    assert 'value="Bo Buyer"' in looked.text
    assert answer.status_code == 303
    assert [role.name for role in added(web_shop, "bo@bloom.example").roles] == ["buyer"]


def test_a_page_that_is_saved_as_it_is_changes_nothing(
    desk: Browser, web_shop: Shop, house: House, clerk_page: str
) -> None:
    fields = fields_of(desk.get(clerk_page).text)

    answer = desk.post_raw(clerk_page, fields)

    person = added(web_shop, house.clerk.email)
    assert answer.status_code == 303
    assert [role.name for role in person.roles] == ["receivables"]
    assert (person.name, person.active) == (house.clerk.name, True)


def test_a_role_that_is_taken_away_ends_the_session(
    desk: Browser, sit: Sit, house: House, clerk_page: str
) -> None:
    clerk = sit(house.clerk)
    before = clerk.get("/reviews").status_code
    fields = fields_of(desk.get(clerk_page).text)

    desk.post_raw(clerk_page, {**fields, "roles": "sales"})

    after = clerk.get("/reviews")
    assert (before, after.status_code) == (200, 303)
    assert after.headers["Location"].startswith("/login")


def test_who_is_switched_off_is_out_at_once(
    desk: Browser, sit: Sit, address: str, house: House, clerk_page: str
) -> None:
    clerk = sit(house.clerk)
    fields = fields_of(desk.get(clerk_page).text)
    del fields["active"]

    desk.post_raw(clerk_page, fields)

    assert clerk.get("/account").status_code == 303
    assert Browser(address).log_in(house.clerk.email).status_code == 422


def test_an_old_tab_changes_nothing_and_says_so(
    desk: Browser, web_shop: Shop, house: House, clerk_page: str
) -> None:
    old = fields_of(desk.get(clerk_page).text)
    desk.post_raw(clerk_page, {**old, "name": "Renamed"})

    answer = desk.post_raw(clerk_page, {**old, "roles": "admin"})

    assert answer.status_code == 409
    assert "Somebody changed this person after you opened the page." in words(answer.text)
    assert [one.name for one in added(web_shop, house.clerk.email).roles] == ["receivables"]


def test_nobody_raises_themselves_by_a_forged_form(desk: Browser, house: House) -> None:
    own = f"/setup/people/{house.admin.public_id}"
    page = desk.get(own)
    token = desk.token("/account")

    answer = desk.post_raw(
        own, {"csrf_token": token, "name": "A", "locale": "en", "roles": "sales"}
    )

    assert "This is you" in words(page.text)
    assert 'name="roles"' not in page.text
    assert answer.status_code == 422


def test_a_sales_manager_sees_buyers_and_no_roles(
    sit: Sit, manager: User, house: House, web_shop: Shop
) -> None:
    browser = sit(manager)
    token = browser.token("/account")
    forged = {
        "csrf_token": token,
        "kind": "staff",
        "email": "x@people.example",
        "name": "X",
        "locale": "en",
        "roles": "admin",
        "active": "y",
    }

    listed = words(browser.get("/setup/people").text)
    answers = [
        browser.get("/setup/people/new?kind=staff").status_code,
        browser.post_raw("/setup/people", forged).status_code,
        browser.get(f"/setup/people/{house.clerk.public_id}").status_code,
        browser.post_raw(f"/setup/people/{house.clerk.public_id}", forged).status_code,
        browser.post_raw(f"/setup/people/{house.clerk.public_id}/invitation", forged).status_code,
        browser.get(f"/setup/people/{house.buyer.public_id}").status_code,
    ]

    assert "buyer@people.example" in listed
    assert "receivables@people.example" not in listed
    assert answers == [403, 403, 404, 404, 404, 200]


def test_roles_of_a_buyer_cannot_be_smuggled_in(
    sit: Sit, manager: User, web_shop: Shop, house: House
) -> None:
    page = f"/setup/people/{house.buyer.public_id}"
    browser = sit(manager)
    fields = fields_of(browser.get(page).text)

    browser.post_raw(page, {**fields, "roles": ["admin", "buyer"]})

    assert [one.name for one in added(web_shop, house.buyer.email).roles] == ["buyer"]


def test_a_location_given_up_meanwhile_can_be_kept(
    desk: Browser, web_shop: Shop, house: House, clerk_page: str
) -> None:
    with web_shop.database.write() as session:
        session.get_one(Location, house.miami.id).active = False
    fields = fields_of(desk.get(clerk_page).text)

    answer = desk.post_raw(clerk_page, {**fields, "name": "Renamed"})

    with web_shop.database.read() as session:
        linked = session.scalars(
            select(user_location.c.location_id).where(user_location.c.user_id == house.clerk.id)
        ).all()
    assert (answer.status_code, linked) == (303, [house.miami.id])


def test_a_person_without_any_role_can_be_opened(
    desk: Browser, web_shop: Shop, house: House
) -> None:
    with web_shop.database.write() as session:
        nobody = factories.make_user(session, house.company)
        session.add(Role(name="ghost", description="of an older release"))

    page = desk.get(f"/setup/people/{nobody.public_id}")

    assert (page.status_code, "Not invited" in words(page.text)) == (200, True)


def test_who_lost_their_second_factor_is_helped_from_their_page(
    desk: Browser, web_shop: Shop, house: House, clerk_page: str
) -> None:
    before = desk.get(clerk_page).text
    with web_shop.database.write() as session:
        factories.make_passkey(session, house.clerk)

    after = desk.get(clerk_page).text

    assert [f'action="{clerk_page}/second-factor/reset"' in page for page in (before, after)] == [
        False,
        True,
    ]
