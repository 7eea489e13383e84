"""Jobs that are due once in a while happen once, whoever asks."""

import threading
from datetime import timedelta

from sqlalchemy import select

from komet_shop.models import RateCounter, WebSession
from komet_shop.models.database import Database
from komet_shop.services import housekeeping, turns
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock

HOUR = timedelta(hours=1)


def take(database: Database, clock: MovableClock, owner: str = "a") -> bool:
    now = clock.now()
    return database.run(lambda s: turns.take(s, "job", every=HOUR, owner=owner, now=now))


def test_a_turn_is_taken_once_in_its_time(database: Database, clock: MovableClock) -> None:
    first, second = take(database, clock), take(database, clock, "b")
    clock.advance(seconds=3600)

    assert (first, second, take(database, clock, "b")) == (True, False, True)


def test_one_of_many_takes_the_turn(database: Database, clock: MovableClock) -> None:
    barrier, taken = threading.Barrier(8), []

    def ask() -> None:
        barrier.wait()
        taken.append(take(database, clock))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 7 + [True]


def test_old_sessions_and_counters_go_and_others_stay(shop: Shop, clock: MovableClock) -> None:
    now = clock.now()
    minute = int(now.timestamp()) // 60
    with shop.database.write() as session:
        for name, days in (("old", 31), ("young", 29)):
            ended = now - timedelta(days=days)
            session.add(
                WebSession(
                    id_sha256=name, data={}, created_at=ended, seen_at=ended, expires_at=ended
                )
            )
        for name, days in (("old", 3), ("young", 1)):
            session.add(RateCounter(bucket=name, minute=minute - days * 24 * 60, count=1))

    removed = housekeeping.clean(shop)

    with shop.database.read() as session:
        left = [*session.scalars(select(WebSession.id_sha256)),
                *session.scalars(select(RateCounter.bucket))]  # fmt: skip
    assert (removed, left) == (2, ["young", "young"])
