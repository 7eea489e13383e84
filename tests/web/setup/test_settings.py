"""Settings on screen: who sees them, what they say, and that no step can be skipped."""

import re
from html import unescape

import pytest
import requests
from sqlalchemy import insert, select, update

from komet_shop.domain import identifiers
from komet_shop.domain.activation import Status
from komet_shop.domain.payment_methods import Method
from komet_shop.models import (
    Company,
    Customer,
    GatewayAccount,
    Location,
    Operation,
    Role,
    User,
    WebSession,
    buyer_customer,
    user_location,
)
from komet_shop.services import payment_methods
from komet_shop.services.shop import Shop
from tests import factories
from tests.services.branch import APPLICATION, Branch
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.house import HASH
from tests.web.setup.conftest import Sit
from tests.web.spanish import english_left
from tests.web.storefront.buying import forms, words
from tests.world import TIMEOUT

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/setup/locations/MIA"
PAGES = ("application", "rates", "keys", "off")
POSTS = ("requests", "application", "rates", "keys", "tests", "activation", "showing", "off")
LISTS = ("/setup/settings", "/setup/integrations/clearent", "/setup/locations")
FORM = {
    name: getattr(APPLICATION, name)
    for name in APPLICATION.__dataclass_fields__
    if not name.endswith("_cents")
} | {"monthly_volume_cents": "250,000.00", "average_ticket_cents": "450"}
RATES = {"percent_bp": "2.75", "item_cents": "0.10", "agreed_on": "2026-11-02"}


def hire(shop: Shop, branch: Branch, role: str, *, elsewhere: bool = False) -> str:
    with shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        place = session.get_one(Location, branch.location_id)
        if elsewhere:
            place = factories.make_location(session, company, code="BOS", name="Boston")
        known = session.scalars(select(Role).where(Role.name == role)).one_or_none()
        roles = [known or factories.make_role(session, role)]
        email = f"{role}@people.example"
        user: User = factories.make_user(session, company, email=email, password=HASH, roles=roles)
        session.execute(insert(user_location).values(user_id=user.id, location_id=place.id))
    return email


def keys_of(branch: Branch, number: int = 0) -> dict[str, str]:
    typed = {f"key_{name}": value for name, value in branch.keys(number).items()}
    return {"environment": "test", **typed}


def statuses(browser: Browser) -> list[int]:
    """What every address of a location answers."""
    token = browser.token("/account")
    gets = [browser.get(HERE)] + [browser.get(f"{HERE}/{one}") for one in PAGES]
    posts = [browser.post_raw(f"{HERE}/{one}", {"csrf_token": token}) for one in POSTS]
    return [answer.status_code for answer in gets + posts]


@pytest.mark.parametrize("role", ["receivables", "cashier", "sales_manager", "sales", "buyer"])
def test_other_roles_see_nothing(sit: Sit, shop: Shop, branch: Branch, role: str) -> None:
    browser = sit(hire(shop, branch, role))

    assert {browser.get(path).status_code for path in LISTS} == {403}
    assert set(statuses(browser)) == {403}
    assert branch.status == "off"


def test_a_location_of_others_is_as_if_it_were_not_there(
    sit: Sit, shop: Shop, branch: Branch
) -> None:
    browser = sit(hire(shop, branch, "setup", elsewhere=True))
    token = browser.token("/account")
    posted = {
        "application": FORM,
        "rates": RATES,
        "keys": keys_of(branch),
        "off": {"typed": "CONFIRM"},
    }

    gets = [browser.get(HERE)] + [browser.get(f"{HERE}/{one}") for one in PAGES]
    posts = [
        browser.post_raw(f"{HERE}/{one}", {"csrf_token": token, **posted.get(one, {})})
        for one in POSTS
    ]

    assert {answer.status_code for answer in gets + posts} == {404}
    assert "Miami" not in words(browser.get("/setup/locations").text)
    assert "Boston" in words(browser.get("/setup/locations").text)


def test_another_plugin_has_no_page(admin: Browser) -> None:
    assert admin.get("/setup/integrations/stripes").status_code == 404


