"""Which decision the gateway's last answer speaks for; it is asked again when one decides."""

from dataclasses import dataclass

from komet_shop.domain.verdict import ANOTHER_AMOUNT, FOUND_APPROVED, VOIDED_SINCE
from komet_shop.services.gateway_search import NOTHING, Heard
from komet_shop.services.review_decisions import Outcome
from komet_shop.services.reviews import Evidence

_SPEAKS_FOR = {
    FOUND_APPROVED: Outcome.CHARGED,
    ANOTHER_AMOUNT: Outcome.GIVE_BACK,
    VOIDED_SINCE: Outcome.NOT_CHARGED,
    NOTHING: Outcome.NOT_CHARGED,
}


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What was heard last, and the decision that it speaks for; None where it says nothing."""

    heard: Heard
    outcome: Outcome | None


def hint(evidence: Evidence) -> Hint:
    """Of an operation that waits for a person."""
    last = evidence.last_answer
    heard = Heard.read(last.words if last is not None else "")
    return Hint(heard=heard, outcome=_SPEAKS_FOR.get(heard.reason))
