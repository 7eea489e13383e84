"""The worker: what it does within a second, what it survives, and how it ends."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from huey import Huey
from huey.storage import MemoryStorage
from structlog.testing import capture_logs

from komet_shop import jobs
from komet_shop.config import ConfigError, Secret
from komet_shop.mailer import Mailer
from komet_shop.models.database import Database
from komet_shop.services.shop import Shop
from komet_shop.worker import Pulse, Work
from tests.conftest import MovableClock
from tests.worker.house import PATIENCE, House
from tests.worker.processes import eventually, log_of, working

STARTERS = 8

SOON = 400


class BrokenQueue(MemoryStorage):  # type: ignore[misc]  # Huey ships no types
    """A queue whose server is gone."""

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Fail as a closed socket does."""
        raise ConnectionRefusedError


def work_of(house: House, shop: Shop | None = None) -> Work:
    mailer = Mailer(house.shop.config, house.shop.clock, seconds=PATIENCE)
    return Work(shop=shop or house.shop, erp=house.erp, mailer=mailer)


def pulse_of(work: Work, storage: type[MemoryStorage] = MemoryStorage) -> tuple[Pulse, Huey]:
    queue = Huey("test", results=False, storage_class=storage)
    return Pulse(work, work.jobs(), queue), queue


def run_queued(queue: Huey) -> list[str]:
    """Do what is on the queue, as a consumer's threads would."""
    done = []
    while (task := queue.dequeue()) is not None:
        done.append(type(task).__name__)
        queue.execute(task)
    return done


def test_a_beat_enqueues_what_is_due(house: House) -> None:
    house.paid()
    pulse, queue = pulse_of(work_of(house))

    pulse.beat()

    assert run_queued(queue) == [jobs.ERP, jobs.MAIL, jobs.SEAL]
    assert house.waiting() == []


def test_a_beat_with_nothing_to_do_enqueues_nothing(house: House) -> None:
    pulse, queue = pulse_of(work_of(house))
    pulse.beat()
    run_queued(queue)

    pulse.beat()

    assert run_queued(queue) == []


def test_a_job_that_waits_in_the_queue_is_not_enqueued_again(house: House) -> None:
    house.ordered()
    pulse, queue = pulse_of(work_of(house))

    pulse.beat()
    pulse.beat()

    assert run_queued(queue) == [jobs.ERP, jobs.MAIL, jobs.SEAL]


def test_a_due_lookup_is_seen_by_the_next_beat(house: House, clock: MovableClock) -> None:
    house.paid()
    work = work_of(house)
    before = jobs.LOOKUPS in work.due()
    cart = house.cart()
    house.start_payment(cart)
    clock.advance(seconds=SOON)

    assert (before, jobs.LOOKUPS in work.due()) == (False, True)


def test_work_goes_on_when_the_queue_is_out_of_order(house: House) -> None:
    house.paid()
    pulse, _ = pulse_of(work_of(house), BrokenQueue)

    pulse.beat()

    assert house.waiting() == []


def test_a_database_that_is_gone_ends_neither_beat_nor_job(house: House, tmp_path: Path) -> None:
    gone = Database(f"sqlite:///{tmp_path / 'nowhere' / 'shop.db'}")
    work = work_of(house, replace(house.shop, database=gone))
    pulse, _ = pulse_of(work)

    with capture_logs() as logged:
        pulse.beat()
        for job in work.jobs().values():
            job()

    failed = {line["job"] for line in logged if line["event"] == "job_failed"}
    assert logged[0]["event"] == "database_unreachable"
    assert failed == set(jobs.JOBS)


def test_pulls_happen_once_in_fifteen_minutes_whoever_asks(
    house: House, clock: MovableClock
) -> None:
    first, second = work_of(house).jobs(), work_of(house).jobs()

    first[jobs.PULL]()
    spent = house.calls("inventory.list")
    second[jobs.PULL]()
    between = house.calls("inventory.list")
    clock.advance(seconds=15 * 60)
    second[jobs.PULL]()

    assert (spent, between, house.calls("inventory.list")) == (1, 1, 2)


def test_a_job_that_others_wrote_is_not_believed(house: House) -> None:
    strangers = replace(house.shop.config, secret_key=Secret("x" * 40))
    foreign = jobs.open_queue(strangers)
    jobs.tasks(foreign, {jobs.ERP: lambda: None})[jobs.ERP]()
    foreign.storage.close()
    queue = jobs.open_queue(house.shop.config)

    with pytest.raises(ValueError, match="mismatch"):
        queue.dequeue()
    queue.storage.close()


def test_workers_that_start_at_once_share_the_tables_of_a_new_queue(
    house: House, queue_url: str
) -> None:
    config = replace(house.shop.config, queue_url=queue_url)
    together = threading.Barrier(STARTERS)

    def start(_: int) -> None:
        together.wait()
        jobs.open_queue(config).storage.close()

    with ThreadPoolExecutor(STARTERS) as crew:
        assert list(crew.map(start, range(STARTERS))) == [None] * STARTERS


def test_a_queue_that_is_not_reached_is_told_in_one_line(house: House) -> None:
    config = replace(house.shop.config, queue_url="postgresql://127.0.0.1:1/queue")

    with pytest.raises(ConfigError, match="KOMET_SHOP_QUEUE_URL"):
        jobs.open_queue(config)


def test_an_address_of_no_known_queue_is_refused(house: House) -> None:
    config = replace(house.shop.config, queue_url="amqp://localhost")

    with pytest.raises(ConfigError, match="sqlite, postgresql, redis"):
        jobs.open_queue(config)


@pytest.fixture
def queue_url(house: House) -> str:
    """A file beside SQLite; PostgreSQL keeps the queue too."""
    url = house.shop.database.url
    return "" if house.shop.database.is_sqlite else url.render_as_string(hide_password=False)


def arrived(house: House) -> Callable[[], bool]:
    """Whether everything that was told has come to its end."""
    return lambda: house.waiting("") == []


def test_a_worker_delivers_within_seconds_and_ends_when_told(house: House, queue_url: str) -> None:
    with working(house, queue_url) as process:
        house.paid()
        first = eventually(arrived(house), seconds=30)
        for file in house.shop.config.data_dir.glob("queue.db*"):
            file.unlink()  # losing the queue loses nothing
        house.paid()
        second = eventually(arrived(house))
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)

    assert (first, second, code) == (True, True, 0), log_of(house)
    assert len(house.booked("payments")) == 2
    assert len(house.mails()) == 6


def test_two_workers_and_a_killed_one_tell_komet_once(
    house: House, queue_url: str, clock: MovableClock
) -> None:
    for _ in range(3):
        house.paid()
    house.arm("slow", times=None, seconds=0.2)

    with working(house, queue_url) as doomed, working(house, queue_url):
        began = eventually(lambda: house.calls("invoice.create") > 0, seconds=30)
        doomed.kill()
        doomed.wait()
        clock.advance(seconds=SOON)
        ended = eventually(arrived(house), seconds=30)

    assert (began, ended) == (True, True), log_of(house)
    assert len(house.booked("invoices")) == len(house.booked("payments")) == 3
