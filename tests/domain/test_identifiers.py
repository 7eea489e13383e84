"""Names that stand in forms and addresses, where a card number would be refused."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from komet_shop.domain import identifiers
from komet_shop.domain.card_numbers import has_card_number


def test_what_would_be_refused_in_digits_passes_as_a_fingerprint() -> None:
    content = b"version 1131"

    assert has_card_number(hashlib.sha256(content).hexdigest())
    assert not has_card_number(identifiers.fingerprint(content))


@given(st.binary())
def test_a_fingerprint_is_64_letters(content: bytes) -> None:
    found = identifiers.fingerprint(content)

    assert len(found) == 64
    assert found.isascii()
    assert found.isalpha()


def test_other_contents_have_other_fingerprints() -> None:
    assert identifiers.fingerprint(b"a") == identifiers.fingerprint(b"a")
    assert identifiers.fingerprint(b"a") != identifiers.fingerprint(b"b")
