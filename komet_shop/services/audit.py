"""The audit log: who did what, when, from where, and why."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from komet_shop.models import Audit
from komet_shop.services.scope import Actor


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened to one object. `before` and `after` never hold secrets."""

    actor: Actor
    company_id: int
    action: str
    object_type: str
    object_id: int | None
    location_id: int | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = field(default=None)
    reason: str = ""


def write(session: Session, entry: Entry, now: datetime) -> None:
    """Add an entry to the transaction that it describes; the worker seals it later."""
    session.execute(
        insert(Audit).values(
            at=now,
            company_id=entry.company_id,
            location_id=entry.location_id,
            actor=entry.actor.label,
            address=entry.actor.address,
            action=entry.action,
            object_type=entry.object_type,
            object_id=entry.object_id,
            before=entry.before,
            after=entry.after,
            reason=entry.reason,
        )
    )
