"""Deciding on screen: what is shown, what is asked first, what is refused beside its field."""

from typing import Any

import pytest

from komet_shop.domain.card_settings import Fees, FeeType
from tests.services.branches import MIAMI as MIAMI_CODE
from tests.services.branches import QUITO as QUITO_CODE
from tests.services.branches import Branches, deciding
from tests.web.browser import Browser
from tests.web.card_settings.desk import COMPANY, MIAMI, QUITO, confirm, drawn, form, send, words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SURCHARGE = {
    "fee_type": "surcharge",
    "percent": "3.00",
    "channel_ecommerce": "y",
    "channel_receivables": "y",
    "way_in_app": "y",
}
CONVENIENCE = {**SURCHARGE, "fee_type": "convenience", "flat": "2.50", "percent": "ignored"}


def fees_of(branches: Branches, level: str | None) -> Fees:
    return branches.board().fees(level).value


def test_the_page_has_komets_labels_and_the_seeds_wording(admin: Browser) -> None:
    text = words(admin.get(COMPANY).text)

    for label in (
        "Enable Dummy in E-Commerce",
        "Allow Salespeople to Manage Customer Credit Cards",
        "“Allow Salespeople to add and delete Customer Credit Cards”",
        "Allow Card Pre-Authorization",
        "Allow to receive payment upon confirmation",
        "Order Entry Options",
        "30 days before you start",
    ):
        assert label in text


def test_what_means_nothing_to_anybody_is_saved_at_once(admin: Browser, branches: Branches) -> None:
    answer = send(admin, COMPANY, ecommerce_on="y", preauthorization_on="y")

    assert (answer.status_code, answer.headers["Location"]) == (303, COMPANY)
    kept = branches.company_row()
    assert kept is not None
    assert (kept.ecommerce_on, kept.salespeople_manage_cards) == (True, None)
    assert "The settings are saved." in admin.get(COMPANY).text


def test_what_happens_to_buyers_is_told_first_and_saved_when_confirmed(
    admin: Browser, branches: Branches
) -> None:
    branches.customer(buyers=23)
    branches.customer(buyers=1, card_rule="required")
    branches.save(None, deciding(ecommerce_on=True))

    preview = send(admin, MIAMI, ecommerce_on="off")
    before = branches.location_row(MIAMI_CODE).ecommerce_on
    saved = confirm(admin, MIAMI, preview)

    assert preview.status_code == 200
    assert "24 buyers will lose “Pay & Checkout” at Miami." in words(preview.text)
    assert "1 customer who must pay by card will order on terms instead at Miami." in words(
        preview.text
    )
    assert (before, saved.status_code) == (None, 303)
    assert branches.location_row(MIAMI_CODE).ecommerce_on is False


def test_a_change_to_what_was_previewed_is_previewed_again(
    admin: Browser, branches: Branches
) -> None:
    branches.customer(buyers=1)

    preview = send(admin, COMPANY, ecommerce_on="y")
    again = send(admin, COMPANY, form(preview.text, COMPANY), preauthorization_on="y")

    assert again.status_code == 200
    assert "is held and not taken yet" in words(again.text)
    assert branches.company_row() is None


def test_a_fee_is_told_with_its_customers(admin: Browser, branches: Branches) -> None:
    for state in ("NY", "NY", "CT"):
        branches.customer(billing_state=state)

    preview = send(admin, COMPANY, **SURCHARGE)
    saved = confirm(admin, COMPANY, preview)

    assert (
        "A fee will be added to card payments of 2 customers at Miami, Quito: surcharge of 3.00 %."
        in words(preview.text)
    )
    assert saved.status_code == 303
    found = fees_of(branches, QUITO_CODE)
    assert (found.type, found.basis_points) == (FeeType.SURCHARGE, 300)
    assert found.blocked_states == ("CT", "MA", "PR")


def test_an_old_tab_is_refused_and_shows_what_counts_now(
    admin: Browser, branches: Branches
) -> None:
    old = drawn(admin, MIAMI)
    branches.save(None, deciding(preauthorization_on=True))

    refused = send(admin, MIAMI, old, ecommerce_on="on")

    assert refused.status_code == 409
    assert "Nothing was saved" in words(refused.text)
    assert "Follow the company (now on)" in words(refused.text)
    assert branches.location_row(MIAMI_CODE).ecommerce_on is None


def test_a_preview_that_is_out_of_date_saves_nothing(admin: Browser, branches: Branches) -> None:
    branches.customer(buyers=1)
    preview = send(admin, COMPANY, ecommerce_on="y")
    branches.save(QUITO_CODE, deciding(ecommerce_on=False))

    refused = confirm(admin, COMPANY, preview)

    assert refused.status_code == 409
    assert branches.company_row() is None


