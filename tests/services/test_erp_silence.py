"""Who may ask an ERP that does not answer, and when."""

from datetime import datetime, timedelta

import pytest

from komet_shop.models.database import Database
from komet_shop.services import erp_silence
from tests import factories

NOW = factories.NOW


def tried(database: Database, tries: int) -> erp_silence.Silence:
    """A silence of so many tries in a row, each made as soon as it was allowed."""
    now = NOW
    with database.write() as session:
        erp_silence.begin(session, now)
        for _ in range(tries - 1):
            silence = erp_silence.current(session)
            assert silence is not None
            now = silence.ends_at
            assert erp_silence.break_it(session, silence, now)
            session.expire_all()
        found = erp_silence.current(session)
    assert found is not None
    return found


def ask(database: Database, silence: erp_silence.Silence, now: datetime) -> bool:
    with database.write() as session:
        return erp_silence.break_it(session, silence, now)


def test_an_erp_that_answers_may_be_asked(database: Database) -> None:
    with database.read() as session:
        assert erp_silence.current(session) is None
        assert not erp_silence.is_quiet(session, NOW)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 1), (2, 2), (4, 8), (7, 64), (8, 120), (30, 120)]
)
def test_the_pause_doubles_up_to_two_minutes(database: Database, tries: int, seconds: int) -> None:
    silence = tried(database, tries)

    assert silence.tries == tries
    assert silence.ends_at - silence.tried_at == timedelta(seconds=seconds)


def test_nobody_asks_before_the_pause_is_over(database: Database) -> None:
    silence = tried(database, 4)

    assert not ask(database, silence, silence.ends_at - timedelta(seconds=1))
    assert ask(database, silence, silence.ends_at)


def test_of_two_workers_one_asks(database: Database) -> None:
    silence = tried(database, 4)

    asked = [ask(database, silence, silence.ends_at) for _ in range(2)]

    assert asked == [True, False]


def test_a_second_failure_does_not_begin_a_silence_again(database: Database) -> None:
    tried(database, 4)

    with database.write() as session:
        erp_silence.begin(session, NOW + timedelta(hours=1))

    with database.read() as session:
        silence = erp_silence.current(session)
    assert silence is not None
    assert silence.tries == 4


@pytest.mark.parametrize(("tries", "was_long"), [(1, False), (5, False), (6, True)])
def test_an_answer_ends_it_and_tells_whether_it_was_long(
    database: Database, tries: int, was_long: bool
) -> None:
    tried(database, tries)

    with database.write() as session:
        ended = [erp_silence.end(session), erp_silence.end(session)]

    assert ended == [was_long, False]