def press(browser: Browser, path: str, action: str, **fields: str) -> None:
    """Send the form of that address as it stands on a page; it must be accepted."""
    html = browser.get(path).text
    given = next(given for address, given in forms(html) if address == f"{HERE}/{action}")
    answer = browser.post_raw(f"{HERE}/{action}", {**given, **fields})
    assert (answer.status_code, answer.headers.get("Location")) == (303, HERE), words(answer.text)


def test_an_administrator_goes_from_nothing_to_cards(admin: Browser, branch: Branch) -> None:
    seen = [words(admin.get(HERE).text)]
    press(admin, HERE, "requests")
    seen.append(words(admin.get(HERE).text))
    press(admin, f"{HERE}/application", "application", **FORM)
    seen.append(words(admin.get(HERE).text))
    press(admin, f"{HERE}/rates", "rates", **RATES)
    seen.append(words(admin.get(HERE).text))
    press(admin, f"{HERE}/keys", "keys", **keys_of(branch))
    seen.append(words(admin.get(HERE).text))
    press(admin, HERE, "activation")
    seen.append(words(admin.get(HERE).text))
    press(admin, HERE, "showing")

    nexts = [re.findall("Next: (.*?) Who", text)[0] for text in seen]
    assert nexts == [
        "Enable the Clearent Integration",
        "Fill in the application form",
        "Agree rates and write them down",
        "Enter the keys",
        "Take cards from now on",
        "Show card payment to buyers",
    ]
    assert "Buyers see" not in words(admin.get(HERE).text)
    assert branch.status == "active"
    assert "Cards are taken here" in words(admin.get(HERE).text)


FORGED: dict[Status, tuple[str, ...]] = {
    Status.OFF: ("application", "rates", "keys", "activation", "off", "tests"),
    Status.REQUESTED: ("requests", "rates", "keys", "activation"),
    Status.RATES_PENDING: ("requests", "keys", "activation"),
    Status.KEYS_PENDING: ("requests", "application", "activation"),
}


@pytest.mark.parametrize("status", FORGED)
def test_a_forged_post_skips_no_step(admin: Browser, branch: Branch, status: Status) -> None:
    branch.go_to(status)
    token = admin.token("/account")
    posted = {"application": FORM, "rates": RATES, "keys": keys_of(branch)}

    answers = [
        admin.post_raw(f"{HERE}/{one}", {"csrf_token": token, **posted.get(one, {})})
        for one in FORGED[status]
    ]

    assert {answer.status_code for answer in answers} <= {409, 422}
    assert branch.status == status


def test_the_last_step_says_what_it_does_and_is_undone_by_the_payment_method(
    admin: Browser, branch: Branch, shop: Shop
) -> None:
    buys(shop, branch)
    branch.go_to(Status.ACTIVE)

    offered = words(admin.get(HERE).text)
    press(admin, HERE, "showing")
    shown = words(admin.get(HERE).text)
    payment_methods.set_active(shop, branch.scope, Method.CARD_IN_APP, active=False)
    without = admin.get(HERE).text

    assert "1 buyer will see “Pay & Checkout” at Miami." in offered
    assert "Active, hidden from buyers" in offered
    assert "Cards are taken here" in shown
    assert "“Credit Card (In-App)” is deactivated at every location." in words(without)
    assert "buyers see no card payment at any location." in without
    assert "no money moves" not in without


def test_turning_off_says_who_loses_what(admin: Browser, branch: Branch, shop: Shop) -> None:
    buys(shop, branch, card_rule="required")
    branch.go_to(Status.ACTIVE)
    press(admin, HERE, "showing")

    page = words(admin.get(f"{HERE}/off").text)

    assert "1 buyer will lose “Pay & Checkout” at Miami." in page
    assert "1 customer who must pay by card will order on terms instead at Miami." in page


def test_turning_off_is_not_offered_while_a_payment_is_open(
    admin: Browser, branch: Branch, shop: Shop
) -> None:
    branch.go_to(Status.ACTIVE)
    buys(shop, branch)
    account = branch.account
    with shop.database.write() as session:
        customer = session.scalars(select(Customer)).one()
        session.add(waiting(account, customer))

    page = admin.get(f"{HERE}/off").text

    assert "a payment here is not settled yet" in words(page)
    assert 'name="typed"' not in page


