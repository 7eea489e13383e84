"""Operations: one intended gateway action each, moved from state to state by one function."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import State, require_legal
from komet_shop.domain.verdict import Intent
from komet_shop.models import Operation
from komet_shop.plugin_api import GatewayResult, Kind, TakesPayments

NEVER_SENT_AFTER = timedelta(minutes=2)
SENDING_GRACE = timedelta(seconds=30)
NO_REQUEST = "0" * 64
"""The request hash of what the gateway told us of: nobody asked for it here."""


Call = Callable[[TakesPayments, Operation], GatewayResult]
"""The one call that an operation stands for."""


class OperationMoved(Exception):
    """Somebody else changed the operation first. Read it again and stop."""


class KeyReused(Exception):
    """The key of one action came with another request. Nothing was done."""


@dataclass(frozen=True, kw_only=True)
class NewOperation:
    """What is intended; the amounts are integer cents.

    `amount_cents` is the total, with the card fee `fee_cents` in it. `service_fee_cents` is what
    the gateway is told of the fee apart, and may leave out.
    """

    company_id: int
    location_id: int
    account_id: int
    kind: Kind
    amount_cents: int
    currency: str
    action_key: str
    request_hash: str
    payment_id: int | None = None
    parent_id: int | None = None
    saved_card_id: int | None = None
    open_credit_id: int | None = None
    fee_cents: int = 0
    service_fee_cents: int = 0
    saves_card: bool = False
    created_by_id: int | None = None


def hash_of(request: dict[str, Any]) -> str:
    """A digest of what was asked, to tell a repeat from a reuse of the same key."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def already_started(
    session: Session, *, company_id: int, action_key: str, request_hash: str
) -> Operation | None:
    """The operation that this action started before, if it did.

    Raises:
        KeyReused: the key belongs to another request.
    """
    operation = session.scalar(
        select(Operation).where(
            Operation.company_id == company_id, Operation.action_key == action_key
        )
    )
    if operation is not None and operation.request_hash != request_hash:
        raise KeyReused(action_key)
    return operation


def create(session: Session, new: NewOperation, now: datetime) -> Operation:
    """Write the intent. Commit before anything is sent.

    Raises sqlalchemy's IntegrityError when the action key is taken, or when the payment
    already has a live charge or an unfinished follow-up.
    """
    operation = Operation(
        **vars(new),
        public_id=identifiers.public_id("op"),
        gateway_ref=identifiers.gateway_reference(),
        created_at=now,
        next_check_at=now + NEVER_SENT_AFTER,
    )
    session.add(operation)
    session.flush()
    return operation


def transition(session: Session, operation: Operation, to: State, **values: Any) -> None:
    """The only way a state changes: guarded by the state and version that were read.

    Raises:
        IllegalTransition: there is no such way.
        OperationMoved: somebody was faster.
    """
    require_legal(State(operation.state), to)
    moved = session.execute(
        update(Operation)
        .where(
            Operation.id == operation.id,
            Operation.state == operation.state,
            Operation.version == operation.version,
        )
        .values(state=to, version=Operation.version + 1, **values)
        .returning(Operation.id)
    )
    if moved.scalar_one_or_none() is None:
        raise OperationMoved(operation.public_id)
    session.refresh(operation)


def mark_sending(
    session: Session, operation: Operation, *, now: datetime, deadline_seconds: float
) -> None:
    """Win the right to make the call. Commit, then call; everyone else polls."""
    patience = timedelta(seconds=deadline_seconds) + SENDING_GRACE
    transition(session, operation, State.SENDING, sent_at=now, next_check_at=now + patience)


def intent_of(operation: Operation) -> Intent:
    """What the operation asked for, to compare an answer with.

    A service fee is on top of the amount, and the gateway may leave it out.
    """
    return Intent(
        kind=Kind(operation.kind),
        reference=operation.gateway_ref,
        amount_cents=operation.named_cents,
        service_fee_cents=operation.service_fee_cents,
        currency=operation.currency,
    )
