"""Limits hold for all processes together, whoever tries at the same time."""

import threading
from datetime import timedelta

import pytest

from komet_shop.models.database import Database
from komet_shop.services import rate_limits
from komet_shop.services.rate_limits import Limit
from tests.factories import NOW

THREE = Limit(name="three", most=3, minutes=15)
AT_ONCE = 12


def _take(database: Database, *, subject: str = "ana", minutes_later: int = 0) -> bool:
    now = NOW + timedelta(minutes=minutes_later)
    return database.run(lambda session: rate_limits.take(session, THREE, subject, now))


def test_the_fourth_try_is_refused(database: Database) -> None:
    assert [_take(database) for _ in range(5)] == [True, True, True, False, False]


def test_subjects_do_not_disturb_each_other(database: Database) -> None:
    for _ in range(4):
        _take(database)

    assert _take(database, subject="ben")


@pytest.mark.parametrize(("minutes", "allowed"), [(14, False), (15, True)])
def test_the_window_slides(database: Database, minutes: int, allowed: bool) -> None:
    for _ in range(3):
        _take(database)

    assert _take(database, minutes_later=minutes) is allowed


def test_tries_of_several_minutes_count_together(database: Database) -> None:
    early = [_take(database, minutes_later=minute) for minute in (0, 5, 10)]

    assert early == [True, True, True]
    assert not _take(database, minutes_later=14)
    assert _take(database, minutes_later=15)
    assert not _take(database, minutes_later=16)


def test_a_try_that_is_given_back_does_not_count(database: Database) -> None:
    for _ in range(3):
        _take(database)

    database.run(lambda session: rate_limits.give_back(session, THREE, "ana", NOW))

    assert [_take(database), _take(database)] == [True, False]


def test_tries_at_the_same_moment_cannot_overrun_the_limit(database: Database) -> None:
    start = threading.Barrier(AT_ONCE)
    taken: list[bool] = []

    def one() -> None:
        start.wait()
        taken.append(_take(database))

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken, reverse=True) == [True] * 3 + [False] * (AT_ONCE - 3)
