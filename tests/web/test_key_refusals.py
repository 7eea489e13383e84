"""Why keys were not taken: every reason has its words."""

import pytest
from flask import Flask
from flask_babel import Babel

from komet_shop.services import gateway_keys, key_checks
from komet_shop.services.key_checks import KeysRefused
from komet_shop.web.key_refusals import key_refusal_text

REASONS = sorted(
    (
        one
        for module in (key_checks, gateway_keys)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, KeysRefused) and one is not KeysRefused
    ),
    key=lambda one: one.__name__,
)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(reason: type[KeysRefused]) -> None:
    app = Flask(__name__)
    Babel(app)

    with app.test_request_context():
        text = key_refusal_text(reason("10"))

    assert text.endswith(".") or text == "10"
