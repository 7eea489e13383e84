"""Reading the audit log: narrowed, newest first, with names beside the ids that it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from komet_shop.models import (
    Audit,
    CardTerminal,
    Company,
    Customer,
    Location,
    Operation,
    Order,
    Payment,
    Product,
    User,
)
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.services import audit, invariants_watch
from komet_shop.services.invariants import AUDIT_WHOLE
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

PAGE = 50
MOST_EXPORTED = 50_000
LONGEST_NUMBER = 15
PARTS_OF_THE_SHOP = ("worker", "command line", "visitor", "demo")
"""Actors who are no person."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads the log. `sees_all`: entries of every location, and those of none."""

    scope: Scope
    sees_all: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the log is narrowed to: from `since` on and before `until`.

    `who` is part of a name or address, a public id, or a part of the shop; `actions` None
    means all; `about` is the number, code or id of an object; `location` is a code.
    """

    since: datetime
    until: datetime
    who: str = ""
    actions: frozenset[str] | None = None
    about: str = ""
    location: str = ""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """An object of the log: what people call it; its public id and currency where it has one."""

    name: str = ""
    public_id: str = ""
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry. `who` is a name for a person, else the part of the shop.

    `currency` is that of its amounts: the object's, or else the company's.
    """

    row: int
    at: datetime
    actor: str
    who: str
    action: str
    object_type: str
    object_id: int | None
    thing: Thing
    location: str
    time_zone: str
    currency: str
    before: dict[str, Any]
    after: dict[str, Any]
    address: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verified:
    """When the whole chain was last followed, and the first line that does not fit, if any."""

    at: datetime
    broken_at: str


@dataclass(frozen=True, kw_only=True)
class Portions:
    """How many entries leave in one file, and how many are read at once."""

    most: int = MOST_EXPORTED
    at_once: int = 1_000


PORTIONS = Portions()

_Things = dict[tuple[str, int | None], Thing]


def page(
    session: Session, reader: Reader, wanted: Wanted, *, after: int | None, size: int = PAGE
) -> tuple[list[Line], int | None]:
    """Entries, newest first, and where the next page begins.

    One statement, and one for each kind of object that is named on the page.
    """
    statement = _narrowed(reader, wanted)
    if after is not None:
        statement = statement.where(Audit.id < after)
    rows = session.execute(statement.order_by(Audit.id.desc()).limit(size + 1)).all()
    shown = rows[:size]
    place = shown[-1].Audit.id if len(rows) > size else None
    return _lines(session, shown), place


def export(
    shop: Shop, reader: Reader, wanted: Wanted, portions: Portions = PORTIONS
) -> Iterator[list[Line]]:
    """The entries of a range in portions, at most 50,000, each read in a unit of its own.

    That somebody takes them out of the shop is written down before the first one leaves.
    """
    with shop.database.read() as session:
        newest = session.scalar(select(func.max(Audit.id))) or 0
    shop.database.run(lambda s: audit.write(s, _exported(reader, wanted), shop.clock.now()))
    return _portions(shop, reader, wanted, portions=portions, before=newest + 1)


def last_verified(session: Session) -> Verified | None:
    """What the nightly check of everything found; None before the first one."""
    answer = invariants_watch.last_answers(session).get(invariants_watch.ALL)
    if answer is None:
        return None
    broken = [one.examples for one in answer.breaches if one.invariant == AUDIT_WHOLE]
    return Verified(at=answer.at, broken_at=", ".join(broken[0]) if broken else "")


def locations(session: Session, reader: Reader) -> list[tuple[str, str]]:
    """Code and name of the locations whose entries the reader sees, by name."""
    statement = select(Location.code, Location.name).where(
        Location.company_id == reader.scope.company_id
    )
    if not reader.sees_all:
        statement = statement.where(Location.id.in_(reader.scope.location_ids))
    ordered = statement.order_by(Location.name, Location.code)
    return [(code, name) for code, name in session.execute(ordered)]


def zone_of(session: Session, reader: Reader, code: str) -> str | None:
    """The time zone of a location."""
    statement = select(Location.time_zone).where(
        Location.company_id == reader.scope.company_id, Location.code == code
    )
    return session.scalars(statement).one_or_none()


def _portions(
    shop: Shop, reader: Reader, wanted: Wanted, *, portions: Portions, before: int
) -> Iterator[list[Line]]:
    left, place = portions.most, before
    while left > 0:
        size = min(portions.at_once, left)
        with shop.database.read() as session:
            lines, following = page(session, reader, wanted, after=place, size=size)
        yield lines
        left -= len(lines)
        if following is None:
            return
        place = following


def _narrowed(reader: Reader, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool]] = [
        Audit.company_id == reader.scope.company_id,
        Audit.at >= wanted.since,
        Audit.at < wanted.until,
    ]
    if not reader.sees_all:
        conditions.append(Audit.location_id.in_(reader.scope.location_ids))
    if wanted.who:
        conditions.append(or_(Audit.actor == wanted.who, Audit.actor.in_(_people(wanted.who))))
    if wanted.actions is not None:
        conditions.append(Audit.action.in_(wanted.actions))
    if wanted.location:
        conditions.append(Location.code == wanted.location)
    if wanted.about:
        conditions.append(_is_about(reader.scope, wanted.about))
    return (
        select(Audit, Location.name, Location.time_zone, Company.currency)
        .join(Company, Company.id == Audit.company_id)
        .outerjoin(Location, Location.id == Audit.location_id)
        .where(*conditions)
    )


