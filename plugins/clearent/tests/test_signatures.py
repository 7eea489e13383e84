"""Signatures of the gateway: the vendor's own vectors, and everything that must not pass."""

import json
from pathlib import Path

import pytest
from ecdsa import NIST384p, SigningKey
from hypothesis import given
from hypothesis import strategies as st
from komet_clearent.signatures import payload_text, verify

VECTORS = json.loads(
    (Path(__file__).parent / "data" / "clearent-signature-vectors.json").read_text()
)["vectors"]
GOOD = VECTORS[1]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vendors_vectors_verify(vector):
    assert verify(vector["public_key"], vector["signed_text"], vector["signature"])


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("part", ["public_key", "signed_text", "signature"])
def test_a_vector_altered_anywhere_proves_nothing(vector, part):
    text = vector[part]
    altered = {**vector, part: text[:-1] + ("0" if text[-1] != "0" else "1")}

    assert not verify(altered["public_key"], altered["signed_text"], altered["signature"])


def test_a_key_does_not_prove_what_another_signed():
    assert not verify(VECTORS[0]["public_key"], GOOD["signed_text"], GOOD["signature"])


@pytest.mark.parametrize("broken", ["", "zz", "30", "3000", "307a", "é", "00" * 124, "30" * 300])
def test_a_malformed_key_or_signature_is_false_not_an_error(broken):
    assert not verify(broken, GOOD["signed_text"], GOOD["signature"])
    assert not verify(GOOD["public_key"], GOOD["signed_text"], broken)


@given(at=st.integers(0, 123), byte=st.integers(0, 255))
def test_a_key_with_any_byte_changed_is_false_not_an_error(at, byte):
    der = bytearray.fromhex(GOOD["public_key"])
    der[at] = byte

    assert not verify(der.hex(), GOOD["signed_text"] + " ", GOOD["signature"])


def test_a_key_of_another_curve_is_refused():
    key = SigningKey.generate(curve=NIST384p)

    assert not verify(key.verifying_key.to_der().hex(), "text", key.sign(b"text").hex())


def test_text_that_cannot_be_written_down_proves_nothing():
    assert not verify(GOOD["public_key"], "\ud800", GOOD["signature"])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"payload":{"a":1}}', '{"a":1}'),
        ('{ "x" : {"payload": 0} , "payload" : { "b" : [1, "}"] } ,"z":2}', '{ "b" : [1, "}"] }'),
        ('{"links":[{"payload":1}],"payload":"text","signature":"30"}', '"text"'),
        ('{"pay\\u006coad":{"é": "\\u00e9"}}', '{"é": "\\u00e9"}'),
    ],
)
def test_the_signed_text_is_the_top_level_payload_as_it_came(body, text):
    assert payload_text(body) == text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '"payload"',
        '{"x":{"payload":1}}',
        '{"payload":1',
        '{"payload":1}x',
        '{"payload":1,}',
        '{"payload":1 "x":2}',
        "{payload:1}",
        '{1:2,"payload":1}',
        '{"payload":1,"payload":2}',
        "[" * 100_000,
        '{"payload":' + "[" * 100_000,
    ],
)
def test_a_body_without_exactly_one_payload_has_no_signed_text(body):
    assert payload_text(body) is None


@given(st.text())
def test_no_text_makes_the_reader_fail(body):
    found = payload_text(body)

    assert found is None or found in body
