"""When to look up an unsettled operation, and when "not found" may be believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LADDER_SECONDS = (5, 15, 30, 60, 120, 300, 600, 660, 720)
THEN_EVERY = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
WATCH_HOURS = (1, 2, 4, 8, 16, 24, 36, 48)
"""A gateway may charge late: what was given up is looked up until its batch must be closed."""
WATCH_AGAIN = timedelta(hours=1)

QUIET_PERIOD = timedelta(minutes=10)
SAID_NO_TIMES = 3
BETWEEN_NOES = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Noes:
    """How often in a row the gateway said "not found", and when it last did."""

    count: int = 0
    last_at: datetime | None = None

    def another(self, now: datetime) -> "Noes":
        """Count one more, unless the last one is less than a minute ago."""
        if self.last_at is not None and now - self.last_at < BETWEEN_NOES:
            return self
        return Noes(count=self.count + 1, last_at=now)


NONE = Noes()


def next_check(sent_at: datetime, now: datetime, noes: Noes = NONE) -> datetime:
    """When to ask again: the next rung of the ladder after `now`, or sooner.

    When ten minutes are over and the gateway has just said "not found", only more of the same
    is missing: it is asked again after a minute. Rule: docs/payments.md, "Unknown".
    """
    rung = _next_rung(sent_at, now)
    if now - sent_at < QUIET_PERIOD or noes.last_at is None or noes.count >= SAID_NO_TIMES:
        return rung
    soon = noes.last_at + BETWEEN_NOES
    return min(rung, soon) if soon > now else rung


def next_watch(sent_at: datetime, now: datetime, *, answered: bool = True) -> datetime | None:
    """When to look once more for an operation that was given up; None after two days.

    The watch ends only with an answer: a gateway that cannot be asked then is asked again.
    """
    rungs = (sent_at + timedelta(hours=hours) for hours in WATCH_HOURS)
    return next((rung for rung in rungs if rung > now), None if answered else now + WATCH_AGAIN)


def needs_a_person(sent_at: datetime, now: datetime) -> bool:
    """True once an operation has stayed unsettled for a day."""
    return now - sent_at >= GIVE_UP_AFTER


def was_never_processed(*, sent_at: datetime, now: datetime, noes: Noes, control: bool) -> bool:
    """Whether "not found" may be believed.

    Ten minutes must have passed, three lookups at least a minute apart must have said so,
    and a control lookup of a transaction that we know exists must have worked.
    """
    return control and noes.count >= SAID_NO_TIMES and now - sent_at >= QUIET_PERIOD


def _next_rung(sent_at: datetime, now: datetime) -> datetime:
    for seconds in LADDER_SECONDS:
        rung = sent_at + timedelta(seconds=seconds)
        if rung > now:
            return rung
    last = sent_at + timedelta(seconds=LADDER_SECONDS[-1])
    rounds = (now - last) // THEN_EVERY + 1
    return last + rounds * THEN_EVERY
