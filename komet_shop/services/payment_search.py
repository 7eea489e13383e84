"""Finding a payment by a number that somebody has before them."""

import re
from typing import Any

from sqlalchemy import BindParameter, Select, literal, select, union_all
from sqlalchemy.orm import Session

from komet_shop.models import KometLink, Operation, Payment
from komet_shop.models import orders as order_tables
from komet_shop.models.receivable import FIRST_NUMBER
from komet_shop.plugin_api import Kind

LONGEST = 40
MOST = 200
"""More payments than one order has."""
_OURS = re.compile(r"([RW]?)(\d{6,12})", re.IGNORECASE)


def rows(session: Session, company_id: int, words: str) -> set[int]:
    """The payments that go by this number, whoever may see them; one statement.

    `words`: our number of the payment or its order, Komet's number of either, our reference,
    or the gateway's transaction. Each is looked up by an index of its own, and apart from
    what is then read of the payments: databases plan so long a join by reading them all.
    """
    number = words.strip()
    if not number or len(number) > LONGEST:
        return set()
    parts = [
        *_by_our_number(number),
        *_by_transaction(company_id, number),
        *_by_komets_number(number),
    ]
    return set(session.scalars(union_all(*parts).limit(MOST)))


def _by_our_number(number: str) -> list[Select[Any]]:
    """R and W with their figures; without a letter, either."""
    match = _OURS.fullmatch(number)
    if match is None:
        return []
    letter, figures = match[1].upper(), int(match[2])
    found: list[Select[Any]] = []
    if letter != "W":
        found.append(select(Payment.id).where(Payment.id == figures - FIRST_NUMBER))
    if letter != "R":
        order = figures - order_tables.FIRST_NUMBER
        found.append(select(Payment.id).where(Payment.order_id == order))
    return found


def _by_transaction(company_id: int, number: str) -> list[Select[Any]]:
    """Voids have an index of their own: theirs may be the number of what they undo."""
    own = Operation.company_id == company_id
    is_named = own & (Operation.gateway_transaction_id == number)
    return [
        select(Operation.payment_id).where(is_named, Operation.kind != _literal(Kind.VOID)),
        select(Operation.payment_id).where(is_named, Operation.kind == _literal(Kind.VOID)),
        select(Operation.payment_id).where(own, Operation.gateway_ref == number.upper()),
    ]


def _literal(kind: Kind) -> BindParameter[str]:
    """Written into the statement: a bound value would hide the partial index."""
    return literal(kind.value, literal_execute=True)


def _by_komets_number(number: str) -> list[Select[Any]]:
    named_so = KometLink.control_number == number
    return [
        select(KometLink.local_id).where(named_so, KometLink.kind == "payment"),
        select(Payment.id)
        .join(KometLink, KometLink.local_id == Payment.order_id)
        .where(named_so, KometLink.kind == "order"),
    ]
