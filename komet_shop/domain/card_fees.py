"""What a card pays on top of the amount, and which part of it the gateway may drop."""

from dataclasses import dataclass

from komet_shop.domain import money
from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import (
    MOST_FLAT_BP,
    MOST_SURCHARGE_BP,
    Fees,
    FeeType,
    Way,
)


@dataclass(frozen=True, kw_only=True)
class Fee:
    """Cents on top of the amount.

    A `surcharge` goes to the gateway as such: it leaves the fee out where the card is debit or
    prepaid. A convenience fee is simply part of what is charged.
    """

    cents: int = 0
    surcharge: bool = False


def fee_on(
    cents: int, fees: Fees, *, channel: Channel, way: Way, exempt: bool, billing_state: str
) -> Fee:
    """The fee on a card payment of `cents`. Rule: docs/card-rules.md, "Fees"."""
    if exempt or channel not in fees.channels or way not in fees.ways:
        return Fee()
    if fees.type is FeeType.CONVENIENCE:
        return Fee(
            cents=money.card_fee_cents(
                cents, flat_cents=fees.flat_cents, basis_points=0, most_bp=MOST_FLAT_BP
            )
        )
    if fees.type is FeeType.SURCHARGE and billing_state.upper() not in fees.blocked_states:
        asked = money.card_fee_cents(
            cents, flat_cents=0, basis_points=fees.basis_points, most_bp=MOST_SURCHARGE_BP
        )
        return Fee(cents=asked, surcharge=True)
    return Fee()
