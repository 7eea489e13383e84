"""Each open question answered the other way changes the gateway as it says."""

import dataclasses

import pytest
from komet_clearent.sandbox.assumptions import Assumptions, described

CARD = {"card": "4111111111111111", "exp-date": "1240", "csc": "999"}


def _error(answer):
    return answer.body["payload"]["error"]


def _late_charge(shop):
    jwt = shop.mint()
    shop.control("POST", "/clock", {"offset_seconds": 30})
    return shop.charge_jwt(jwt).status


def _used_jwt(shop):
    jwt = shop.mint()
    shop.charge_jwt(jwt)
    return shop.charge_jwt(jwt).status


def _void_id_is_the_sales(shop):
    sold = shop.charge().id
    return shop.follow("void", sold).id == sold


def _second_void(shop):
    sold = shop.charge().id
    shop.follow("void", sold)
    return shop.follow("void", sold).code


def _void_after_close(shop):
    sold = shop.charge().id
    shop.control("POST", "/batches/close", {"account": "MIA"})
    return shop.follow("void", sold).code


def _void_of_a_refund(shop):
    refund = shop.follow("refund", shop.charge().id, amount="1.00").id
    return shop.follow("void", refund).code


def _refund_at_once(shop):
    return shop.follow("refund", shop.charge().id, amount="1.00").code


def _capture(shop, amount="25.01", days=0, parts=1):
    held = shop.charge("auth", "25.00").id
    shop.control("POST", "/clock", {"offset_seconds": days * 86400})
    return [shop.follow("capture", held, amount=amount).code for _ in range(parts)][-1]


def _refund_elsewhere(shop):
    return shop.follow("refund", shop.charge(account=1).id, amount="1.00").code


def _repeated_charge(shop):
    first = shop.charge()
    second = shop.charge()
    return "error" if second.status == 402 else "same" if second.id == first.id else "new"


def _repeated_after_void(shop):
    first = shop.charge()
    shop.follow("void", first.id)
    return shop.charge().id == first.id


def _repeated_invoice(shop):
    first = shop.charge(invoice="A")
    shop.control("POST", "/clock", {"offset_seconds": 3600})
    return shop.charge(invoice="A", check_field="invoice").id == first.id


def _mobile(shop, **fields):
    return shop.charge_jwt(shop.mint(), **fields)


def _mobile_links(shop):
    return [link["rel"] for link in _mobile(shop, create_token="true").body.get("links", [])]


def _stored(shop, **options):
    return shop.call("POST", "/tokens", CARD, **options)


def _deleted_card(shop):
    token = _stored(shop).token
    shop.call("DELETE", f"/tokens/{token}")
    answer = shop.charge(card=token)
    return (answer.status, answer.code)


def _delete(shop):
    answer = shop.call("DELETE", f"/tokens/{_stored(shop).token}")
    return (answer.status, answer.code if answer.status != 200 else "")


def _new_expiry(shop):
    changed = shop.call("PUT", f"/tokens/{_stored(shop).token}", {"exp-date": "0145"})
    return changed.body["payload"]["tokenResponse"]["exp-date"]


def _close_nothing(shop):
    answer = shop.call("PUT", "/batches/open", {})
    return answer.code if answer.body else str(answer.status)


def _close_expecting_more(shop):
    shop.charge()
    return shop.call("PUT", "/batches/open", {"total-count": "2"}).code


def _settled(shop):
    sold = shop.charge().id
    shop.control("POST", "/batches/close", {"account": "MIA"})
    return shop.search(id=sold).found[0]["settled"]


def _page_size(shop, name="page-size"):
    for amount in ("1.00", "2.00", "3.00"):
        shop.charge(amount=amount)
    answer = shop.call("GET", f"/transactions?{name}=2" if name else "/transactions")
    return len(answer.found)


def _history(shop):
    sold = shop.charge().id
    shop.control("POST", "/clock", {"offset_seconds": 3 * 86400})
    return shop.search(id=sold).status


def _lone_result(shop):
    shop.charge(invoice="A")
    return type(shop.search(invoice="A").found)


def _frame(shop):
    key = shop.server.accounts[0]["public_key"]
    page = shop.session.get(f"{shop.url}/js-sdk/form?pk={key}&host=x", timeout=3).text
    return 'data-resolves-text="true"' in page


def _fee(shop):
    return shop.charge(amount="100.00", service_fee="3.00").transaction


