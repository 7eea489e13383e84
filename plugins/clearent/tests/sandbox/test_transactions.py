"""What happens to money: sale, authorization, capture, void, refund, tip."""

import pytest

FEE = {"service-fee": "3.00"}


def test_a_sale_can_be_found_voided_and_found_again(shop):
    sold = shop.charge(invoice="A-1")
    before = shop.search(id=sold.id).found

    voided = shop.follow("void", sold.id)

    after = shop.search(id=sold.id).found
    assert (before[0]["voided"], after[0]["voided"]) == ("false", "true")
    assert voided.transaction["type"] == "VOID"
    assert voided.transaction["ref-id"] == sold.id != voided.id
    assert shop.control("GET", "/ledger")["net_cents"]["MIA"] == 0


def test_an_authorization_is_captured_and_refunded_in_parts_but_never_beyond(shop):
    held = shop.charge("auth", "25.00")

    taken = shop.follow("capture", held.id, amount="20.00")
    first = shop.follow("refund", taken.id, amount="8.00")
    second = shop.follow("refund", taken.id, amount="12.00")
    third = shop.follow("refund", taken.id, amount="0.01")

    assert [taken.code, first.code, second.code, third.code] == ["000", "000", "000", "025"]
    assert (third.status, third.transaction["result"]) == (402, "DECLINED")
    assert shop.control("GET", "/ledger")["net_cents"]["MIA"] == 0


def test_an_authorization_is_pending_until_it_is_captured(shop):
    held = shop.charge("auth")
    before = shop.search(id=held.id).found[0]["pending"]

    shop.follow("capture", held.id, amount="25.00")

    assert (before, shop.search(id=held.id).found[0]["pending"]) == ("true", "false")


def test_an_authorization_is_captured_once_and_not_above_its_amount(shop):
    held = shop.charge("auth", "25.00").id

    above = shop.follow("capture", held, amount="25.01")
    taken = shop.follow("capture", held, amount="25.00")
    again = shop.follow("capture", held, amount="1.00")

    assert [above.code, taken.code, again.code] == ["014", "000", "024"]


def test_a_voided_authorization_says_so(shop):
    held = shop.charge("auth").id

    shop.follow("void", held)

    row = shop.search(id=held).found[0]
    assert (row["voided-auth"], row["pending"]) == ("true", "false")


def test_the_untyped_path_does_what_the_type_says(shop):
    sold = shop.call(
        "POST",
        "/transactions",
        {"type": "sale", "amount": "5.00", "card": "4111111111111111", "exp-date": "1240"},
    )

    voided = shop.call("POST", "/transactions", {"type": "VOID", "id": sold.id})

    assert (sold.transaction["type"], voided.transaction["type"]) == ("SALE", "VOID")


def test_a_forced_sale_repeats_the_code_it_was_given(shop):
    forced = shop.charge("forced-sale", authorization_code="AC123U")

    assert forced.transaction["authorization-code"] == "AC123U"


def test_money_can_be_sent_to_a_card_that_never_paid(shop):
    given = shop.charge("refund", "10.00")

    assert given.transaction["type"] == "UNMATCHED REFUND"
    assert shop.control("GET", "/ledger")["net_cents"]["MIA"] == -1000


def test_a_tip_raises_the_amount_while_the_batch_is_open(shop):
    sold = shop.charge(amount="25.00").id

    tipped = shop.call("PUT", f"/transactions/{sold}", {"tip-amount": "4.00"})
    shop.control("POST", "/batches/close", {"account": "MIA"})
    late = shop.call("PUT", f"/transactions/{sold}", {"tip-amount": "5.00"})

    assert tipped.transaction["amount"] == "29.00"
    assert tipped.transaction["original-amount"] == "25.00"
    assert (late.status, late.code) == (402, "027")


def test_tip_and_fee_come_on_top_of_the_amount(shop):
    sold = shop.charge(amount="100.00", tip_amount="10.00", service_fee="3.30").transaction

    assert (sold["amount"], sold["base-amount"]) == ("113.30", "110.00")


@pytest.mark.parametrize("card", ["4000056655665556", "5105105105105100"])
def test_a_debit_or_prepaid_card_pays_no_fee(shop, card):
    sold = shop.charge(amount="100.00", service_fee="3.00", card=card)

    found = shop.search(id=sold.id).found[0]

    for shown in (sold.transaction, found):
        assert (shown["amount"], shown["surcharge-applied"]) == ("100.00", False)
        assert "service-fee" not in shown


def test_a_capture_takes_its_fee_out_of_what_is_held(shop):
    held = shop.charge("auth", "103.00").id

    too_much = shop.follow("capture", held, amount="100.01", **FEE)
    taken = shop.follow("capture", held, amount="100.00", **FEE).transaction

    assert too_much.code == "014"
    assert (taken["amount"], taken["base-amount"]) == ("103.00", "100.00")


def test_a_capture_from_a_debit_card_takes_no_fee(shop):
    held = shop.charge("auth", "103.00", card="4000056655665556").id

    taken = shop.follow("capture", held, amount="100.00", **FEE).transaction

    assert (taken["amount"], taken["surcharge-applied"]) == ("100.00", False)


def test_another_terminal_cannot_touch_a_sale(shop):
    sold = shop.charge(account=1).id

    refunded = shop.follow("refund", sold, amount="1.00")

    assert refunded.code == "027"


def test_a_partly_refunded_sale_cannot_be_voided(shop):
    sold = shop.charge().id
    shop.follow("refund", sold, amount="5.00")

    assert shop.follow("void", sold).code == "024"


@pytest.mark.parametrize("path", ["capture", "void", "refund"])
def test_a_follow_up_needs_a_transaction_that_exists(shop, path):
    unknown = shop.follow(path, "12345", amount="1.00")
    missing = shop.call("POST", f"/transactions/{path}", {"amount": "1.00"})

    assert (unknown.status, unknown.code) == (402, "027")
    assert (missing.status, missing.code) == (400, "003")


def test_a_decline_carries_transaction_and_error(shop):
    declined = shop.charge(amount="0.21")

    assert declined.status == 402
    assert declined.body["payload"]["payloadType"] == "error"
    assert declined.transaction["display-message"] == "Not Sufficient Funds"
    assert declined.body["payload"]["error"]["result-code"] == "012"
    assert shop.rows() == []


def test_the_failing_security_code_answers_like_the_vendors_sample(shop):
    failed = shop.charge(csc="666")

    assert (failed.status, failed.code) == (402, "018")
    assert failed.transaction["result"] == "INVALID_REQUEST"
    assert failed.body["payload"]["error"]["result-code"] == "073"


@pytest.mark.parametrize(
    ("given", "letters"),
    [
        ({"billing": {"zip": "85284"}}, ("Y", "M")),
        ({"billing": {"zip": "33101"}, "csc": "123"}, ("N", "N")),
        ({"csc": ""}, ("U", "P")),
    ],
)
def test_address_and_code_get_their_letters(shop, given, letters):
    sold = shop.charge(**given).transaction

    assert (sold["avs-result-code"], sold["csc-result-code"]) == letters


def test_a_refused_letter_undoes_the_approval(shop):
    filters = {"response-filters": [{"name": "N", "allowed": "false"}]}
    shop.call("PUT", "/settings/terminal/avs", filters)

    refused = shop.charge(billing={"zip": "33101"})

    assert (refused.status, refused.code) == (402, "046")
    assert shop.control("GET", "/ledger")["net_cents"]["MIA"] == 0
