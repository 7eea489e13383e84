"""Which days boxes can leave on."""

from datetime import UTC, date, datetime, timedelta

import pytest

from komet_shop.domain import ship_dates

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("now", "zone", "first"),
    [
        (datetime(2026, 11, 25, 18, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 25)),
        (datetime(2026, 11, 25, 19, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 26)),
        (datetime(2026, 11, 25, 19, 0, tzinfo=UTC), "America/Los_Angeles", date(2026, 11, 25)),
        (datetime(2026, 11, 26, 3, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 26)),
        (datetime(2026, 11, 28, 19, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 30)),
    ],
)
def test_the_first_day_is_the_locations_own_until_its_cut_off(
    now: datetime, zone: str, first: date
) -> None:
    assert ship_dates.offered(now, zone)[0] == first


def test_three_weeks_are_offered_without_sundays_in_order() -> None:
    dates = ship_dates.offered(datetime(2026, 11, 25, 12, 0, tzinfo=UTC), "America/New_York")

    assert len(dates) == 18
    assert [day for day in dates if day.weekday() == 6] == []
    assert SATURDAY in dates
    assert list(dates) == sorted(set(dates))
    assert dates[-1] - dates[0] <= timedelta(days=21)
