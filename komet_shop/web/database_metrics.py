"""Metrics that only the database knows, the same whichever process is asked."""

from collections.abc import Iterator
from datetime import timedelta

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from komet_shop.services import invariants, invariants_watch
from komet_shop.services.invariants_watch import Answer
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)


def written(shop: Shop) -> bytes:
    """In Prometheus' format; nothing while the database cannot be read."""
    registry = CollectorRegistry()
    try:
        registry.register(_FromDatabase(shop))
        return generate_latest(registry)
    except SQLAlchemyError as error:
        log.warning("database_away", error=type(error).__name__)
        return b""


class _FromDatabase(Collector):
    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def describe(self) -> list[Metric]:
        """Nothing: to register must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """What the last checks found, when they were, and how long the outbox waits."""
        database, now = self._shop.database, self._shop.clock.now()
        with database.read() as session:
            answers = invariants_watch.last_answers(session)
        yield _breaches(answers)
        yield _checked(answers)
        late = invariants.waiting(database, now)
        yield GaugeMetricFamily(
            "komet_shop_outbox_late_seconds",
            "Age of the oldest message that has waited for more than 15 minutes, else 0.",
            value=late.oldest // timedelta(seconds=1) if late else 0,
        )


def _breaches(answers: dict[str, Answer]) -> Metric:
    found = GaugeMetricFamily(
        "komet_shop_invariant_breaches",
        "How often each rule of the shop's money was broken at the last check.",
        labels=["invariant"],
    )
    if answers:
        for name, count in invariants_watch.counts(answers.values()).items():
            found.add_metric([name], count)
    return found


def _checked(answers: dict[str, Answer]) -> Metric:
    found = GaugeMetricFamily(
        "komet_shop_checked_timestamp_seconds",
        "When the rules were last checked: of the open day, and of all.",
        labels=["scope"],
    )
    for scope, answer in answers.items():
        found.add_metric([scope], int(answer.at.timestamp()))
    return found
