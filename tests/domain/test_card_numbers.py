"""Card numbers are spotted, honest input passes."""

import pytest

from komet_shop.domain.card_numbers import has_card_number

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "3530111333300000",
    "30569309025904",
    "2223003122003222",
]


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("around", ["{}", "my card: {}.", "PO {} thanks", "a\n{}\nb", "x{}y"])
def test_a_card_number_is_spotted_in_any_text(card: str, around: str) -> None:
    assert has_card_number(around.format(card))


@pytest.mark.parametrize(
    "hidden",
    ["ab4111111111111111", "0" * 24 + " 4111111111111111", "4111111111111111" + "a" * 15],
)
def test_a_few_letters_hide_no_card(hidden: str) -> None:
    assert has_card_number(hidden)


@pytest.mark.parametrize(
    "honest",
    [
        "",
        "305-555-0100 and 305-555-0199",
        "4111111111111112",
        "1100000000099991111",
        "9999999999999995",
        "41111111111111111111111",
        "2026-11-25 12:30",
        "W100001 R100001",
        "4111\n1111\n1111\n1111",
        "49429713883431fc2277f56b34b40ce368e2db0c5647cc33111cdd19b87c2659",
        "04AB4111111111111111CDEF00112233445566",
    ],
)
def test_honest_input_passes(honest: str) -> None:
    assert not has_card_number(honest)
