"""Rows that nobody needs any more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, delete

from komet_shop.models import RateCounter, WebSession
from komet_shop.services.shop import Shop

KEEP_SESSIONS = timedelta(days=30)
KEEP_COUNTERS = timedelta(days=2)


def clean(shop: Shop) -> int:
    """Delete sessions that ended 30 days ago and counters of the day before yesterday.

    Returns how many rows went. Rule: docs/operations.md, "How long data is kept".
    """
    now = shop.clock.now()
    minute = int((now - KEEP_COUNTERS).timestamp()) // 60
    old_sessions = delete(WebSession).where(WebSession.expires_at < now - KEEP_SESSIONS)
    old_counters = delete(RateCounter).where(RateCounter.minute < minute)
    return sum(_run(shop, statement) for statement in (old_sessions, old_counters))


def _run(shop: Shop, statement: Any) -> int:
    def unit(session: Any) -> int:
        result = session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount

    return shop.database.run(unit)
