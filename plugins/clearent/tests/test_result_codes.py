"""The table of result codes against the rules that it must keep."""

import re

import pytest
from komet_clearent import result_codes
from komet_clearent.result_codes import Meaning, look_up

LISTED = [
    *range(37),
    *range(38, 75),
    *(81, 82, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94),
    *range(280, 296),
    867,
    *range(880, 891),
]
TELLS_TOO_MUCH = re.compile(r"\b(cvv|csc|security code|address|zip|avs|lost|stolen|funds)\b", re.I)


@pytest.mark.parametrize("number", LISTED)
def test_every_published_code_has_words_for_staff(number: int) -> None:
    known = look_up(f"{number:03d}", 402)

    assert known
    assert known.code == f"{number:03d}"
    assert known.code in known.staff


@pytest.mark.parametrize("number", LISTED)
def test_no_code_tells_a_buyer_what_a_thief_wants_to_know(number: int) -> None:
    for status in (400, 402, 500):
        known = look_up(f"{number:03d}", status)

        assert known
        assert known.buyer or known.meaning is Meaning.APPROVED
        assert not TELLS_TOO_MUCH.search(known.buyer)


@pytest.mark.parametrize("code", ["021", "046", "047", "048", "023", "012", "018"])
def test_security_code_and_address_reasons_look_like_any_decline(code: str) -> None:
    known = look_up(code, 402)

    assert known
    assert known.buyer == result_codes.DECLINED


@pytest.mark.parametrize("code", ["003", "004", "010", "015", "033", "034", "035"])
def test_a_dead_card_is_never_tried_again(code: str) -> None:
    known = look_up(code, 402)

    assert known
    assert known.never_retry
    assert known.retry_other_card


@pytest.mark.parametrize("code", ["007", "012", "014", "016", "021", "023"])
def test_a_card_that_may_work_later_may_be_tried_again(code: str) -> None:
    known = look_up(code, 402)

    assert known
    assert not known.never_retry


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("003", 402, Meaning.DECLINE),
        ("003", 400, Meaning.INPUT),
        ("003", 500, Meaning.UNKNOWN),
        ("018", 402, Meaning.DECLINE),
        ("018", 400, Meaning.INPUT),
        ("091", 402, Meaning.STATE),
        ("091", 404, Meaning.NOT_FOUND),
        ("001", 400, Meaning.DEVICE),
        ("001", 404, Meaning.NOT_FOUND),
    ],
)
def test_the_same_number_means_different_things_at_different_statuses(
    code: str, status: int, meaning: Meaning
) -> None:
    known = look_up(code, status)

    assert known
    assert known.meaning is meaning


@pytest.mark.parametrize("code", ["032", "045", "059"])
def test_duplicates_are_never_declines(code: str) -> None:
    known = look_up(code, 402)

    assert known
    assert known.meaning is Meaning.DUPLICATE


@pytest.mark.parametrize("code", ["049", "050", "051", "052", "053", "057", "058"])
def test_codes_without_an_outcome_are_looked_up(code: str) -> None:
    known = look_up(code, 402)

    assert known
    assert known.meaning in (Meaning.UNKNOWN, Meaning.RETRYABLE)


def test_the_old_spelling_of_an_approval_is_known() -> None:
    assert look_up("0000", 200) == look_up("000", 200)


@pytest.mark.parametrize("code", ["037", "999", "", "00"])
def test_a_code_without_a_row_is_not_guessed(code: str) -> None:
    assert look_up(code, 402) is None
