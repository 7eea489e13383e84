"""Mails about a location's way to cards, written with the step that they are about."""

from datetime import datetime

from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.services import outbox

LONGEST_KEY = 20


def put(session: Session, location_id: int, step: str, *, title: str, now: datetime) -> None:
    """Tell the location's people with integrations what was done and what is next.

    `title` is that of the payment plugin.
    """
    payload = {"location_id": location_id, "step": step, "title": title}
    key = f"{location_id}-{identifiers.action_key()[:LONGEST_KEY]}"
    outbox.put_mail(session, template="activation", key=key, payload=payload, now=now)
