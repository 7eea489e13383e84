"""Looking transactions up."""

from datetime import UTC, datetime, timedelta

import pytest
from komet_clearent.sandbox.search import moment


def test_nothing_found_is_204_without_a_body(shop):
    answer = shop.search(invoice="NONE")

    assert (answer.status, answer.body) == (204, {})


@pytest.mark.parametrize(
    "query",
    [
        {"invoice": "A"},
        {"amount": "7.00"},
        {"type": "sale"},
        {"status": "approved"},
        {"last_four": "1111", "invoice": "A"},
        {"order_id": "O-1"},
        {"display_message": "Transaction approved"},
    ],
)
def test_every_filter_finds_what_it_names_only(shop, query):
    wanted = shop.charge(amount="7.00", invoice="A", order_id="O-1").id
    shop.charge("auth", "0.21", invoice="B")

    assert [row["id"] for row in shop.search(**query).found] == [wanted]


def test_lists_show_the_bare_last_four_and_a_padded_batch(shop):
    sold = shop.charge().id

    row = shop.search(id=sold).found[0]

    assert (row["card"], row["batch-string-id"], row["order-id"]) == ("1111", "000165", sold)


def test_a_terminal_sees_its_own_and_the_merchant_sees_all(shop):
    shop.charge(invoice="A", account=1)

    assert shop.search(invoice="A").status == 204
    assert len(shop.search(invoice="A", level="merchant").found) == 1


def test_pages_are_newest_first_and_end(shop):
    ids = [shop.charge(amount=f"{n}.00").id for n in (1, 2, 3)]

    first = shop.search(page_size="2")
    last = shop.search(page_size="2", page="1")

    assert [row["id"] for row in first.found + last.found] == ids[::-1]
    assert (first.body["page"]["last"], last.body["page"]["last"]) == (False, True)
    assert shop.search(page_size="2", page="2").status == 204


def test_a_window_of_minutes_loses_the_minute_that_has_begun(shop):
    shop.charge()
    now = datetime.now(UTC)
    start, minute = f"{now - timedelta(hours=1):%Y-%m-%d %H:%M}", f"{now:%Y-%m-%d %H:%M}"
    later = f"{now + timedelta(minutes=1):%Y-%m-%d %H:%M}"

    without = shop.search(start_date=start, end_date=minute)
    with_it = shop.search(start_date=start, end_date=later)

    assert (without.status, len(with_it.found)) == (204, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04", "2026-03-04T00:00:00+00:00"),
        ("2026-03-04 15:06", "2026-03-04T15:06:00+00:00"),
        ("2026-03-04 15:06 EST", "2026-03-04T20:06:00+00:00"),
        ("2026-03-04 15:06 -0500", "2026-03-04T20:06:00+00:00"),
        ("2026-03-04 15:06Z", "2026-03-04T15:06:00+00:00"),
        ("03-04-26 15:06", "2026-03-04T15:06:00+00:00"),
        ("03-04-2026 03:06 PM", "2026-03-04T15:06:00+00:00"),
    ],
)
def test_dates_are_read_in_the_vendors_forms(text, expected):
    assert moment(text, end=False) == datetime.fromisoformat(expected)


def test_a_day_as_an_end_means_all_of_it():
    end = moment("2026-03-04", end=True)

    assert end is not None
    assert (end.day, end.hour, end.minute) == (4, 23, 59)


@pytest.mark.parametrize(
    "query",
    [{"start_date": "soon"}, {"amount": "x"}, {"page": "-1"}, {"level": "all"}],
)
def test_a_senseless_filter_is_refused(shop, query):
    refused = shop.search(**query)

    assert (refused.status, refused.code) == (400, "041")