CASES = {
    "jwt_seconds": (10, _late_charge, 200, 401),
    "used_jwt_answer": ("402", _used_jwt, 401, 402),
    "void_reply_has_new_id": (False, _void_id_is_the_sales, False, True),
    "second_void_code": ("027", _second_void, "024", "027"),
    "closed_batch_void_code": ("281", _void_after_close, "027", "281"),
    "matched_refund_void_allowed": (True, _void_of_a_refund, "027", "000"),
    "refund_in_open_batch_allowed": (False, _refund_at_once, "000", "027"),
    "unmatched_refund_allowed": (False, lambda shop: shop.charge("refund").code, "000", "015"),
    "error_result_code_differs": (
        True,
        lambda shop: _error(shop.charge(amount="0.21"))["result-code"],
        "012",
        "073",
    ),
    "result_code_zeros": ("0000", lambda shop: shop.charge().code, "000", "0000"),
    "status_in_capitals": (
        True,
        lambda shop: shop.charge().body["status"],
        "success",
        "SUCCESS",
    ),
    "booleans_as_json": (
        True,
        lambda shop: shop.search(id=shop.charge().id).found[0]["voided"],
        "false",
        False,
    ),
    "reply_amount_includes_fee": (False, lambda shop: _fee(shop)["amount"], "103.00", "100.00"),
    "service_fee_applied": (
        False,
        lambda shop: _fee(shop)["surcharge-applied"],
        "true",
        False,
    ),
    "debit_card_endings": (
        "1111",
        lambda shop: _fee(shop)["amount"],
        "103.00",
        "100.00",
    ),
    "search_shows_fee": (
        False,
        lambda shop: "service-fee" in shop.search(id=_fee(shop)["id"]).found[0],
        True,
        False,
    ),
    "tax_added_on_mobile": (
        False,
        lambda shop: _mobile(shop, sales_tax_amount="2.00").transaction["amount"],
        "27.00",
        "25.00",
    ),
    "security_code_echoed": (
        False,
        lambda shop: shop.charge().transaction.get("csc"),
        "999",
        None,
    ),
    "capture_above_auth_allowed": (True, _capture, "014", "000"),
    "several_captures_allowed": (
        True,
        lambda shop: _capture(shop, amount="5.00", parts=2),
        "024",
        "000",
    ),
    "auth_days": (2, lambda shop: _capture(shop, amount="5.00", days=3), "000", "027"),
    "followups_across_terminals": (True, _refund_elsewhere, "027", "000"),
    "duplicate_rule_default_on": (False, _repeated_charge, "same", "new"),
    "duplicate_rule_answers_error": (True, _repeated_charge, "same", "error"),
    "voided_counts_as_duplicate": (True, _repeated_after_void, False, True),
    "check_field_works": (False, _repeated_invoice, True, False),
    "mobile_links_present": (False, _mobile_links, ["transaction", "token"], ["token"]),
    "token_link_first": (
        True,
        _mobile_links,
        ["transaction", "token"],
        ["token", "transaction"],
    ),
    "mobile_brand_present": (
        False,
        lambda shop: "last-four" in _mobile(shop).transaction,
        True,
        False,
    ),
    "mobile_small_amounts_decline": (
        True,
        lambda shop: _mobile(shop, amount="0.49").code,
        "000",
        "023",
    ),
    "four_cents_code": ("023", lambda shop: shop.charge(amount="0.04").code, "004", "023"),
    "amount_maximum_cents": (2499, lambda shop: shop.charge().code, "000", "044"),
    "unknown_fields_refused": (True, lambda shop: shop.charge(novelty="x").code, "000", "041"),
    "token_step_fails": (
        True,
        lambda shop: len(shop.charge(create_token="true").body["links"]),
        2,
        1,
    ),
    "token_per_merchant": (
        False,
        lambda shop: shop.charge(card=_stored(shop, account=1).token).code,
        "000",
        "010",
    ),
    "deleted_token_answer": ("404", _deleted_card, (402, "010"), (404, "091")),
    "token_delete_refused": (True, _delete, (200, ""), (402, "091")),
    "token_expiry_changeable": (True, _new_expiry, "1240", "0145"),
    "token_object_old_name": (
        True,
        lambda shop: "token" in _stored(shop).body["payload"],
        False,
        True,
    ),
    "batch_close_when_empty": ("040", _close_nothing, "204", "040"),
    "batch_mismatch_code": ("038", _close_expecting_more, "039", "038"),
    "settled_lag_seconds": (60, _settled, "true", "false"),
    "single_result_as_object": (True, _lone_result, list, dict),
    "page_size_parameter": ("pageSize", _page_size, 2, 3),
    "default_page_size": (1, lambda shop: _page_size(shop, ""), 3, 1),
    "maximum_page_size": (1, _page_size, 2, 1),
    "history_days": (2, _history, 200, 204),
    "refused_rights": ("refund, void", _refund_at_once, "000", "042"),
    "sdk_resolves_text": (True, _frame, False, True),
}
ELSEWHERE = {
    "webhook_signature_place": "test_webhooks",
    "refused_right_status": "below, together with refused_rights",
}


@pytest.mark.parametrize("name", CASES)
def test_a_switch_changes_the_answer(shop, name):
    value, ask, usually, then = CASES[name]

    before = ask(shop)
    shop.server.sandbox.reset()
    shop.control("POST", "/clock", {"offset_seconds": 0})
    shop.assume(**{name: value})

    assert (before, ask(shop)) == (usually, then)


def test_a_missing_right_can_be_answered_with_403(shop):
    shop.assume(refused_rights="sale", refused_right_status="403")

    assert shop.charge().status == 403


def test_closing_nothing_can_answer_091(shop):
    shop.assume(batch_close_when_empty="091")

    assert _close_nothing(shop) == "091"


def test_both_spellings_of_the_page_size_can_be_taken(shop):
    shop.assume(page_size_parameter="both")

    assert _page_size(shop, "pageSize") == 2


def test_no_switch_is_untested_or_unexplained():
    names = {switch.name for switch in dataclasses.fields(Assumptions)}

    assert names == CASES.keys() | ELSEWHERE.keys()
    assert all(explains.endswith(".") for _, explains, _ in described())
