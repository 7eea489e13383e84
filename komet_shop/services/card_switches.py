"""Deciding about card payments: switches and fees of the company, or of one location."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain.card_decisions import Decisions
from komet_shop.domain.card_settings import Switch
from komet_shop.models import Company, CompanyCardSettings, LocationCardSettings
from komet_shop.models.upserts import inserting
from komet_shop.services import audit, card_board
from komet_shop.services.card_board import Board
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

CHANGED = "card_settings_changed"


class ChangedMeanwhile(Exception):
    """Somebody changed what the page showed, since it was drawn. Nothing was saved."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What somebody decides for a level: a location's code, or None for the company.

    `drawn` is the version of the board that the page showed.
    """

    level: str | None
    decisions: Decisions
    drawn: str


def save(shop: Shop, scope: Scope, change: Change) -> None:
    """Keep the decisions of a level, all in one transaction.

    Of several people who save at the same moment from the same page, one does.
    Rule: docs/card-rules.md, "Settings".

    Raises:
        NoSuchLocation, ChangedMeanwhile.
    """
    now = shop.clock.now()
    shop.database.run(lambda session: _save(session, scope, change, now))


def show_to_buyers(shop: Shop, scope: Scope, code: str) -> None:
    """The last step of a location: it shows card payments to its buyers, whatever others do.

    Raises:
        NoSuchLocation
    """
    now = shop.clock.now()

    def unit(session: Session) -> None:
        board = card_board.read(session, scope)
        decisions = replace(board.decided(code), ecommerce_on=True)
        change = Change(level=code, decisions=decisions, drawn=board.version(code))
        _save(session, scope, change, now)

    shop.database.run(unit)


def facts(board: Board, level: str | None) -> dict[str, Any]:
    """For the audit log: what counts at a level, and who decided it."""
    told: dict[str, Any] = {}
    for which in Switch:
        counts = board.switch(which, level)
        told |= {which.value: counts.value, f"{which.value}_by": counts.origin.value}
    fees = board.fees(level)
    columns = Decisions.deciding({}, fees.value).columns()
    told |= {name: value for name, value in columns.items() if name.startswith("fee_")}
    return told | {"fee_by": fees.origin.value}


def _save(session: Session, scope: Scope, change: Change, now: datetime) -> None:
    _take_turns(session, scope.company_id)
    before = card_board.read(session, scope)
    if change.decisions == before.decided(change.level):
        return
    if change.drawn != before.version(change.level):
        raise ChangedMeanwhile
    _write(session, scope, before, change)
    _note(session, scope, before, change, now=now)


def _take_turns(session: Session, company_id: int) -> None:
    """Who saves in the same moment waits here; whoever only refers to the company passes."""
    company = select(Company.id).where(Company.id == company_id)
    session.execute(company.with_for_update(key_share=True))


def _write(session: Session, scope: Scope, before: Board, change: Change) -> None:
    values = change.decisions.columns()
    if change.level is None:
        statement = inserting(session, CompanyCardSettings).values(
            company_id=scope.company_id, **values
        )
        key = CompanyCardSettings.company_id
    else:
        location_id = before.place(change.level).id
        statement = inserting(session, LocationCardSettings).values(
            location_id=location_id, **values
        )
        key = LocationCardSettings.location_id
    session.execute(statement.on_conflict_do_update(index_elements=[key], set_=values))


def _note(session: Session, scope: Scope, before: Board, change: Change, *, now: datetime) -> None:
    was = facts(before, change.level)
    now_counts = facts(before.deciding(change.level, change.decisions), change.level)
    changed = [name for name in was if was[name] != now_counts[name]]
    location_id = None if change.level is None else before.place(change.level).id
    entry = audit.Entry(
        actor=scope.actor,
        company_id=scope.company_id,
        location_id=location_id,
        action=CHANGED,
        object_type="company" if location_id is None else "location",
        object_id=location_id or scope.company_id,
        before={name: was[name] for name in changed},
        after={name: now_counts[name] for name in changed},
    )
    audit.write(session, entry, now)
