"""What must hold after every crash: money moved once or never, and all books tell the same."""

import requests
from sqlalchemy import select

from komet_shop.domain.operation_states import State
from komet_shop.models import Operation, Order, Payment
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services import audit_chain, invariants
from tests.crash.mending import unsettled
from tests.crash.trial import Trial
from tests.faults.standing import standing_of
from tests.world import World


def require_agreement(world: World, komet: KometSandboxServer) -> None:
    """One charge or none, and shop, gateway and Komet tell the same."""
    charged = [row["amount_cents"] for row in world.booked()]
    with world.shop.database.read() as session:
        states = [State(state) for state in session.scalars(select(Operation.state))]
    assert len(charged) <= 1
    assert states.count(State.APPROVED) == len(charged)
    assert unsettled(world) == []
    assert world.clearing_cents() == sum(charged)
    expected = "pending_approval" if charged else "draft"
    assert world.order().state == expected
    assert world.order().held_by_payment_id is None
    books = requests.get(f"{komet.base_url}/_control/ledger", timeout=5).json()
    assert [payment["total_cents"] for payment in books["payments"]] == charged
    assert len(books["invoices"]) == len(charged)


def require_all_agree(trial: Trial, *, happened: bool) -> None:
    """The flow happened once or never, its order stands so, and all books tell the same."""
    world = trial.world
    stands = (trial.flow.after if happened else trial.flow.before)(world.total_cents)
    assert len(world.booked()) == trial.booked_before + happened
    assert unsettled(world) == []
    if world.payments():
        assert standing_of(world) == stands
    else:  # nothing was ever written of it
        assert (world.order().state, world.order().held_by_payment_id) == (stands.order, None)
    assert world.net_cents() == world.clearing_cents() == stands.clearing
    _require_komet_agrees(world, trial.komet)
    _require_healthy(world)


def _require_komet_agrees(world: World, komet: KometSandboxServer) -> None:
    """Komet has each order and each payment once, and nothing waits."""
    with world.shop.database.read() as session:
        received = select(Payment.amount_cents).where(Payment.received_at.is_not(None))
        paid = list(session.scalars(received.order_by(Payment.received_at, Payment.id)))
        orders = session.scalars(select(Order.id).where(Order.checked_out_at.is_not(None))).all()
    books = requests.get(f"{komet.base_url}/_control/ledger", timeout=5).json()
    assert [payment["total_cents"] for payment in books["payments"]] == paid
    assert len(books["invoices"]) == len(orders)
    assert world.waiting() == []


def _require_healthy(world: World) -> None:
    """No invariant of docs/payments.md is broken."""
    shop = world.shop
    audit_chain.seal(shop)
    assert invariants.check(shop.database, shop.clock.now(), komet=True, texts=True) == []
