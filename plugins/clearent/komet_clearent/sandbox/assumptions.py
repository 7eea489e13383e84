"""What the vendor's papers leave open: each unknown is a switch, set to the safe guess."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T", bool, int, str)


def _switch(default: T, explains: str, *choices: T) -> T:
    metadata = {"explains": explains, "choices": choices}
    switch: T = dataclasses.field(default=default, metadata=metadata)
    return switch


@dataclasses.dataclass(frozen=True, kw_only=True)
class Assumptions:
    """One set of answers to the open questions; change it with `changed`."""

    jwt_seconds: int = _switch(600, "How long a one-time token can be charged.")
    used_jwt_answer: str = _switch(
        "401",
        "Status for a one-time token that was used, expired or minted elsewhere.",
        "401",
        "402",
    )
    void_reply_has_new_id: bool = _switch(
        True, "A void answers with an id of its own; otherwise with the id of what it undid."
    )
    second_void_code: str = _switch("024", "Result code of a second void.")
    closed_batch_void_code: str = _switch("027", "Result code of a void after the batch closed.")
    matched_refund_void_allowed: bool = _switch(False, "A refund of a sale can itself be voided.")
    refund_in_open_batch_allowed: bool = _switch(
        True, "A sale can be refunded while its batch is still open; otherwise 402 027."
    )
    unmatched_refund_allowed: bool = _switch(
        True, "Money can be sent to a card without an earlier sale; otherwise 402 015."
    )
    error_result_code_differs: bool = _switch(
        False, "A decline's error carries 073 instead of the transaction's code."
    )
    result_code_zeros: str = _switch("000", "How an approval writes its code.", "000", "0000")
    status_in_capitals: bool = _switch(False, "The envelope says SUCCESS and FAIL.")
    booleans_as_json: bool = _switch(False, "Yes and no come as JSON booleans, not as text.")
    reply_amount_includes_fee: bool = _switch(
        True, "The answer's amount is the total with service fee; otherwise without."
    )
    service_fee_applied: bool = _switch(
        True, "A service fee that was sent is charged; otherwise surcharge-applied says false."
    )
    debit_card_endings: str = _switch(
        "5556, 5100", "Last four digits of the debit and prepaid cards: they pay no service fee."
    )
    search_shows_fee: bool = _switch(
        True, "A search shows fee, base amount and surcharge-applied; otherwise the amount alone."
    )
    tax_added_on_mobile: bool = _switch(
        True, "Mobile endpoints add the sales tax to the total unless told not to."
    )
    security_code_echoed: bool = _switch(True, "Answers to a charge repeat the security code.")
    capture_above_auth_allowed: bool = _switch(False, "A capture may exceed what was authorized.")
    several_captures_allowed: bool = _switch(False, "An authorization can be captured in parts.")
    auth_days: int = _switch(7, "Days in which an authorization can be captured.")
    followups_across_terminals: bool = _switch(
        False, "Void, capture and refund reach transactions of the merchant's other terminals."
    )
    duplicate_rule_default_on: bool = _switch(
        True, "A terminal nobody configured refuses the same card and amount for five minutes."
    )
    duplicate_rule_answers_error: bool = _switch(
        False, "That rule answers 402 045; otherwise 200 with the earlier transaction."
    )
    voided_counts_as_duplicate: bool = _switch(
        False, "A voided transaction still makes the next one like it a duplicate."
    )
    check_field_works: bool = _switch(
        True, "check-field finds an earlier card sale by its invoice; otherwise it is ignored."
    )
    mobile_links_present: bool = _switch(
        True, "Mobile answers link to their transaction; a token link is there in either case."
    )
    token_link_first: bool = _switch(False, "The token link comes before the transaction link.")
    mobile_brand_present: bool = _switch(
        True, "Mobile answers carry brand, last four and expiry of the card."
    )
    mobile_small_amounts_decline: bool = _switch(
        False, "Mobile endpoints decline every amount below 1.00, whatever the table of codes says."
    )
    four_cents_code: str = _switch("004", "What 0.04 provokes.", "004", "023")
    amount_maximum_cents: int = _switch(9_999_999, "Largest amount in cents; above it 400 044.")
    unknown_fields_refused: bool = _switch(
        False, "A field the manual does not know is refused with 400 041; otherwise ignored."
    )
    token_step_fails: bool = _switch(
        False, "The sale is approved but its card is not stored, so no token link appears."
    )
    token_per_merchant: bool = _switch(
        True, "A stored card can be charged at every terminal of the merchant."
    )
    deleted_token_answer: str = _switch(
        "402", "Charging a deleted card: 402 with 010, or 404 with 091.", "402", "404"
    )
    token_delete_refused: bool = _switch(
        False, "Deleting a stored card is refused with 402 091, as if a plan used it."
    )
    token_expiry_changeable: bool = _switch(
        False, "A stored card takes a new expiry date; otherwise the field is ignored."
    )
    token_object_old_name: bool = _switch(
        False, "Vault answers call their object token; otherwise tokenResponse."
    )
    batch_close_when_empty: str = _switch(
        "204", "Closing when nothing is open: 204, or 402 with 040 or 091.", "204", "040", "091"
    )
    batch_mismatch_code: str = _switch("039", "Result code when the expected totals are wrong.")
    settled_lag_seconds: int = _switch(0, "How long after the close a search says settled.")
    single_result_as_object: bool = _switch(
        False, "A search with one hit gives an object instead of a list."
    )
    page_size_parameter: str = _switch(
        "page-size", "How the page size is spelled.", "page-size", "pageSize", "both"
    )
    default_page_size: int = _switch(20, "Rows on a page when none is asked for.")
    maximum_page_size: int = _switch(100, "Most rows on a page.")
    history_days: int = _switch(90, "How far back a search sees.")
    refused_rights: str = _switch(
        "", "Operations the keys may not do, separated by commas: sale auth capture void refund."
    )
    refused_right_status: str = _switch("401", "Status of such an attempt.", "401", "403")
    webhook_signature_place: str = _switch(
        "field", "Where a notification carries its signature.", "field", "header"
    )
    sdk_resolves_text: bool = _switch(
        False, "getPaymentToken resolves with text; otherwise with an object."
    )


def described() -> list[tuple[str, str, tuple[Any, ...]]]:
    """Name, explanation and choices of every switch, in reading order."""
    return [
        (switch.name, switch.metadata["explains"], switch.metadata["choices"])
        for switch in dataclasses.fields(Assumptions)
    ]


def changed(current: Assumptions, values: Mapping[str, object]) -> Assumptions:
    """Set some switches, given as JSON values or as text from a form or the command line.

    Raises:
        ValueError: an unknown name, or a value the switch does not take; says which.
    """
    switches = {switch.name: switch for switch in dataclasses.fields(Assumptions)}
    settings: dict[str, Any] = {}
    for name, value in values.items():
        if name not in switches:
            raise ValueError(f"There is no assumption named {name}.")
        settings[name] = _read(switches[name], value)
    return dataclasses.replace(current, **settings)


def _read(switch: dataclasses.Field[Any], value: object) -> bool | int | str:
    read = _as_kind(type(switch.default), str(value).strip())
    choices = switch.metadata["choices"]
    if read is None or (choices and read not in choices):
        allowed = (
            " or ".join(map(str, choices))
            or {bool: "true or false", int: "a number"}[type(switch.default)]
        )
        raise ValueError(f"{switch.name} takes {allowed}, not {value!r}.")
    return read


def _as_kind(kind: type, text: str) -> bool | int | str | None:
    if kind is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    if kind is int:
        return int(text) if text.isascii() and text.isdigit() else None
    return text