def _people(text: str) -> Select[str]:
    return select(User.public_id).where(
        or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
    )


def _is_about(scope: Scope, text: str) -> ColumnElement[bool]:
    """The objects that are called so, of whatever kind: each kind by an index of its own."""
    named = [_among("customer", select(Customer.id).where(Customer.code == text))]
    for kind, table in _PUBLIC.items():
        found = select(table.id).where(
            table.company_id == scope.company_id, table.public_id == text
        )
        named.append(_among(kind, found))
    letter, number = text[:1].upper(), _number(text[1:])
    if letter == "W" and number:
        named.append(and_(Audit.object_type == "order", Audit.object_id == number))
    if letter == "R" and number:
        of_payment = select(Operation.id).where(Operation.payment_id == number)
        named.append(and_(Audit.object_type == "payment", Audit.object_id == number))
        named.append(_among("operation", of_payment))
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER:
        named.append(Audit.object_id == int(text))
    return or_(false(), *named)


def _among(kind: str, ids: Select[int]) -> ColumnElement[bool]:
    return and_(Audit.object_type == kind, Audit.object_id.in_(ids))


def _number(digits: str) -> int:
    """The row behind the digits of "W100001" or "R100001"; 0 for no number."""
    if not digits.isascii() or not digits.isdecimal() or len(digits) > LONGEST_NUMBER:
        return 0
    return max(int(digits) - FIRST_NUMBER, 0)


def _exported(reader: Reader, wanted: Wanted) -> audit.Entry:
    """What was taken out. Of the text filters only that there were some: they may be names."""
    return audit.Entry(
        actor=reader.scope.actor,
        company_id=reader.scope.company_id,
        action="audit_exported",
        object_type="audit",
        object_id=None,
        after={
            "since": wanted.since.isoformat(),
            "until": wanted.until.isoformat(),
            "location": wanted.location,
            "actions": sorted(wanted.actions or ()),
            "narrowed_to_people": bool(wanted.who),
            "narrowed_to_object": bool(wanted.about),
        },
    )


def _lines(session: Session, found: Sequence[Row[*tuple[Any, ...]]]) -> list[Line]:
    names = _names(session, {one.Audit.actor for one in found})
    things = _things(session, [one.Audit for one in found])
    return [_line(one, names, things) for one in found]


def _line(found: Row[*tuple[Any, ...]], names: dict[str, str], things: _Things) -> Line:
    row: Audit = found.Audit
    thing = things.get((row.object_type, row.object_id), Thing())
    return Line(
        row=row.id,
        at=row.at,
        actor=row.actor,
        who=names.get(row.actor, row.actor),
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        thing=thing,
        location=found.name or "",
        time_zone=found.time_zone or "",
        currency=thing.currency or found.currency,
        before=row.before or {},
        after=row.after or {},
        address=row.address,
        reason=row.reason,
    )


def _names(session: Session, actors: set[str]) -> dict[str, str]:
    labels = sorted(actors - set(PARTS_OF_THE_SHOP))
    statement = select(User.public_id, User.name).where(User.public_id.in_(labels))
    return {public_id: name for public_id, name in session.execute(statement) if name}


def _things(session: Session, rows: list[Audit]) -> _Things:
    """What the objects are called: one statement, a part of it for each kind on the page."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.object_id is not None and row.object_type in _KINDS:
            wanted.setdefault(row.object_type, set()).add(row.object_id)
    if not wanted:
        return {}
    parts = [_KINDS[kind].statement(kind, ids) for kind, ids in wanted.items()]
    found: _Things = {}
    for row_id, name, public_id, number, currency, kind in session.execute(union_all(*parts)):
        shown = f"{_KINDS[kind].prefix}{FIRST_NUMBER + number}" if number else name
        found[kind, row_id] = Thing(
            name=shown or "", public_id=public_id or "", currency=currency or ""
        )
    return found


@dataclass(frozen=True)
class _Kind:
    """How objects of a kind are found, and the row that numbers it."""

    row: Any
    name: Any
    public_id: Any
    number: Any = literal(0)
    prefix: str = ""
    currency: Any = literal("")

    def statement(self, kind: str, ids: set[int]) -> Select[*tuple[Any, ...]]:
        named = (self.row, self.name, self.public_id, self.number)
        return select(*named, self.currency, literal(kind)).where(self.row.in_(ids))


_NO_NAME = literal("")
_PUBLIC: dict[str, Any] = {
    "user": User,
    "order": Order,
    "payment": Payment,
    "customer": Customer,
    "operation": Operation,
    "card_terminal": CardTerminal,
    "product": Product,
}
_KINDS: dict[str, _Kind] = {
    "user": _Kind(User.id, User.name, User.public_id),
    "order": _Kind(Order.id, _NO_NAME, Order.public_id, Order.id, "W", Order.currency),
    "payment": _Kind(Payment.id, _NO_NAME, Payment.public_id, Payment.id, "R", Payment.currency),
    "operation": _Kind(
        Operation.id,
        _NO_NAME,
        Operation.public_id,
        func.coalesce(Operation.payment_id, 0),
        "R",
        Operation.currency,
    ),
    "customer": _Kind(Customer.id, Customer.name, Customer.public_id, currency=Customer.currency),
    "product": _Kind(Product.id, Product.name, Product.public_id),
    "location": _Kind(Location.id, Location.name, Location.code),
    "card_terminal": _Kind(CardTerminal.id, CardTerminal.name, CardTerminal.public_id),
}
