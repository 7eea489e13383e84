"""Reading states as people write them."""

import pytest

from komet_shop.komet_client import us_states


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("CT", "CT"),
        ("ct", "CT"),
        (" Connecticut ", "CT"),
        ("D.C.", "DC"),
        ("puerto rico", "PR"),
        ("ON", "ON"),
        ("on", "on"),
        ("Antioquia", "Antioquia"),
        ("", ""),
    ],
)
def test_states_of_the_usa_become_two_letters_and_others_stay(written: str, read: str) -> None:
    assert us_states.code(written) == read
