"""What must be true of the shop's money at any time, asked of its database as it runs.

Each invariant is one statement that finds what breaks it. All of them read only, each in a
short unit of its own, so that they can be asked of a shop at work.
Rule: docs/operations.md, "Is everything in order?".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from komet_shop.models import Outbox
from komet_shop.models.database import Database
from komet_shop.plugin_api import N_
from komet_shop.services import (
    invariants_audit,
    invariants_books,
    invariants_messages,
    invariants_payments,
    invariants_texts,
)
from komet_shop.services.invariants_rows import Window, moments

EXAMPLES = 5
DELIVERED_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold: how often, and at most five examples.

    Examples are public ids, or a table and a row ("outbox 5"), or an account of the books.
    """

    invariant: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """Messages that wait longer than they should. Komet or mail may be down: no breach."""

    count: int
    oldest: timedelta


@dataclass(frozen=True)
class Invariant:
    """A rule by its name, in words, and the statement that selects what breaks it."""

    name: str
    says: str
    offenders: Callable[[Window], Select[Any]]


LINKED = Invariant(
    "komet_numbers_known",
    N_("What Komet was told has Komet's number"),
    invariants_messages.not_linked,
)
STATEMENTS = (
    Invariant(
        "charged_once",
        N_("No payment was charged twice"),
        invariants_payments.charged_twice,
    ),
    Invariant(
        "transaction_counted_once",
        N_("No transaction of the card processor is counted twice"),
        invariants_payments.transaction_counted_twice,
    ),
    Invariant(
        "limits_kept",
        N_("No more was captured, returned or used than there was"),
        invariants_payments.limit_exceeded,
    ),
    Invariant(
        "counters_agree",
        N_("Each payment's counters are the sums of what was done with it"),
        invariants_payments.counter_wrong,
    ),
    Invariant(
        "everything_booked",
        N_("All card money is in the books, once and with its amount"),
        invariants_books.not_booked,
    ),
    Invariant(
        "nothing_else_booked",
        N_("The books show no card money that did not move"),
        invariants_books.booked_without_money,
    ),
    Invariant(
        "entries_sound",
        N_("Each entry of the books balances in one currency"),
        invariants_books.entry_unsound,
    ),
    Invariant(
        "clearing_agrees",
        N_("What the card processor owes us is what came in less what went out"),
        invariants_books.clearing_differs,
    ),
    Invariant(
        "invoices_agree",
        N_("Each invoice is open by its total less its payments"),
        invariants_books.invoice_differs,
    ),
    Invariant(
        "reservations_agree",
        N_("Invoices are reserved only for payments under way"),
        invariants_books.reservation_wrong,
    ),
    Invariant(
        "everything_told",
        N_("Each payment and order is in the outbox once"),
        invariants_messages.not_told,
    ),
    LINKED,
    Invariant(
        "clerk_asked",
        N_("For all returned money a clerk was asked to tell Komet"),
        invariants_messages.clerk_not_asked,
    ),
    Invariant(
        "settled_in_time",
        N_("No payment under way is forgotten"),
        invariants_messages.not_settled_in_time,
    ),
    Invariant(
        "audit_sealed",
        N_("The audit log is sealed within minutes"),
        invariants_messages.not_sealed_in_time,
    ),
)
AUDIT_WHOLE = "audit_whole"
NO_CARD_NUMBERS = "no_card_numbers"
SAYS = {one.name: one.says for one in STATEMENTS} | {
    AUDIT_WHOLE: N_("The audit log was not changed"),
    NO_CARD_NUMBERS: N_("No card number is stored"),
}
"""Every invariant by its name, in words that an operator understands."""


def check(
    database: Database,
    now: datetime,
    since: datetime | None = None,
    *,
    komet: bool = False,
    texts: bool | None = None,
) -> list[Breach]:
    """The invariants that do not hold; an empty list is what everybody wants.

    `since` limits the work to what was created or settled from then on; None looks at
    everything. `komet`: Komet is connected, so what was told has a number there.
    `texts`: read all texts for card numbers; left out it is done for a limited time only,
    because texts do not change later and everything was read when it was new.
    The number of statements does not depend on the rows, except for reading texts.
    """
    asked = [one for one in STATEMENTS if komet or one is not LINKED]
    found = [_ask(database, one, now, since) for one in asked]
    found.append(_listed(AUDIT_WHOLE, invariants_audit.breaks(database, since)))
    if texts or (texts is None and since is not None):
        found.append(_listed(NO_CARD_NUMBERS, invariants_texts.card_numbers(database, since)))
    return [breach for breach in found if breach.count]


def waiting(database: Database, now: datetime) -> Waiting | None:
    """What has waited to be told for more than a quarter of an hour, if anything has."""
    late = select(func.count(), func.min(Outbox.created_at)).where(
        Outbox.state == "ready", Outbox.created_at < now - DELIVERED_WITHIN
    )
    with database.read() as session:
        count, oldest = session.execute(late).one()
    return Waiting(count=count, oldest=now - oldest) if count else None


def _ask(database: Database, invariant: Invariant, now: datetime, since: datetime | None) -> Breach:
    statement = _statement(invariant, is_limited=since is not None)
    with database.read() as session:
        rows = session.execute(statement, moments(statement, now, since)).all()
    examples = tuple(str(offender) for offender, _ in rows)
    return Breach(invariant.name, rows[0][1] if rows else 0, examples)


@cache
def _statement(invariant: Invariant, *, is_limited: bool) -> Select[Any]:
    """The first offenders, each with the number of all of them. Building it is slow."""
    offenders = invariant.offenders(Window(is_limited=is_limited)).subquery()
    return (
        select(offenders.c.offender, func.count().over())
        .order_by(offenders.c.offender)
        .limit(EXAMPLES)
    )


def _listed(name: str, offenders: list[str]) -> Breach:
    return Breach(name, len(offenders), tuple(offenders[:EXAMPLES]))
