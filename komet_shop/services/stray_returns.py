"""Giving stray money back: by a void while the batch is open, by a refund after that."""

from dataclasses import replace

import structlog

from komet_shop.domain.operation_states import State
from komet_shop.models import Operation
from komet_shop.plugin_api import N_
from komet_shop.services import refunds, sending, strays, voids
from komet_shop.services.follow_ups import Asked, FollowUpRefused, Started
from komet_shop.services.scope import WORKER, Scope
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

AT_ONCE = 20


def give_back(shop: Shop, scope: Scope, asked: Asked) -> State:
    """Void a stray; where the gateway refuses because the batch is closed, refund it.

    Returns how the last operation stands: while that is unclear, nothing follows.

    Raises:
        FollowUpRefused: one of its kinds; nothing was sent.
        operations.KeyReused: the key was used for another request.
    """
    state = _send(shop, scope, voids.void_stray(shop, scope, asked))
    if state is not State.DECLINED or _is_a_hold(shop, scope, asked):
        return state
    after_void = replace(asked, action_key=f"{asked.action_key[:57]}:refund")
    return _send(shop, scope, refunds.refund_stray(shop, scope, after_void))


def give_back_what_is_paid_twice(shop: Shop) -> int:
    """Void each stray whose order or invoice another charge has paid; returns how many.

    Each is tried once. Where the batch is closed already, people decide.
    """
    with shop.database.read() as session:
        twice = strays.paid_twice(session, AT_ONCE)
    for stray in twice:
        scope = Scope(
            actor=WORKER, company_id=stray.company_id, location_ids=frozenset({stray.location_id})
        )
        asked = Asked(
            payment=stray.public_id,
            action_key=f"paid-twice:{stray.public_id}",
            reason=N_("the same order was paid by another charge"),
        )
        try:
            _send(shop, scope, voids.void_stray(shop, scope, asked))
        except FollowUpRefused as refusal:
            log.info("stray_waits", operation=stray.public_id, error=type(refusal).__name__)
    return len(twice)


def _send(shop: Shop, scope: Scope, started: Started) -> State:
    if started.call is not None:
        sending.send(shop, started.operation_id, started.call, actor=scope.actor)
    with shop.database.read() as session:
        return State(session.get_one(Operation, started.operation_id).state)


def _is_a_hold(shop: Shop, scope: Scope, asked: Asked) -> bool:
    with shop.database.read() as session:
        return strays.find(session, scope, asked.payment).parent.kind in strays.HOLDS