def waiting(account: GatewayAccount, customer: Customer) -> Operation:
    """A card that is about to be stored."""
    return Operation(
        public_id=identifiers.public_id("op"),
        company_id=customer.company_id,
        location_id=account.location_id,
        account_id=account.id,
        kind="store_card",
        state="created",
        action_key=identifiers.action_key(),
        request_hash="0" * 64,
        gateway_ref="KSWAITING",
        amount_cents=0,
        currency=customer.currency,
        created_at=factories.NOW,
    )


def buys(shop: Shop, branch: Branch, **customer: str) -> None:
    """Let somebody be there who buys for a customer."""
    with shop.database.write() as session:
        company = session.get_one(Company, branch.scope.company_id)
        row = factories.make_customer(session, company, **customer)
        buyer = factories.make_user(session, company)
        session.execute(insert(buyer_customer).values(user_id=buyer.id, customer_id=row.id))


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({}, "Enter at least one rate, or say in the note what was agreed."),
        ({"percent_bp": ".3.0"}, "Enter a number such as 1,250.00."),
    ],
)
def test_rates_that_say_nothing_are_refused(
    admin: Browser, branch: Branch, rates: dict[str, str], said: str
) -> None:
    branch.go_to(Status.RATES_PENDING)
    empty = {"percent_bp": "", "item_cents": "", "monthly_cents": "", "note": " "}

    refused = admin.post(f"{HERE}/rates", {**empty, "agreed_on": "2026-11-02", **rates})

    assert refused.status_code == 422
    assert said in words(refused.text)
    assert branch.status == Status.RATES_PENDING


def test_a_rate_may_begin_with_its_point(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.RATES_PENDING)
    press(admin, f"{HERE}/rates", "rates", percent_bp="", item_cents=".30", agreed_on="2026-11-02")

    assert "$0.30" in words(admin.get(HERE).text)


def test_keys_never_stand_in_a_page(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.KEYS_PENDING)
    press(admin, f"{HERE}/keys", "keys", **keys_of(branch))
    token = admin.token(f"{HERE}/keys")
    wrong = {**keys_of(branch), "key_api_key": "sandbox-not-a-key-of-mine", "csrf_token": token}

    refused = admin.post_raw(f"{HERE}/keys", wrong)

    pages = [admin.get(path).text for path in (HERE, f"{HERE}/keys", *LISTS)]
    typed = [*branch.keys().values(), wrong["key_api_key"]]
    assert refused.status_code == 422
    assert "refused the API key" in words(refused.text)
    assert "The keys from before go on working." in words(refused.text)
    assert [key for key in typed for page in (*pages, refused.text) if key in page] == []
    assert f"•••• {branch.keys()['api_key'][-4:]}" in words(pages[0])


def test_a_gateway_that_hangs_is_said_and_can_be_asked_again(
    admin: Browser, branch: Branch
) -> None:
    branch.go_to(Status.ACTIVE)
    faults = f"{branch.gateway.url}/_control/faults"
    hangs = {"fault": "silence_before_booking", "times": 1}
    requests.post(faults, json=hangs, timeout=TIMEOUT).raise_for_status()

    hung = admin.post(f"{HERE}/tests", {}, form=HERE)
    again = admin.post(f"{HERE}/tests", {}, form=HERE)

    assert hung.status_code == 409
    assert "did not answer within 2 seconds. Nothing was changed." in words(hung.text)
    assert branch.account.tested_at is not None
    assert again.status_code == 303


def test_live_keys_are_refused_here_by_a_forged_form(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.KEYS_PENDING)
    token = admin.token(f"{HERE}/keys")

    refused = admin.post_raw(
        f"{HERE}/keys", {**keys_of(branch), "environment": "live", "csrf_token": token}
    )

    assert refused.status_code == 422
    assert "Live keys belong in production only" in words(refused.text)
    assert branch.account.settings_ciphertext == ""


def test_a_card_number_in_the_form_is_refused(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.REQUESTED)
    token = admin.token(f"{HERE}/application")
    answer = admin.post_raw(
        f"{HERE}/application",
        {**FORM, "notes": "4111 1111 1111 1111", "csrf_token": token},
    )

    assert answer.status_code == 422
    assert branch.status == "requested"


