"""Names that stand in forms and addresses, where a card number would be refused."""

from hypothesis import given
from hypothesis import strategies as st

from komet_shop.domain import identifiers


@given(st.binary())
def test_a_fingerprint_is_64_letters(content: bytes) -> None:
    found = identifiers.fingerprint(content)

    assert len(found) == 64
    assert found.isascii()
    assert found.isalpha()


def test_other_contents_have_other_fingerprints() -> None:
    assert identifiers.fingerprint(b"a") == identifiers.fingerprint(b"a")
    assert identifiers.fingerprint(b"a") != identifiers.fingerprint(b"b")
