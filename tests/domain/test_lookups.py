"""When to look, and when a "not found" counts."""

from datetime import UTC, datetime, timedelta

import pytest

from komet_shop.domain import lookups
from komet_shop.domain.lookups import Noes

SENT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return SENT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("now", "next_one"),
    [(0, 5), (5, 15), (29, 30), (30, 60), (599, 600), (600, 660), (719, 720), (720, 1620)],
)
def test_the_ladder_is_climbed_rung_by_rung(now: int, next_one: int) -> None:
    assert lookups.next_check(SENT, after(now)) == after(next_one)


def test_the_next_check_is_always_ahead() -> None:
    moments = range(0, 24 * 3600, 61)

    assert all(lookups.next_check(SENT, after(now)) > after(now) for now in moments)


def test_noes_in_one_minute_count_once() -> None:
    first = Noes().another(after(600))

    assert first.another(after(630)) == first
    assert first.another(after(660)).count == 2


@pytest.mark.parametrize(
    ("seconds", "count", "control", "believed"),
    [
        (600, 3, True, True),
        (599, 3, True, False),
        (600, 2, True, False),
        (600, 3, False, False),
    ],
)
def test_not_found_is_believed_only_when_all_three_hold(
    seconds: int, count: int, control: bool, believed: bool
) -> None:
    noes = Noes(count=count, last_at=after(seconds))

    verdict = lookups.was_never_processed(
        sent_at=SENT, now=after(seconds), noes=noes, control=control
    )

    assert verdict is believed


def test_a_person_is_asked_after_a_day() -> None:
    assert not lookups.needs_a_person(SENT, after(86_399))
    assert lookups.needs_a_person(SENT, after(86_400))


def test_a_no_that_is_almost_believed_is_asked_again_after_a_minute() -> None:
    first = Noes(count=1, last_at=after(1_620))

    assert lookups.next_check(SENT, after(1_620), first) == after(1_680)
    assert lookups.next_check(SENT, after(1_630), first) == after(1_680)


@pytest.mark.parametrize(
    ("now", "noes", "next_one"),
    [
        (300, Noes(count=2, last_at=after(300)), 600),
        (1_620, Noes(count=3, last_at=after(1_620)), 2_520),
        (1_620, Noes(count=2, last_at=after(720)), 2_520),
        (600, Noes(count=1, last_at=after(600)), 660),
        (645, Noes(count=1, last_at=after(600)), 660),
    ],
    ids=["too early", "enough", "no answer since", "the rung is as soon", "between two rungs"],
)
def test_otherwise_the_ladder_is_kept(now: int, noes: Noes, next_one: int) -> None:
    assert lookups.next_check(SENT, after(now), noes) == after(next_one)
