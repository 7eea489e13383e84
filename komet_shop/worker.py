"""The worker: a Huey consumer that also looks every second what the database has due."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from huey import Huey, crontab
from huey.consumer import Consumer, Scheduler
from sqlalchemy.exc import SQLAlchemyError

from komet_shop import jobs
from komet_shop.applications_post import ApplicationsPost
from komet_shop.komet_client import open_komet
from komet_shop.mailer import Mailer
from komet_shop.services import (
    audit_chain,
    cart_expiry,
    deliveries,
    erp_silence,
    housekeeping,
    invariants_watch,
    lookups,
    outbox,
    pulls,
    stray_returns,
    strays,
    turns,
)
from komet_shop.services.card_applications import TakesApplications
from komet_shop.services.erp import Erp, ErpRefused, ErpUnavailable
from komet_shop.services.letters import SendsMail
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

THREADS = 4
POLL_SECONDS = 0.25
SEAL_EVERY = 5.0
ASK_AGAIN = 2.0
"""After so many seconds a job that was enqueued and never began is enqueued once more."""

PULL_TURN = timedelta(minutes=14)
"""A little less than the 15 minutes of the timetable, so that no round is missed."""


@dataclass(kw_only=True)
class Work:
    """What the jobs do, and which of them are running in this process."""

    shop: Shop
    erp: Erp | None
    mailer: SendsMail
    applications: TakesApplications | None = None
    owner: str = field(default_factory=lambda: f"{socket.gethostname()[:20]}:{os.getpid()}")

    def jobs(self) -> dict[str, Callable[[], None]]:
        """All jobs by name. They never raise, and each runs once at a time in a process."""
        work: dict[str, Callable[[], object]] = {
            jobs.ERP: lambda: deliveries.deliver_to_erp(self.shop, self.erp, owner=self.owner),
            jobs.MAIL: lambda: deliveries.deliver_mail(self.shop, self.mailer, owner=self.owner),
            jobs.APPLICATIONS: self._hand_over_applications,
            jobs.LOOKUPS: self._look_up,
            jobs.SEAL: lambda: audit_chain.seal(self.shop),
            jobs.CARTS: lambda: cart_expiry.expire_carts(self.shop),
            jobs.PULL: self._pull,
            jobs.CLEAN: lambda: housekeeping.clean(self.shop),
            jobs.CHECK: lambda: invariants_watch.watch(self.shop, owner=self.owner),
        }
        return {name: _once_at_a_time(name, run) for name, run in work.items()}

    def due(self) -> list[str]:
        """Jobs that have something to do now, asked in one short reading unit."""
        now = self.shop.clock.now()
        with self.shop.database.read() as session:
            waiting = {
                jobs.ERP: outbox.is_any_due(session, now, deliveries.KOMET)
                and not erp_silence.is_quiet(session, now),
                jobs.MAIL: outbox.is_any_due(session, now, deliveries.MAIL),
                jobs.APPLICATIONS: outbox.is_any_due(session, now, deliveries.APPLICATIONS),
                jobs.LOOKUPS: bool(
                    lookups.due_operations(session, now, most=1) or strays.paid_twice(session, 1)
                ),
            }
        return [name for name, is_due in waiting.items() if is_due]

    def _hand_over_applications(self) -> None:
        deliveries.deliver_applications(self.shop, self.applications, owner=self.owner)

    def _look_up(self) -> None:
        """Settle what is unclear; what turns out to be paid twice goes back."""
        lookups.sweep(self.shop, owner=self.owner)
        stray_returns.give_back_what_is_paid_twice(self.shop)

    def _pull(self) -> None:
        """Changes every 15 minutes, everything once a day; one worker at a time."""
        if self.erp is None or not self._is_my_turn():
            return
        with _erp_trouble_logged():
            if pulls.is_everything_due(self.shop):
                pulls.pull_everything(self.shop, self.erp)
            else:
                pulls.pull_changes(self.shop, self.erp)

    def _is_my_turn(self) -> bool:
        now = self.shop.clock.now()
        return self.shop.database.run(
            lambda s: turns.take(s, jobs.PULL, every=PULL_TURN, owner=self.owner, now=now)
        )


class Pulse:
    """Enqueues what is due, and does it right here when the queue is out of order."""

    def __init__(self, work: Work, run: Mapping[str, Callable[[], None]], queue: Huey) -> None:
        self._work = work
        self._run = run
        self._enqueue = jobs.tasks(queue, {name: self._began(name) for name in run})
        self._asked: dict[str, float] = {}
        self._sealed = 0.0
        self._was_down = False

    @property
    def enqueue(self) -> Mapping[str, jobs.Enqueue]:
        """Puts a job on the queue, by its name."""
        return self._enqueue

    def beat(self) -> None:
        """Look once. Never raises: a database that is down is looked at again in a second."""
        for name in self._due():
            if time.monotonic() - self._asked.get(name, -ASK_AGAIN) >= ASK_AGAIN:
                self._asked[name] = time.monotonic()
                self._ask(name)

    def _due(self) -> list[str]:
        try:
            due = self._work.due()
        except SQLAlchemyError as error:
            if not self._was_down:
                log.warning("database_unreachable", error=type(error).__name__)
            self._was_down = True
            return []
        self._was_down = False
        if time.monotonic() - self._sealed >= SEAL_EVERY:
            self._sealed = time.monotonic()
            due.append(jobs.SEAL)
        return due

    def _ask(self, name: str) -> None:
        try:
            self._enqueue[name]()
        except Exception as error:
            log.warning("queue_unreachable", job=name, error=type(error).__name__)
            self._run[name]()

    def _began(self, name: str) -> Callable[[], None]:
        def job() -> None:
            self._asked.pop(name, None)
            self._run[name]()

        return job


class ShopConsumer(Consumer):  # type: ignore[misc]  # Huey ships no types
    """A consumer whose scheduler carries the pulse, and which both signals end gently."""

    _signal_actions: dict[int, tuple[bool, bool]]

    def __init__(self, pulse: Pulse, **options: Any) -> None:
        self._pulse = pulse
        super().__init__(**options)
        self._signal_actions = dict.fromkeys(self._signal_actions, (False, True))

    def _create_scheduler(self) -> Scheduler:
        return PulsingScheduler(
            self._pulse, self.huey, self.stop_flag, self.scheduler_interval, self.periodic
        )


class PulsingScheduler(Scheduler):  # type: ignore[misc]  # Huey ships no types
    """Huey's scheduler, once a second, after a look into the database."""

    def __init__(self, pulse: Pulse, *scheduler: Any) -> None:
        super().__init__(*scheduler)
        self._pulse = pulse

    def loop(self, now: Any = None) -> None:
        """One second of the worker's life."""
        self._pulse.beat()
        super().loop(now)


