"""Spending a limit: by an update that says its own condition, never by a read and a write."""

from typing import Any

from sqlalchemy.orm import Session


class LimitRefused(Exception):
    """There is not enough left, or somebody was faster. Nothing was changed."""


class LimitBroken(Exception):
    """A reservation that was granted could not be used or given back: stop and look."""


def spend(session: Session, statement: Any) -> None:
    """Take from a limit, if its condition holds.

    `statement` updates one row and returns its id.

    Raises:
        LimitRefused: the condition does not hold.
    """
    if session.execute(statement).scalar_one_or_none() is None:
        raise LimitRefused(statement.table.name)


def settle(session: Session, statement: Any) -> None:
    """Use what was reserved, or give it back.

    Raises:
        LimitBroken: the reservation is not there; the transaction must not commit.
    """
    if session.execute(statement).scalar_one_or_none() is None:
        raise LimitBroken(statement.table.name)
