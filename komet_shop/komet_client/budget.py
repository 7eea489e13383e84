"""How many calls a day Komet allows, and how many of them pulls leave for posting."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from komet_shop.clock import Clock
from komet_shop.models import RateCounter
from komet_shop.models.database import Database
from komet_shop.models.upserts import inserting
from komet_shop.services.erp import ErpUnavailable

CALLS_PER_USER = 1000
SPENT_PERCENT = 90
RESERVED_FOR_POSTING_PERCENT = 30
BUCKET = "komet_calls"


class Budget:
    """Counts every call of a GMT day, whichever process makes it.

    Other programs of the company share Komet's limit of 1,000 calls a day for each paid
    user, so we stop at 90 %. Pulls stop when 30 % of that is left, because orders and
    payments must get through. Rule: docs/komet.md, "The daily limit".
    """

    def __init__(self, *, database: Database, clock: Clock, users: int) -> None:
        self._database = database
        self._clock = clock
        self.for_posting = CALLS_PER_USER * users * SPENT_PERCENT // 100
        self.for_pulling = self.for_posting * (100 - RESERVED_FOR_POSTING_PERCENT) // 100

    def spend(self, *, posting: bool) -> None:
        """Count one call before it is made.

        Raises:
            ErpUnavailable: there are none left today for this purpose. Nothing was counted.
        """
        most = self.for_posting if posting else self.for_pulling
        if most < 1 or not self._database.run(lambda session: self._count(session, most)):
            raise ErpUnavailable(f"the {most} calls to Komet of today are used up")

    def _count(self, session: Session, most: int) -> bool:
        insert = inserting(session, RateCounter)
        statement = (
            insert.values(bucket=BUCKET, minute=_midnight(self._clock.now()), count=1)
            .on_conflict_do_update(
                index_elements=["bucket", "minute"],
                set_={"count": RateCounter.count + 1},
                where=RateCounter.count < most,
            )
            .returning(RateCounter.count)
        )
        return session.execute(statement).scalar_one_or_none() is not None


def _midnight(now: datetime) -> int:
    """The first minute of the GMT day, since the epoch."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp()) // 60
