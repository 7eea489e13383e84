"""Notifications from the gateway: kept once, believed never, followed by a lookup."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import State
from komet_shop.models import GatewayAccount, Operation, WebhookEvent
from komet_shop.models.upserts import inserting
from komet_shop.plugin_api import Notification


def accept(session: Session, account_id: int, notification: Notification, now: datetime) -> bool:
    """Keep a notification whose signature was good, and look its payment up at once.

    Returns False for a repeat, which changes nothing. An operation whose call is still
    under way is left alone: its own answer is on the way.
    Rule: docs/payments.md, "Unknown".
    """
    session.execute(
        update(GatewayAccount).where(GatewayAccount.id == account_id).values(notified_at=now)
    )
    if not _keep(session, account_id, notification, now):
        return False
    session.execute(
        update(Operation)
        .where(
            Operation.account_id == account_id,
            Operation.gateway_ref == notification.reference,
            Operation.state == State.UNKNOWN,
        )
        .values(next_check_at=now)
    )
    return True


def _keep(session: Session, account_id: int, notification: Notification, now: datetime) -> bool:
    kept = session.execute(
        inserting(session, WebhookEvent)
        .values(
            account_id=account_id,
            transaction_id=notification.transaction_id,
            reference=notification.reference,
            received_at=now,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "transaction_id"])
        .returning(WebhookEvent.id)
    ).scalar_one_or_none()
    return kept is not None
