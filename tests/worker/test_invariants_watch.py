"""The hourly check: who does it, what it looks at, and who hears of what it finds."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from komet_shop import jobs
from komet_shop.mailer import Mailer
from komet_shop.models import Audit, Invoice, Payment
from komet_shop.services import invariants_watch
from komet_shop.services.invariants_watch import NIGHT_HOUR, Answer
from komet_shop.worker import Work
from tests.conftest import MovableClock
from tests.worker.house import PATIENCE, House

ADMIN = "admin@rosa-alta.example"
HOUR = 3600
AFTERNOON = 16
CARD = "4111 1111 1111 1111"


@pytest.fixture
def paid(house: House) -> House:
    """One order that was paid; everybody was told, nothing waits."""
    house.paid()
    house.tell_komet()
    house.send_mail()
    return house


def work_of(house: House) -> Work:
    mailer = Mailer(house.shop.config, house.shop.clock, seconds=PATIENCE)
    return Work(shop=house.shop, erp=house.erp, mailer=mailer)


def check(house: House) -> None:
    """What a worker does in the seventh minute, and in the seconds before."""
    run = work_of(house).jobs()
    run[jobs.SEAL]()
    run[jobs.CHECK]()


def open_invoice(house: House, cents: int) -> None:
    with house.shop.database.write() as session:
        session.execute(update(Invoice).values(open_cents=cents))


def answers(house: House) -> dict[str, Answer]:
    with house.shop.database.read() as session:
        return invariants_watch.last_answers(session)


def found(house: House) -> list[str]:
    counted = invariants_watch.counts(answers(house).values())
    return [name for name, count in counted.items() if count]


def audited(house: House) -> list[Audit]:
    with house.shop.database.read() as session:
        broken = select(Audit).where(Audit.action == "invariant_broken").order_by(Audit.id)
        return list(session.scalars(broken))


def move_to(clock: MovableClock, hour: int) -> None:
    """Some minute of the next such hour, in UTC."""
    hours = (hour - clock.now().hour) % 24 or 24
    clock.advance(seconds=hours * HOUR)


def test_where_all_is_in_order_nobody_hears_of_it(paid: House) -> None:
    before = len(paid.mails())

    check(paid)
    paid.send_mail()

    assert found(paid) == []
    assert set(answers(paid)) == {"day", "all"}
    assert (audited(paid), len(paid.mails())) == ([], before)


def test_a_breach_is_told_once_a_day(paid: House, clock: MovableClock) -> None:
    move_to(clock, AFTERNOON)
    open_invoice(paid, 5)

    for _ in range(3):
        check(paid)
        clock.advance(seconds=HOUR)
    today = len(audited(paid))
    move_to(clock, NIGHT_HOUR)
    check(paid)
    paid.send_mail()

    first, _ = paid.mails(ADMIN)
    assert (today, len(audited(paid)), len(paid.mails(ADMIN))) == (1, 2, 2)
    assert first.subject.startswith("The shop's records need a look")
    assert "Each invoice is open by its total less its payments" in first.text
    assert "invoices_agree" in first.html
    assert audited(paid)[0].after is not None
    assert audited(paid)[0].after["count"] == 1  # type: ignore[index]  # checked above


def test_one_worker_of_two_checks(paid: House, clock: MovableClock) -> None:
    check(paid)
    open_invoice(paid, 5)

    check(paid)
    at_once = found(paid)
    clock.advance(seconds=HOUR)
    check(paid)

    assert (at_once, found(paid)) == ([], ["invoices_agree"])


def test_everything_is_checked_at_night(paid: House, clock: MovableClock) -> None:
    move_to(clock, AFTERNOON)
    check(paid)
    clock.advance(seconds=2 * 24 * HOUR)
    check(paid)
    open_invoice(paid, 5)
    move_to(clock, NIGHT_HOUR)
    night = clock.now()

    check(paid)

    whole = answers(paid)["all"]
    assert whole.at >= night
    assert [breach.invariant for breach in whole.breaches] == ["invoices_agree"]
    assert answers(paid)["day"].breaches == ()


def test_what_nobody_looked_at_for_days_is_looked_at(paid: House, clock: MovableClock) -> None:
    check(paid)
    clock.advance(seconds=24 * HOUR)
    paid.paid()
    paid.tell_komet()
    with paid.shop.database.write() as session:
        session.execute(update(Payment).where(Payment.id == 2).values(notes=CARD))
    clock.advance(seconds=48 * HOUR)

    check(paid)

    assert found(paid) == ["no_card_numbers"]


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, "2026-11-25T15:07", True),
        ("2026-11-25T03:07", "2026-11-25T15:07", False),
        ("2026-11-24T08:07", "2026-11-25T08:07", True),
        ("2026-11-25T03:07", "2026-11-25T08:07", False),
        ("2026-11-24T03:07", "2026-11-25T15:07", True),
    ],
    ids=["never yet", "by day", "at night", "twice in one night", "no worker at night"],
)
def test_when_everything_is_due(last: str | None, now: str, due: bool) -> None:
    answer = Answer(at=moment(last), breaches=()) if last else None

    assert invariants_watch.is_whole_check_due(answer, moment(now)) is due


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


def test_what_was_written_while_the_last_check_looked_is_looked_at_again() -> None:
    now, last = moment("2026-11-25T15:07"), moment("2026-11-20T15:07")

    usual = invariants_watch.open_since(Answer(at=now - timedelta(hours=1), breaches=()), now)
    after_days = invariants_watch.open_since(Answer(at=last, breaches=()), now)

    assert usual == now - timedelta(hours=26)
    assert after_days == last - timedelta(hours=2)
