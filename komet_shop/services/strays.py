"""Strays: money that the gateway took for an operation that we had given up."""

from datetime import datetime

from sqlalchemy.orm import Session

from komet_shop.models import Operation
from komet_shop.services import ledger


def found(session: Session, operation: Operation, now: datetime) -> None:
    """Keep it in suspense until it is applied or given back."""
    leg = ledger.Leg(
        debit=ledger.card_clearing(operation.location_id),
        credit=ledger.SUSPENSE,
        cents=operation.amount_cents,
    )
    ledger.post(session, ledger.of_operation(operation, "stray"), [leg], now)
