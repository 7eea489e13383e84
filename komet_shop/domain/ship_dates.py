"""Which days boxes can leave on."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CUT_OFF = time(14, 0)
"""Orders for the same day close at this hour of the location's own clock."""
SUNDAY = 6
DAYS_AHEAD = 21


def offered(now: datetime, time_zone: str) -> tuple[date, ...]:
    """The ship dates a buyer may choose, soonest first: no Sundays, three weeks ahead.

    `now` is UTC; the location's IANA zone rules its days.
    Rule: docs/ordering.md, "Ship dates".
    """
    here = now.astimezone(ZoneInfo(time_zone))
    first = here.date() if here.time() < CUT_OFF else here.date() + timedelta(days=1)
    days = (first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    return tuple(day for day in days if day.weekday() != SUNDAY)


def closes_at(day: date, time_zone: str) -> datetime:
    """Until when orders for a ship date are taken."""
    return datetime.combine(day, CUT_OFF, tzinfo=ZoneInfo(time_zone))
