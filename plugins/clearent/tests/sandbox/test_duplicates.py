"""Charges that look like earlier ones."""

RULE = "/settings/transaction/duplicates"


def test_the_same_card_and_amount_within_minutes_is_answered_with_the_earlier_sale(shop):
    first = shop.charge()

    second = shop.charge()

    assert (second.status, second.id) == (200, first.id)
    assert "previously approved" in second.transaction["display-message"]
    assert len(shop.rows()) == 1


def test_minutes_later_it_is_a_new_sale(shop):
    shop.charge()
    shop.control("POST", "/clock", {"offset_seconds": 301})

    shop.charge()

    assert len(shop.rows()) == 2


def test_another_amount_is_a_new_sale(shop):
    shop.charge(amount="25.00")
    shop.charge(amount="25.01")

    assert len(shop.rows()) == 2


def test_the_rule_can_answer_with_an_error(shop):
    shop.call("PUT", RULE, {"if-duplicate-found-respond-with-error": "true"})
    shop.charge()

    second = shop.charge()

    assert (second.status, second.code) == (402, "045")
    assert "transaction" not in second.body["payload"]


def test_the_rule_can_look_at_the_invoice_instead_of_the_card(shop):
    changed = shop.call("PUT", RULE, {"use-invoice-instead-of-card": "true"})
    shop.charge(invoice="A")
    shop.control("POST", "/clock", {"offset_seconds": 86400})

    shop.charge(invoice="A")
    shop.charge(invoice="B")

    assert changed.body["payload"]["duplicate-settings"]["use-invoice-instead-of-card"] == "true"
    assert [row["invoice"] for row in shop.rows()] == ["A", "B"]


def test_the_rule_can_be_switched_off_and_read(shop):
    shop.call("POST", RULE, {"enabled": "false"})
    shop.charge()
    shop.charge()

    shown = shop.call("GET", RULE).body["payload"]["duplicate-settings"]
    assert (shown["enabled"], shown["time-range-in-minutes"]) == ("false", "5")
    assert len(shop.rows()) == 2


def test_a_time_range_beyond_an_hour_is_refused(shop):
    refused = shop.call("PUT", RULE, {"time-range-in-minutes": "61"})

    assert (refused.status, refused.code) == (400, "041")


def test_the_callers_own_check_finds_the_sale_by_invoice_for_ever(shop):
    first = shop.charge(invoice="A")
    shop.control("POST", "/clock", {"offset_seconds": 86400})

    second = shop.charge(invoice="A", check_field="invoice")

    assert second.id == first.id
    assert second.transaction["check-field-duplicate"] == "true"


def test_the_callers_own_check_can_look_across_terminals(shop):
    first = shop.charge(invoice="A", account=1)

    here = shop.charge(invoice="A", check_field="invoice", check_field_mid="true")

    assert here.id == first.id


def test_a_saved_card_can_be_checked_twice_within_minutes(shop):
    first = shop.charge("auth", "0.00", create_token="true")
    second = shop.charge("auth", "0.00", create_token="true")

    assert first.token != second.token
