"""Logs as JSON lines: only listed fields, and nothing that looks like a secret."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from komet_shop.domain.card_numbers import has_card_number

FIELDS = frozenset(
    {
        "account",
        "address",
        "aggregate",
        "amount_cents",
        "attempts",
        "call",
        "code",
        "command",
        "count",
        "customer",
        "directive",
        "environment",
        "error",
        "event",
        "exception",
        "failure",
        "fault",
        "field",
        "job",
        "kind",
        "level",
        "limit",
        "location",
        "logger",
        "method",
        "milliseconds",
        "name",
        "operation",
        "operation_id",
        "order",
        "outcome",
        "payment",
        "plugin",
        "reason",
        "request_id",
        "route",
        "seconds",
        "state",
        "status",
        "time",
        "transaction",
        "user",
        "version",
    }
)
"""Fields that a log line may carry. Others are left out and named in `left_out`."""

_RUN = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_NAMED = re.compile(
    r"(?i)\b((?:[a-z0-9]+[-_])*(?:api[-_]?key|authorization|cookie|csc|cvc2?|cvv2?|passw(?:or)?d|"
    r"secret|secret[-_]key|master[-_]key|token))([\"']?\s*[:=]\s*)"
    r"(\"[^\"]*\"|'[^']*'|(?:Bearer |Basic )?[^\s,;&)}\]]+)"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}")
_LINK = re.compile(r"/(card-link|reset|invitation)/[^\s\"'/?#]+")
_SQL_VALUES = re.compile(r"\[parameters: .*?\](?=\n|$)", re.DOTALL)
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*):[^\s@/]+@")
_LONG = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{32,}")
_NOISY = ("sqlalchemy", "urllib3", "requests", "werkzeug", "flask", "huey", "alembic", "asyncio")

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
]


def configure(stream: TextIO | None = None) -> None:
    """Send the logs of the shop and of its libraries to `stream`, standard error by default.

    Libraries speak from WARNING up: their debug lines hold bodies and bound parameters.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                only_listed_fields,
                scrub_values,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def only_listed_fields(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Keep the fields that a log line may carry, and say which were left out."""
    kept = {name: value for name, value in line.items() if name in FIELDS}
    left_out = sorted(set(line) - FIELDS)
    return {**kept, "left_out": left_out} if left_out else kept


def scrub_values(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Mask what looks like a secret in every text of the line, tracebacks included."""
    return {name: _scrub_value(value) for name, value in line.items()}


def scrub(text: str) -> str:
    """The text without card numbers, security codes, keys, passwords and tokens.

    Rule: docs/operations.md, "Logs".
    """
    text = _SQL_VALUES.sub("[parameters: ***]", text)
    text = _RUN.sub(lambda found: _masked_number(found.group()), text)
    text = _BEARER.sub(r"\1 ***", text)
    text = _NAMED.sub(r"\1\2***", text)
    text = _LINK.sub(r"/\1/***", text)
    text = _URL_PASSWORD.sub(r"\1:***@", text)
    return _LONG.sub(lambda found: _masked_token(found.group()), text)


def _scrub_value(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return scrub(str(value)) if has_card_number(str(value)) else value
    if isinstance(value, list | tuple):
        return [_scrub_value(one) for one in value]
    return scrub(str(value))


def _masked_number(run: str) -> str:
    return "*** card-like number ***" if has_card_number(run) else run


def _masked_token(run: str) -> str:
    """Random text: of 32 characters or more, with digits among letters of both sizes, or hex."""
    has_digit = any(letter.isdigit() for letter in run)
    is_hex = all(letter in "0123456789abcdefABCDEF" for letter in run)
    is_mixed = run.lower() != run and run.upper() != run
    return "***" if has_digit and (is_hex or is_mixed) else run