def test_a_form_that_is_not_filled_in_says_where(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.REQUESTED)

    answer = admin.post(
        f"{HERE}/application", {**FORM, "legal_name": "", "average_ticket_cents": "x"}
    )

    text = words(answer.text)
    assert answer.status_code == 422
    assert "Enter the business's legal name." in text
    assert "Enter a number such as 1,250.00." in text
    assert "305 555 0100" in unescape(answer.text)


def test_a_test_that_fails_says_why(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)
    branch.gateway.sandbox.accounts.clear()

    answer = admin.post(f"{HERE}/tests", {}, form=HERE)

    assert answer.status_code == 409
    assert "The test failed: Clearent refused the API key." in words(answer.text)
    assert "The last call failed" in words(answer.text)
    assert branch.status == "active"


def test_turning_off_is_typed_and_leaves_the_operators_way(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)

    page = words(admin.get(f"{HERE}/off").text)
    refused = admin.post(f"{HERE}/off", {"typed": "confirm"})
    press(admin, f"{HERE}/off", "off", typed="CONFIRM")

    assert "komet-shop clearent reactivate MIA" in page
    assert refused.status_code == 422
    assert branch.status == "disabled_contact_support"
    assert "ask whoever runs your server to run this command" in page
    assert "ask whoever runs your server to reactivate it" in words(admin.get(HERE).text)


def test_the_banner_is_loud_while_a_location_is_in_test_mode(
    admin: Browser, branch: Branch, shop: Shop
) -> None:
    before = admin.get("/setup/settings").text
    branch.go_to(Status.ACTIVE)
    during = admin.get("/setup/settings").text
    with shop.database.write() as session:
        session.execute(update(GatewayAccount).values(environment="live"))

    after = admin.get("/setup/settings").text

    assert ["no money moves" in page for page in (before, during, after)] == [False, True, False]


def test_the_overview_counts(admin: Browser, branch: Branch) -> None:
    branch.go_to(Status.ACTIVE)
    hidden = words(admin.get("/setup/settings").text)
    press(admin, HERE, "showing")

    assert "0 of 1 locations take cards" in hidden
    assert "1 location is not finished" in hidden
    assert "1 of 1 locations take cards" in words(admin.get("/setup/settings").text)
    assert admin.get("/setup").headers["Location"] == "/setup/settings"


@pytest.mark.parametrize("path", LISTS)
def test_lists_ask_the_database_as_often_for_many_locations(
    admin: Browser, branch: Branch, shop: Shop, path: str
) -> None:
    admin.get(path)
    with count_statements(shop.database.engine) as one:
        admin.get(path)
    with shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        for _ in range(5):
            place: Location = factories.make_location(session, company)
            factories.make_account(session, place, {"api_key": "k", "public_key": "p"})
            factories.make_card_settings(session, place)

    with count_statements(shop.database.engine) as several:
        admin.get(path)

    assert len(several) == len(one)


def test_keys_and_turning_off_want_the_password_again(
    admin: Browser, branch: Branch, shop: Shop
) -> None:
    branch.go_to(Status.KEYS_PENDING)
    age(shop)

    token = admin.token("/account")

    answers = [admin.get(f"{HERE}/{one}") for one in ("keys", "off")]
    answers += [
        admin.post_raw(f"{HERE}/{one}", {"csrf_token": token, **fields})
        for one, fields in (
            ("keys", keys_of(branch)),
            ("activation", {}),
            ("off", {"typed": "CONFIRM"}),
        )
    ]

    assert all(one.headers.get("Location", "").startswith("/verify") for one in answers)
    assert (branch.status, branch.account.settings_ciphertext) == ("keys_pending", "")


def age(shop: Shop) -> None:
    """Let the password have been given long ago, in every session."""
    with shop.database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": 0}


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.DISABLED])
def test_every_page_is_spanish_for_who_reads_spanish(
    sit: Sit, branch: Branch, shop: Shop, status: Status
) -> None:
    branch.go_to(status)
    with shop.database.write() as session:
        session.execute(update(User).values(locale="es"))
    admin = sit(branch.admin)

    left = {
        path: english_left(admin.get(path).text)
        for path in (HERE, *(f"{HERE}/{one}" for one in PAGES), *LISTS)
    }

    assert {path: texts for path, texts in left.items() if texts} == {}
