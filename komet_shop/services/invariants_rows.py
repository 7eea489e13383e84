"""What the statements of the invariants share: the time they look at, and what moved money."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql import visitors

from komet_shop.domain.operation_states import HAS_MONEY, Resolution, State
from komet_shop.models import Operation
from komet_shop.models.base import UtcDateTime
from komet_shop.plugin_api import Kind

CAME_IN = (Kind.SALE, Kind.CAPTURE)
WENT_OUT = (Kind.VOID, Kind.REFUND, Kind.CREDIT_REFUND)

PARENT = aliased(Operation, name="parent")
"""The operation that an operation follows."""

MOVES = (Operation.created_at, Operation.settled_at, Operation.resolved_at)
"""When an operation may have changed what is counted."""


SINCE = "since"
AGO = "seconds_ago_"


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time that a statement looks at: everything, or from a moment on.

    Moments are parameters of the statement, so that it is built once: `moments` fills them in.
    """

    is_limited: bool

    def covers(self, *moments: Any) -> ColumnElement[bool]:
        """True where one of these columns lies in the window."""
        if not self.is_limited:
            return true()
        since = bindparam(SINCE, type_=UtcDateTime())
        return or_(*(moment >= since for moment in moments))

    def moved(self, column: Any, *, of: Any) -> ColumnElement[bool]:
        """True where `column` is the `of` column of an operation that moved in the window."""
        if not self.is_limited:
            return true()
        moved = select(of).where(self.covers(*MOVES))
        found: ColumnElement[bool] = column.in_(moved)
        return found


def ago(age: timedelta) -> ColumnElement[datetime]:
    """The moment so long before the check; whole seconds."""
    return bindparam(f"{AGO}{int(age.total_seconds())}", type_=UtcDateTime())


def moments(statement: Select[Any], now: datetime, since: datetime | None) -> dict[str, datetime]:
    """What a statement wants to know of the time, by the names of its parameters."""
    told = {name: now - age for name, age in _ages(statement).items()}
    return told if since is None else {**told, SINCE: since}


@cache
def _ages(statement: Select[Any]) -> dict[str, timedelta]:
    names = {one.key for one in visitors.iterate(statement) if isinstance(one, BindParameter)}
    return {
        name: timedelta(seconds=int(name.removeprefix(AGO)))
        for name in names
        if name.startswith(AGO)
    }


def counts() -> ColumnElement[bool]:
    """Approved, or found too late and applied as if it had been approved in time."""
    applied = Operation.resolution.is_not_distinct_from(Resolution.APPLIED)
    return or_(Operation.state == State.APPROVED, and_(Operation.state == State.STRAY, applied))


def gives_a_stray_back() -> ColumnElement[bool]:
    """A void or refund of stray money that nothing was paid with. Needs PARENT beside it."""
    return and_(
        PARENT.state.is_not_distinct_from(State.STRAY),
        PARENT.resolution.is_distinct_from(Resolution.APPLIED),
    )


def undoes_a_hold() -> ColumnElement[bool]:
    """A void of a mere authorization. Needs PARENT beside the operation, which may be none."""
    return and_(Operation.kind == Kind.VOID, PARENT.kind.is_not_distinct_from(Kind.AUTHORIZE))


def moves_money() -> ColumnElement[bool]:
    """Of a kind that the books know: neither a hold nor its undoing."""
    return and_(Operation.kind.in_((*CAME_IN, *WENT_OUT)), ~undoes_a_hold())


def with_money(*columns: Any) -> Select[Any]:
    """Operations by which money came or went, STRAY ones too, with PARENT beside them."""
    return (
        select(*columns)
        .select_from(Operation)
        .outerjoin(PARENT, PARENT.id == Operation.parent_id)
        .where(Operation.state.in_(HAS_MONEY), moves_money())
    )


def net_cents() -> ColumnElement[int]:
    """What an operation with money brought; less than nothing when it went out."""
    return case(
        (Operation.kind.in_(CAME_IN), Operation.amount_cents), else_=-Operation.amount_cents
    )
