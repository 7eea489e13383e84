"""INSERT … ON CONFLICT, which both databases speak and SQLAlchemy keeps per dialect."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def inserting(session: Session, table: Any) -> postgresql.Insert:
    """An insert into `table` that can say what happens on a conflict.

    Both dialects' inserts have the same methods; the type names one of them.
    """
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)  # type: ignore[return-value]  # has the same methods