def run(shop: Shop, *, threads: int = THREADS, timetable: bool = True) -> None:
    """Work until SIGTERM or Ctrl-C; the jobs under way are finished first.

    Any number of workers may run; `timetable` True in one of them is enough, and in two is
    harmless. Call it on the main thread.

    Raises:
        ConfigError: the queue's address is of no use.
    """
    config = shop.config
    work = Work(
        shop=shop,
        erp=open_komet(shop),
        mailer=Mailer(config, shop.clock),
        applications=(
            ApplicationsPost(config.applications_to) if config.posts_applications else None
        ),
    )
    consumer(work, jobs.open_queue(shop.config), threads=threads, timetable=timetable).run()


def consumer(work: Work, queue: Huey, *, threads: int, timetable: bool) -> ShopConsumer:
    """A consumer that is ready to run."""
    pulse = Pulse(work, work.jobs(), queue)
    _write_timetable(queue, pulse)
    return ShopConsumer(
        pulse,
        huey=queue,
        workers=threads,
        periodic=timetable,
        initial_delay=POLL_SECONDS,
        max_delay=POLL_SECONDS,
        scheduler_interval=1,
        graceful_signal="TERM",
    )


def _write_timetable(queue: Huey, pulse: Pulse) -> None:
    times = {
        jobs.CARTS: crontab(minute="*"),
        jobs.PULL: crontab(minute="*/15"),
        jobs.CLEAN: crontab(minute="40"),
        jobs.CHECK: crontab(minute="7"),
    }
    for name, when in times.items():
        queue.periodic_task(when, name=f"{name}_on_time")(pulse.enqueue[name])


def _once_at_a_time(name: str, run: Callable[[], object]) -> Callable[[], None]:
    """One job hangs on one thread at most, and takes no other job with it when it fails."""
    lock = threading.Lock()

    def job() -> None:
        if not lock.acquire(blocking=False):
            return
        try:
            run()
        except Exception:
            log.exception("job_failed", job=name)
        finally:
            lock.release()

    return job


@contextmanager
def _erp_trouble_logged() -> Iterator[None]:
    try:
        yield
    except (ErpUnavailable, ErpRefused) as error:
        log.warning("pull_ended_early", error=str(error))
