"""Setup > Advanced: what is refused, previewed, saved, and by whom."""

from typing import Any

import pytest
from sqlalchemy import select

from komet_shop.models import Audit, WebSession
from tests.web.customers.conftest import Sit
from tests.web.customers.office import Office
from tests.web.storefront.buying import words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON = "y"


def test_a_change_is_saved_once_its_effect_was_shown(office: Office) -> None:
    office.add_buyers(2)

    preview = office.press({**office.form(), "restrict": ON})
    shown, before = words(preview.text), office.customer.card_rule
    saved = office.press(office.form(preview.text))

    assert "What will happen Its 2 buyers will lose “Pay & Checkout” at Miami." in shown
    assert before == "optional"
    assert (saved.status_code, saved.headers["Location"]) == (303, f"{office.path}/advanced")
    assert office.customer.card_rule == "restricted"


def test_what_was_changed_after_the_preview_is_previewed_again(office: Office) -> None:
    preview = office.press({**office.form(), "restrict": ON})

    again = office.press({**office.form(preview.text), "fee_exempt": ON})

    assert "No fee is added" in words(again.text)
    assert office.customer.card_rule == "optional"


def test_both_at_once_are_refused_beside_the_field(office: Office) -> None:
    answer = office.press({**office.form(), "restrict": ON, "require": ON})

    assert answer.status_code == 422
    assert words(answer.text).count("cannot be required while card payments are restricted") == 2
    assert office.customer.card_rule == "optional"


def test_require_is_greyed_out_while_restrict_is_on(office: Office) -> None:
    office.decide(card_rule="restricted")

    page = office.browser.get(f"{office.path}/advanced").text

    assert "Not while “Restrict Credit Card Payments” is on" in words(page)
    assert "require" not in office.form(page)
    assert office.press({**office.form(page), "require": ON}).status_code == 422


@pytest.mark.parametrize("currency", ["CAD", "EUR"])
def test_require_needs_dollars(office: Office, currency: str) -> None:
    office.decide(currency=currency)

    answer = office.press({**office.form(), "require": ON})

    assert f"Here one has {currency}." in office.text(f"{office.path}/advanced")
    assert answer.status_code == 422
    assert office.customer.card_rule == "optional"


def test_require_rests_where_no_card_can_be_taken(office: Office) -> None:
    office.open_branch("Quito")

    shown = words(office.press({**office.form(), "require": ON}).text)

    assert "“Checkout” goes away at Miami. Nobody buys for this customer in the shop yet." in shown
    assert "At Quito no card can be taken now, so orders still go on terms there." in shown


@pytest.mark.parametrize(
    ("typed", "cents"), [("", None), ("0.00", 0), ("0", 0), ("1,500.25", 150_025)]
)
def test_no_limit_and_a_limit_of_zero_are_told_apart(
    office: Office, typed: str, cents: int | None
) -> None:
    office.change(credit="here", limit=typed)

    customer = office.customer
    assert (customer.credit_decided_here, customer.credit_limit_cents) == (True, cents)


@pytest.mark.parametrize("typed", ["-1", "ten", "1.005", "1e3"])
def test_a_limit_that_is_no_amount_is_refused(office: Office, typed: str) -> None:
    answer = office.press({**office.form(), "credit": "here", "limit": typed})

    assert answer.status_code == 422
    assert "Enter an amount such as 1,500.00" in words(answer.text)
    assert not office.customer.credit_decided_here


def test_limit_and_hold_go_back_to_what_komet_says(office: Office) -> None:
    office.decide(komet_credit_limit_cents=99_000, credit_decided_here=True, credit_hold=True)

    office.change(credit="komet")

    customer = office.customer
    assert (customer.credit_limit_cents, customer.credit_hold) == (99_000, False)


def test_hold_says_that_not_even_a_card_helps(office: Office) -> None:
    preview = office.press({**office.form(), "credit": "here", "hold": ON})

    assert "nobody can check out an order of this customer" in words(preview.text)
    assert "Credit limit: none." in words(preview.text)


def test_the_customers_switch_has_no_effect_where_the_locations_is_off(office: Office) -> None:
    alone = office.text(f"{office.path}/advanced")
    office.open_branch("Quito")

    several = office.text(f"{office.path}/advanced")

    assert "It has no effect" not in alone
    assert "It has no effect at Miami, Quito" in several


def test_a_single_location_takes_cards_in_order_entry_for_that_customer(office: Office) -> None:
    preview = office.press({**office.form(), "confirmation": ON})

    assert "In Order Entry, once it is there, cards are taken at Miami." in words(preview.text)


def test_an_old_tab_overwrites_nothing_and_names_who_changed_what(office: Office) -> None:
    old = office.form()
    office.change(restrict=ON)

    answer = office.press({**old, "require": ON})

    assert answer.status_code == 409
    shown = words(answer.text)
    assert "Carol Clerk changed “Credit card payments” from Optional to Restricted." in shown
    assert office.customer.card_rule == "restricted"
    assert office.form(answer.text)["restrict"] == ON


@pytest.mark.parametrize("role", ["sales", "sales_manager", "allocations"])
def test_sales_people_change_the_card_rule_and_nothing_else(sit: Sit, role: str) -> None:
    office = sit(role)
    shown = office.text(f"{office.path}/advanced")
    forged: dict[str, Any] = {
        "fee_exempt": ON,
        "confirmation": ON,
        "credit": "here",
        "hold": ON,
        "limit": "1",
    }

    answer = office.change(require=ON, **forged)

    customer = office.customer
    assert "Your role may see this, not change it." in shown
    assert (answer.status_code, customer.card_rule) == (303, "required")
    others = (customer.fee_exempt, customer.pays_on_confirmation, customer.credit_hold)
    assert others == (False, False, False)
    assert not customer.credit_decided_here


@pytest.mark.parametrize("role", ["receivables", "cashier", "credit_manager"])
def test_others_read_only(sit: Sit, role: str) -> None:
    office = sit(role)

    shown = office.text(f"{office.path}/advanced")
    answer = office.press({**office.form(), "restrict": ON})

    assert "For reading only" in shown
    assert answer.status_code == 403


def test_a_password_of_long_ago_is_asked_for_again(office: Office) -> None:
    fields = {**office.form(), "restrict": ON}
    with office.world.shop.database.write() as session:
        for row in session.scalars(select(WebSession)):
            row.data = {**row.data, "fs_paa": 0}

    shown = office.text(f"{office.path}/advanced")
    answer = office.press(fields)

    assert "Your password, please" in shown
    assert (answer.status_code, answer.headers["Location"]) == (303, "/verify")
    assert office.customer.card_rule == "optional"


def test_the_audit_log_has_who_from_where_and_what(office: Office) -> None:
    office.change(require=ON)

    with office.world.shop.database.read() as session:
        chosen = select(Audit).where(Audit.action == "customer_advanced_changed")
        entry = session.scalars(chosen).one()
    assert entry.address == "127.0.0.1"
    assert (entry.before or {})["card_rule"] == "optional"
    assert (entry.after or {})["card_rule"] == "required"


def test_pressing_without_a_change_says_so(office: Office) -> None:
    answer = office.press(office.form())

    assert answer.status_code == 303
    assert "Nothing was changed" in office.browser.get(f"{office.path}/advanced").text
