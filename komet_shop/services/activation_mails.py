"""Mails about a location's way to cards, written with the step that they are about."""

from datetime import datetime

from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.models import GatewayAccount
from komet_shop.services import outbox

TEMPLATE = "activation"
LONGEST_KEY = 20


def put(session: Session, location_id: int, step: str, *, title: str, now: datetime) -> None:
    """Tell the location's people with integrations what was done and what is next.

    `title` is that of the payment plugin.
    """
    key = f"{location_id}-{identifiers.action_key()[:LONGEST_KEY]}"
    _write(session, location_id, step, title=title, key=key, now=now)


def put_refusal(session: Session, account: GatewayAccount, *, title: str, now: datetime) -> None:
    """Tell them that the gateway refused the account's keys: once, until somebody has put the
    keys to the test or replaced them.
    """
    tested = int(account.tested_at.timestamp()) if account.tested_at is not None else 0
    key = f"keys-{account.id}-{account.revision}-{tested}"
    if not outbox.is_mail_written(session, template=TEMPLATE, key=key):
        _write(session, account.location_id, "keys_refused", title=title, key=key, now=now)


def _write(
    session: Session, location_id: int, step: str, *, title: str, key: str, now: datetime
) -> None:
    payload = {"location_id": location_id, "step": step, "title": title}
    outbox.put_mail(session, template=TEMPLATE, key=key, payload=payload, now=now)
