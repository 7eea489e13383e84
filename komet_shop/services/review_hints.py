"""Which decision the gateway's last answer speaks for; it is asked again when one decides."""

from dataclasses import dataclass

from komet_shop.domain.verdict import ANOTHER_AMOUNT, FOUND_APPROVED, VOIDED_SINCE
from komet_shop.services.gateway_search import NOTHING
from komet_shop.services.review_decisions import Outcome
from komet_shop.services.review_evidence import Evidence

_SPEAKS_FOR = {
    FOUND_APPROVED: Outcome.CHARGED,
    ANOTHER_AMOUNT: Outcome.GIVE_BACK,
    VOIDED_SINCE: Outcome.NOT_CHARGED,
    NOTHING: Outcome.NOT_CHARGED,
}


@dataclass(frozen=True, kw_only=True)
class Hint:
    """The decision that the last answer speaks for, and the cents that it told of.

    `outcome` None: it speaks for nothing. `is_found`: our reference finds a transaction.
    """

    found_cents: int = 0
    is_found: bool = False
    outcome: Outcome | None = None


def hint(evidence: Evidence) -> Hint:
    """Of an operation that waits for a person."""
    last = evidence.last_answer
    if last is None:
        return Hint()
    return Hint(
        found_cents=last.facts["amount_cents"] or 0,
        is_found=last.facts["found"] > 0,
        outcome=_SPEAKS_FOR.get(last.words),
    )
