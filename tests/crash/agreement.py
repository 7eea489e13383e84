"""What must hold after every crash: one charge or none, and three books that tell the same."""

import requests
from sqlalchemy import select

from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.models import Operation
from komet_shop.sandboxes.komet import KometSandboxServer
from tests.world import World


def unsettled(world: World) -> list[int]:
    """Operations of which nobody knows yet what became of them."""
    with world.shop.database.read() as session:
        return list(session.scalars(select(Operation.id).where(Operation.state.in_(UNSETTLED))))


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