def test_a_location_shows_what_counts_and_who_decided(admin: Browser, branches: Branches) -> None:
    branches.save(None, deciding(ecommerce_on=True))
    branches.save(MIAMI_CODE, deciding(Fees(), preauthorization_on=False))

    text = words(admin.get(MIAMI).text)

    assert "Here now: on (decided by the company)" in text
    assert "Here now: off (decided here)" in text
    assert "Here now: off (nobody has set it yet)" in text
    assert "Here now: no fee (decided here)" in text


def test_a_location_can_take_its_decision_back(admin: Browser, branches: Branches) -> None:
    branches.save(QUITO_CODE, deciding(Fees(), ecommerce_on=False))

    answer = send(admin, QUITO, ecommerce_on="company", fees_from="company", fee_type=None)

    assert answer.status_code == 303
    kept = branches.location_row(QUITO_CODE)
    assert (kept.ecommerce_on, kept.fee_type) == (None, None)


def test_before_a_location_is_active_its_settings_say_so(
    admin: Browser, branches: Branches
) -> None:
    branches.stop(MIAMI_CODE)
    branches.customer(buyers=1)

    text = words(admin.get(MIAMI).text)
    answer = send(admin, MIAMI, ecommerce_on="on")

    assert "These settings count once the location is active" in text
    assert "Here, once the location is active: off" in text
    assert answer.status_code == 303


def test_the_company_lists_its_locations(admin: Browser, branches: Branches) -> None:
    branches.stop(QUITO_CODE, "off")
    branches.save(MIAMI_CODE, deciding(ecommerce_on=True))

    page = admin.get(COMPANY).text

    assert f'href="{MIAMI}"' in page
    assert "Miami Takes cards on no fee yes" in words(page)
    assert "Quito Not enabled off no fee no" in words(page)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**SURCHARGE, "percent": "3.01"}, "Tick this if you mean more"),
        ({**SURCHARGE, "percent": "4.01", "above_usual": "y"}, "4.00 is the most"),
        ({**SURCHARGE, "percent": "-1"}, "Enter a percentage such as 2.75"),
        ({**SURCHARGE, "percent": "2.755"}, "Enter a percentage such as 2.75"),
        ({**SURCHARGE, "percent": ""}, "Enter a percentage such as 2.75"),
        ({**SURCHARGE, "blocked_states": "CT, ZZ"}, "These are none: ZZ."),
        ({**SURCHARGE, "channel_ecommerce": None, "channel_receivables": None}, "one place"),
        ({**SURCHARGE, "way_in_app": None}, "at least one way"),
        ({**CONVENIENCE, "flat": "-0.01"}, "Enter an amount such as 2.50"),
        ({**CONVENIENCE, "flat": "a lot"}, "Enter an amount such as 2.50"),
        ({"fee_type": "tip"}, "Choose one of the list."),
        ({"fee_type": None}, "Choose one of the list."),
    ],
)
def test_a_fee_that_may_not_be_is_refused_beside_its_field(
    admin: Browser, branches: Branches, fields: dict[str, Any], said: str
) -> None:
    answer = send(admin, COMPANY, **fields)

    assert answer.status_code == 422
    assert said in words(answer.text)
    assert branches.company_row() is None


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({**SURCHARGE, "percent": "4.00 %", "above_usual": "y"}, (0, 400, "CT,MA,PR")),
        ({**SURCHARGE, "percent": "0", "blocked_states": "ny ma;NY"}, (0, 0, "MA,NY")),
        ({**CONVENIENCE, "flat": "$0.00"}, (0, 0, "")),
        (CONVENIENCE, (250, 0, "")),
    ],
)
def test_a_fee_is_read_as_people_write_it(
    admin: Browser, branches: Branches, fields: dict[str, Any], kept: tuple[int, int, str]
) -> None:
    assert send(admin, COMPANY, **fields).status_code == 303

    row = branches.company_row()
    assert row is not None
    assert (row.fee_cents, row.fee_bp, row.fee_blocked_states) == kept
    assert (row.fee_channels, row.fee_ways) == ("ecommerce,receivables", "in_app")


def test_a_page_that_is_saved_as_it_stands_changes_nothing(
    admin: Browser, branches: Branches
) -> None:
    send(admin, COMPANY, **SURCHARGE)
    send(admin, MIAMI, ecommerce_on="on", fees_from="own", **CONVENIENCE)
    told = len(branches.entries())

    answers = [send(admin, path).status_code for path in (COMPANY, MIAMI, QUITO)]

    assert answers == [303, 303, 303]
    assert len(branches.entries()) == told == 2
