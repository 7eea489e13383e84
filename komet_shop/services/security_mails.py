"""Mails to a person whose password or second factor changed, and to nobody else."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from komet_shop.services import outbox

CHANGES = frozenset(
    {
        "password_changed",
        "second_factor_set_up",
        "second_factor_removed",
        "second_factor_reset",
        "passkey_added",
        "passkey_removed",
        "recovery_codes_made",
    }
)
"""What a person is told of, by the name of its audit entry."""


def tell(session: Session, user_id: int, change: str, now: datetime) -> None:
    """Queue the mail in the transaction of the change. Rule: docs/operations.md, "Accounts".

    Raises:
        ValueError: there is no mail about such a change.
    """
    if change not in CHANGES:
        raise ValueError(f"no mail about {change}")
    payload = {"user_id": user_id, "change": change, "at": now.isoformat()}
    outbox.put_mail(
        session, template="security", key=secrets.token_hex(8), payload=payload, now=now
    )
