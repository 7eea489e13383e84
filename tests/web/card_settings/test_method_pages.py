"""Payment methods on screen: what switching card payments off does is shown before it is done."""

import pytest

from komet_shop.domain.payment_methods import Method
from komet_shop.services import payment_methods
from tests.services.branches import Branches, deciding
from tests.web.browser import Browser
from tests.web.card_settings.desk import form
from tests.web.storefront.buying import words

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
METHODS = "/setup/payment-methods"
OFF, ON = (f"{METHODS}/card_in_app/{one}" for one in ("deactivate", "activate"))


def in_use(branches: Branches) -> bool:
    with branches.shop.database.read() as session:
        return payment_methods.is_active(session, branches.company.id, Method.CARD_IN_APP)


def test_one_click_ends_no_card_payments(admin: Browser, branches: Branches) -> None:
    branches.save(None, deciding(ecommerce_on=True))
    branches.customer(buyers=2)
    branches.customer(buyers=1, card_rule="required")

    preview = admin.post_raw(OFF, form(admin.get(METHODS).text, OFF))
    after_one = in_use(branches)
    confirmed = admin.post_raw(OFF, form(preview.text, OFF))

    assert after_one
    assert "3 buyers will lose “Pay & Checkout” at Miami, Quito." in words(preview.text)
    assert "1 customer who must pay by card will order on terms instead" in words(preview.text)
    assert confirmed.status_code == 303
    assert not in_use(branches)


def test_a_preview_that_no_longer_holds_is_shown_anew(admin: Browser, branches: Branches) -> None:
    branches.save(None, deciding(ecommerce_on=True))
    branches.customer(buyers=2)
    preview = admin.post_raw(OFF, form(admin.get(METHODS).text, OFF))
    branches.customer(buyers=1)

    again = admin.post_raw(OFF, form(preview.text, OFF))

    assert "3 buyers will lose" in words(again.text)
    assert in_use(branches)


def test_switching_it_on_says_who_will_see_it(admin: Browser, branches: Branches) -> None:
    branches.save(None, deciding(ecommerce_on=True))
    branches.customer(buyers=2)
    payment_methods.set_active(branches.shop, branches.scope(), Method.CARD_IN_APP, active=False)

    preview = admin.post_raw(ON, form(admin.get(METHODS).text, ON))

    assert "2 buyers will see “Pay & Checkout” at Miami, Quito." in words(preview.text)
    assert not in_use(branches)
