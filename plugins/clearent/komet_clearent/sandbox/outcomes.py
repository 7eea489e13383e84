"""Books the result of a transaction and writes its answer."""

from collections.abc import Sequence
from typing import Any

from .asked import Asked
from .envelope import Reply, link
from .presentation import posted
from .transactions import Transaction

_BRAND_FIELDS = ("card-type", "last-four", "exp-date")


def approved(
    asked: Asked,
    row: Transaction,
    *,
    links: Sequence[dict[str, str]] = (),
    security_code: str = "",
) -> Reply:
    """Book an approved transaction and answer 200."""
    asked.sandbox.ledger.book(row)
    return answered(asked, row, links=links, security_code=security_code)


def declined(asked: Asked, row: Transaction, *, error_code: str = "") -> Reply:
    """Book an attempt that moved nothing and answer 402 with the transaction and an error."""
    asked.sandbox.ledger.book(row)
    differs = asked.assumptions.error_result_code_differs
    error = {
        "error-message": row.result,
        "result-code": error_code or ("073" if differs else row.result_code),
    }
    payload = {"transaction": _shown(asked, row), "error": error, "payloadType": "error"}
    return Reply(
        status=402,
        payload=payload,
        links=_links(asked, row, ()),
        service=asked.service,
        tells=True,
        account=asked.account,
    )


def answered(
    asked: Asked,
    row: Transaction,
    *,
    links: Sequence[dict[str, str]] = (),
    security_code: str = "",
    shown: dict[str, Any] | None = None,
) -> Reply:
    """Answer 200 about a transaction that is in the books; `shown` replaces some of its fields."""
    transaction = _shown(asked, row) | (shown or {})
    if security_code and asked.assumptions.security_code_echoed:
        transaction["csc"] = security_code
    return Reply(
        status=200,
        payload={"transaction": transaction, "payloadType": "transaction"},
        links=_links(asked, row, links),
        service=asked.service,
        tells=True,
        account=asked.account,
    )


def _shown(asked: Asked, row: Transaction) -> dict[str, Any]:
    transaction = posted(row, asked.assumptions)
    if asked.mobile and not asked.assumptions.mobile_brand_present:
        return {name: one for name, one in transaction.items() if name not in _BRAND_FIELDS}
    return transaction


def _links(
    asked: Asked, row: Transaction, more: Sequence[dict[str, str]]
) -> tuple[dict[str, str], ...]:
    if asked.mobile and not asked.assumptions.mobile_links_present:
        return tuple(more)
    own = link("transaction", f"/transactions?id={row.id}", str(row.id))
    return (*more, own) if asked.assumptions.token_link_first else (own, *more)
