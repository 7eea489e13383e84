"""What is known of an operation's end, from an answer or from a lookup."""

from dataclasses import dataclass

from komet_shop.domain.verdict import Verdict
from komet_shop.plugin_api import CardDetails, GatewayResult, Transaction


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of an operation's end, from an answer or from a lookup."""

    verdict: Verdict
    transaction_id: str | None = None
    code: str = ""
    buyer_message: str = ""
    authorization_code: str = ""
    batch_id: str = ""
    trace_id: str = ""
    card: CardDetails = CardDetails()

    @classmethod
    def of_answer(cls, verdict: Verdict, result: GatewayResult, card: CardDetails) -> "Evidence":
        """From the answer to our own call."""
        return cls(
            verdict=verdict,
            transaction_id=result.transaction_id,
            code=result.code,
            buyer_message=result.buyer_message,
            authorization_code=result.authorization_code,
            batch_id=result.batch_id,
            trace_id=result.trace_id,
            card=card,
        )

    @classmethod
    def of_transaction(cls, verdict: Verdict, transaction: Transaction) -> "Evidence":
        """From the gateway's own record."""
        return cls(
            verdict=verdict,
            transaction_id=transaction.id,
            code=transaction.code,
            authorization_code=transaction.authorization_code,
            batch_id=transaction.batch_id,
            card=transaction.card,
        )
