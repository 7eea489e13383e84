"""What must hold when everybody knows what became of a flow: four sets of books tell the same."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import requests
from sqlalchemy import select

from komet_shop.domain.operation_states import HAS_MONEY, Resolution, State
from komet_shop.models import Operation, Order, Payment
from komet_shop.services import invariants
from tests.faults.flows import Flow
from tests.faults.standing import Standing, standing_of
from tests.faults.trial import Trial

TIMEOUT = 5


def require_standing(trial: Trial, state: State, strays: tuple[Resolution | None, ...]) -> None:
    """The operation is in this state, and its order stands as that means."""
    assert trial.operation.state == state
    expected = _stands(trial.flow, trial.world.total_cents, state, strays)
    assert standing_of(trial.world, other_cents=trial.other_cents) == expected
    assert _other_strays(trial) == strays


def require_healthy(trial: Trial) -> None:
    """No invariant of docs/payments.md is broken."""
    shop = trial.world.shop
    now = shop.clock.now()
    assert invariants.check(shop.database, now, komet=True, texts=True) == []


def require_gateway_agrees(trial: Trial, share: Fraction) -> None:
    """The gateway's ledger is the truth: it moved what was expected, and our books say so.

    What waits for a person is in the gateway's ledger only.
    """
    moved = _moves(trial.flow, trial.world.total_cents)
    before = trial.flow.before(trial.world.total_cents).clearing + trial.other_cents
    assert _net_cents(trial) == {trial.world.gateway.accounts[0]["label"]: before + share * moved}
    waits = trial.operation.state == State.NEEDS_REVIEW
    assert trial.world.clearing_cents() == (before if waits else before + share * moved)
    assert _ours(trial) == _theirs(trial, without=trial.operation.gateway_ref if waits else "")


def require_komet_agrees(trial: Trial) -> None:
    """Komet has each order and each payment once, and nothing waits."""
    with trial.world.shop.database.read() as session:
        received = select(Payment.amount_cents).where(Payment.received_at.is_not(None))
        paid = list(session.scalars(received.order_by(Payment.received_at, Payment.id)))
        orders = session.scalars(select(Order.id).where(Order.checked_out_at.is_not(None))).all()
    books = _komet_books(trial)
    assert [payment["total_cents"] for payment in books["payments"]] == paid
    assert len(books["invoices"]) == len(orders)
    assert trial.world.waiting() == []


def _stands(
    flow: Flow, cents: int, state: State, strays: tuple[Resolution | None, ...]
) -> Standing:
    by_state = {State.APPROVED: flow.after, State.NEEDS_REVIEW: flow.unclear}
    stands = by_state.get(state, flow.before)(cents)
    in_suspense = (state is State.STRAY) + strays.count(None)
    moved = _moves(flow, cents) * in_suspense
    return replace(stands, clearing=stands.clearing + moved, suspense=stands.suspense - moved)


def _moves(flow: Flow, cents: int) -> int:
    return flow.after(cents).clearing - flow.before(cents).clearing


def _other_strays(trial: Trial) -> tuple[Resolution | None, ...]:
    statement = (
        select(Operation.resolution)
        .where(Operation.state == State.STRAY, Operation.id != trial.operation_id)
        .order_by(Operation.id)
    )
    with trial.world.shop.database.read() as session:
        return tuple(session.scalars(statement))


def _ours(trial: Trial) -> set[str | None]:
    """Transactions with money, as our operations name them."""
    with_money = select(Operation.gateway_transaction_id).where(Operation.state.in_(HAS_MONEY))
    with trial.world.shop.database.read() as session:
        return set(session.scalars(with_money))


def _theirs(trial: Trial, without: str) -> set[str | None]:
    """Transactions that the gateway approved; what was undone counts as undone once."""
    rows = [row for row in trial.world.booked() if row["invoice"] != without]
    moved = {row["id"] for row in rows if row["type"] != "VOID"}
    undone = {row["ref_id"]: row["id"] for row in reversed(rows) if row["type"] == "VOID"}
    return moved | set(undone.values())


def _net_cents(trial: Trial) -> dict[str, int]:
    url = f"{trial.world.gateway.url}/_control/ledger"
    net: dict[str, int] = requests.get(url, timeout=TIMEOUT).json()["net_cents"]
    return net


def _komet_books(trial: Trial) -> dict[str, Any]:
    url = f"{trial.komet.base_url}/_control/ledger"
    books: dict[str, Any] = requests.get(url, timeout=TIMEOUT).json()
    return books
