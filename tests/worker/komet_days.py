"""Days of a shop whose Komet comes and goes: the worker's beats, with the clock moved between."""

import itertools
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from sqlalchemy import ColumnElement, func, select

from komet_shop import jobs
from komet_shop.komet_client.budget import BUCKET
from komet_shop.mailer import Mailer
from komet_shop.models import Outbox, RateCounter
from komet_shop.services import deliveries, erp_silence, outbox
from komet_shop.worker import Work
from tests.conftest import MovableClock
from tests.worker.house import House

TROUBLE = ("refuse", "down")
"""Nobody listens, and a page of maintenance with HTTP 503."""
CHANGES_EVERY = timedelta(minutes=30)
A_BEAT = 1


@dataclass
class Days:
    """A house, and its time."""

    house: House
    clock: MovableClock

    def without_komet(self, span: timedelta) -> int:
        """Live so long without Komet; returns how often the worker began a round."""
        ends, rounds, kinds = self.clock.now() + span, 0, itertools.cycle(TROUBLE)
        while self.clock.now() < ends:
            kind = next(kinds)
            self.house.arm(kind, times=None)
            rounds += self._beat_until(min(ends, self.clock.now() + CHANGES_EVERY))
            self._disarm(kind)
        return rounds

    @contextmanager
    def workers(self, count: int) -> Iterator[None]:
        """So many workers at once, for as long as the block lasts."""
        stopping = threading.Event()
        threads = [threading.Thread(target=self._work, args=(stopping,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    def pass_time_until(self, condition: Callable[[], bool], *, minutes: int) -> timedelta:
        """How long it took by the clock, which jumps only while nobody has anything to do."""
        began, pause, before = self.clock.now(), threading.Event(), None
        while not condition() and self.clock.now() - began < timedelta(minutes=minutes):
            idle_until = self._idle_until()
            if idle_until is not None and idle_until == before:
                self._jump(idle_until)
            before = idle_until
            pause.wait(0.1)
        return self.clock.now() - began

    def untold(self) -> int:
        """How many messages Komet has not been told."""
        return self._count(Outbox.state != "done")

    def calls(self) -> Counter[str]:
        """All calls that came to Komet, by how they ended."""
        answer = requests.get(f"{self.house.komet.base_url}/_control/requests", timeout=5).json()
        rows = [row for day in answer["days"].values() for row in day]
        found: Counter[str] = Counter()
        for row in rows:
            found[row["status"]] += row["count"]
        return found

    def spent(self) -> list[int]:
        """Calls of each day, by the shop's own count."""
        counted = select(RateCounter.count).where(RateCounter.bucket == BUCKET)
        with self.house.shop.database.read() as session:
            return list(session.scalars(counted.order_by(RateCounter.minute)))

    def _beat_until(self, moment: datetime) -> int:
        work, rounds = self._new_work(), 0
        tell = work.jobs()[jobs.ERP]
        while self.clock.now() < moment:
            if jobs.ERP in work.due():
                tell()
                rounds += 1
            self._jump(min(self._quiet_until(), moment))
        return rounds

    def _jump(self, moment: datetime) -> None:
        """To a moment, and by a beat of the worker at least."""
        ahead = max(moment - self.clock.now(), timedelta(seconds=A_BEAT))
        self.clock.advance(seconds=math.ceil(ahead.total_seconds()))

    def _work(self, stopping: threading.Event) -> None:
        work = self._new_work()
        tell = work.jobs()[jobs.ERP]
        while not stopping.is_set():
            if jobs.ERP in work.due():
                tell()
            else:
                stopping.wait(0.1)

    def _new_work(self) -> Work:
        shop = self.house.shop
        return Work(shop=shop, erp=self.house.erp, mailer=Mailer(shop.config, shop.clock))

    def _quiet_until(self) -> datetime:
        with self.house.shop.database.read() as session:
            silence = erp_silence.current(session)
        return self.clock.now() if silence is None else silence.ends_at

    def _idle_until(self) -> datetime | None:
        """When somebody has something to do again; None while somebody has."""
        now = self.clock.now()
        ours = (Outbox.kind.in_(deliveries.KOMET), Outbox.state == "ready")
        with self.house.shop.database.read() as session:
            leased = select(Outbox.id).where(*ours, Outbox.lease_until >= now)
            if session.scalars(leased.limit(1)).first() is not None:
                return None
            silence = erp_silence.current(session)
            if silence is not None:
                return silence.ends_at if silence.ends_at > now else None
            if outbox.is_any_due(session, now, deliveries.KOMET):
                return None
            waiting = select(func.min(Outbox.next_at)).where(*ours, Outbox.next_at > now)
            return session.scalar(waiting)

    def _count(self, condition: ColumnElement[bool]) -> int:
        statement = select(func.count()).where(Outbox.kind.in_(deliveries.KOMET), condition)
        with self.house.shop.database.read() as session:
            return session.scalar(statement) or 0

    def _disarm(self, kind: str) -> None:
        address = f"{self.house.komet.base_url}/_control/faults"
        requests.delete(address, params={"fault": kind}, timeout=5).raise_for_status()
