"""The broken twin of settling by lookup: what was not answered is sent again, blindly."""

from sqlalchemy import select

from komet_shop.domain.operation_states import State
from komet_shop.models import Operation, SavedCard
from komet_shop.plugin_api import ChargeRequest, Kind
from komet_shop.services import saved_cards
from komet_shop.services.shop import Shop


def send_again(shop: Shop) -> None:
    """Charge every card whose charge got no answer."""
    with shop.database.read() as session:
        unanswered = session.execute(
            select(Operation, SavedCard)
            .join(SavedCard, SavedCard.id == Operation.saved_card_id)
            .where(Operation.state.in_((State.SENDING, State.UNKNOWN)))
        ).all()
    for operation, card in unanswered:
        shop.gateways.connect(operation.account_id).charge(
            ChargeRequest(
                kind=Kind.SALE,
                reference=operation.gateway_ref,
                amount_cents=operation.amount_cents,
                currency=operation.currency,
                card=saved_cards.opened(card, shop.box),
            )
        )
