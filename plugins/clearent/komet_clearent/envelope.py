"""The envelope around every answer of Clearent."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from komet_clearent import fields


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An answer taken apart. Anything missing or misshapen is empty."""

    is_readable: bool = False
    is_success: bool = False
    """Status and code inside the envelope say success, or say nothing."""
    trace_id: str = ""
    links: dict[str, str] = field(default_factory=dict, repr=False)
    payload: dict[str, object] = field(default_factory=dict, repr=False)
    page: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def transaction(self) -> dict[str, object]:
        """The one transaction of the answer; empty when there is none."""
        return fields.section(self.payload, "transaction")

    @property
    def transaction_id(self) -> str | None:
        """Its id. Some answers name it in the links only."""
        return fields.word(self.transaction.get("id")) or self.link("transaction") or None

    @property
    def is_declined(self) -> bool:
        """Whether the gateway tried a transaction and says that it did not go through."""
        result = self.transaction.get("result")
        return isinstance(result, str) and result != "" and result.upper() != "APPROVED"

    @property
    def error_code(self) -> str:
        """The code of the error beside the transaction, which may differ from its own."""
        return fields.word(fields.section(self.payload, "error").get("result-code"), fields.SHORT)

    @property
    def code(self) -> str:
        """The code that counts: the transaction's, else the error's."""
        return fields.word(self.transaction.get("result-code"), fields.SHORT) or self.error_code

    def link(self, rel: str) -> str:
        """Id of the link of this kind; empty when there is none. Their order means nothing."""
        return self.links.get(rel, "")


def open_envelope(body: bytes) -> Envelope:
    """Take an answer apart. Nonsense gives an empty envelope that is not readable."""
    content = read_object(body)
    if content is None:
        return Envelope()
    return Envelope(
        is_readable="payload" in content,
        is_success=_says_success(content),
        trace_id=fields.word(content.get("exchange-id")),
        links=_links(content),
        payload=fields.section(content, "payload"),
        page=fields.section(content, "page"),
    )


def read_object(text: bytes | str) -> dict[str, Any] | None:
    """A JSON object with exact numbers; None for anything else."""
    try:
        content = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _says_success(content: dict[str, Any]) -> bool:
    status = str(content.get("status", "success")).lower()
    return status == "success" and str(content.get("code", "200")).startswith("2")


def _links(content: dict[str, Any]) -> dict[str, str]:
    links = fields.rows(content, "links") or []
    return {str(link.get("rel")): fields.word(link.get("id")) for link in reversed(links)}
