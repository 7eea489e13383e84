"""What a log line may say, and what it never says."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from komet_shop import logs


@pytest.fixture
def stream() -> Iterator[StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = StringIO()
    logs.configure(stream)
    yield stream
    root.handlers = before
    root.setLevel(level)


SECRETS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "api-key: 8a9f0c11e2d34455",
    '{"api_key": "8a9f0c11e2d34455"}',
    "KOMET_SHOP_SECRET_KEY=8a9f0c11e2d34455",
    "Authorization: Bearer 8a9f0c11e2d34455",
    "csc=999&exp=1230",
    "password='8a9f0c11e2d34455'",
    "GET /card-link/8a9f0c11e2d34455 HTTP/1.1",
    "https://localhost/reset/8a9f0c11e2d34455?x=1",
    "postgresql://shop:8a9f0c11e2d34455@db/shop",
    "sid Zk3vQ1w9LpR7sT2uX5yA8bC0dE4fG6hJ",
    "digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "[SQL: SELECT 1]\n[parameters: {'token': '8a9f0c11e2d34455'}]",
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_masked(text: str) -> None:
    masked = logs.scrub(text)

    hidden = ("4111", "8a9f0c11e2d34455", "=999", "Zk3vQ1", "9f86d081")
    assert "***" in masked
    assert not any(part in masked for part in hidden)


@pytest.mark.parametrize(
    "text",
    [
        "order W-10023 of 2 boxes, $1,234.50",
        "operation op_k3m9x2w8p4q7 is unknown",
        "Miami 305 555 0100, Quito 593 2 255 0100",
        "test_a_declined_card_leaves_the_cart_open_and_says_why",
        "2026-11-25T15:00:00.123456Z",
    ],
)
def test_honest_text_stays_readable(text: str) -> None:
    assert logs.scrub(text) == text


def test_only_listed_fields_are_written(stream: StringIO) -> None:
    structlog.get_logger("shop").info("paid", operation="op_1", card="Visa", buyer="Ana")

    line = json.loads(stream.getvalue())
    assert line["operation"] == "op_1"
    assert line["left_out"] == ["buyer", "card"]
    assert "Ana" not in stream.getvalue()


def test_tracebacks_are_scrubbed_and_show_no_values(stream: StringIO) -> None:
    local_card = "4111111111111111"
    try:
        raise ValueError(f"refused {local_card}, token=8a9f0c11e2d34455")
    except ValueError:
        structlog.get_logger("shop").exception("failed")

    written = stream.getvalue()
    assert "ValueError" in json.loads(written)["exception"]
    assert "4111" not in written
    assert "8a9f0c11e2d34455" not in written


def test_libraries_are_scrubbed_and_do_not_speak_of_details(stream: StringIO) -> None:
    logging.getLogger("urllib3.connectionpool").debug("POST /charge body")
    logging.getLogger("sqlalchemy.engine").info("SELECT secret")
    logging.getLogger("urllib3.connectionpool").warning("retry with token=8a9f0c11e2d34455")

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["retry with token=***"]
