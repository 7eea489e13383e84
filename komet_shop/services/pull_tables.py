"""Brings a table in line with what Komet says, in a few statements whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, select, update
from sqlalchemy.orm import Session

from komet_shop.models import Base
from komet_shop.models.upserts import inserting

AT_ONCE = 500

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a pull did to one table. `skipped`: rows that could not be used."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: value + getattr(other, name) for name, value in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Target:
    """A table with a unique `komet_id`, and the rows of it that a pull speaks for.

    `only_new` makes the values that Komet does not decide, for rows that are new.
    """

    model: type[Base]
    mine: tuple[ColumnElement[bool], ...] = ()
    only_new: Any = dict


def upsert(session: Session, target: Target, rows: Sequence[Values]) -> Tally:
    """Insert what is new and update what differs; everything in `rows` has the same keys.

    Two workers at once are harmless: both write what Komet says.
    """
    unique = {row["komet_id"]: _fitted(target, row) for row in rows}
    known = _known(session, target, list(rows[0])) if rows else {}
    new = [row for komet_id, row in unique.items() if komet_id not in known]
    changed = [row for komet_id, row in unique.items() if known.get(komet_id, row) != row]
    _write(session, target, [*new, *changed])
    return Tally(
        new=len(new),
        changed=len(changed),
        unchanged=len(unique) - len(new) - len(changed),
        skipped=len(rows) - len(unique),
    )


def retire(session: Session, target: Target, still_there: set[str]) -> Tally:
    """Deactivate what Komet no longer lists; nothing is deleted, since orders refer to it.

    An empty list is taken for a bad day at Komet, not for an empty company.
    """
    if not still_there:
        return Tally()
    model: Any = target.model
    active = session.scalars(select(model.komet_id).where(model.active, *target.mine))
    gone = sorted(komet_id for komet_id in active if komet_id and komet_id not in still_there)
    for start in range(0, len(gone), AT_ONCE):
        chosen = model.komet_id.in_(gone[start : start + AT_ONCE])
        session.execute(update(model).where(chosen).values(active=False))
    return Tally(gone=len(gone))


def _fitted(target: Target, row: Values) -> Values:
    """Texts cut to their columns: the ERP allows longer ones than we show."""
    lengths = {
        column.name: column.type.length
        for column in target.model.__table__.columns
        if isinstance(column.type, String)
    }
    return {
        name: value[: lengths.get(name)] if isinstance(value, str) else value
        for name, value in row.items()
    }


def _known(session: Session, target: Target, names: list[str]) -> dict[str, Values]:
    columns = [getattr(target.model, name) for name in names]
    found = session.execute(select(*columns).where(*target.mine)).mappings()
    return {row["komet_id"]: dict(row) for row in found}


def _write(session: Session, target: Target, rows: list[Values]) -> None:
    """One statement that is prepared once and run for each row."""
    if not rows:
        return
    statement = inserting(session, target.model.__table__)
    pulled = {name: statement.excluded[name] for name in rows[0] if name != "komet_id"}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["komet_id"], set_=pulled),
        [target.only_new() | row for row in rows],
    )
