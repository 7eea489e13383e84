"""What a card pays on top of the amount, and which part of it the gateway may drop."""

from dataclasses import dataclass

from komet_shop.domain import money
from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import (
    MOST_FLAT_BP,
    MOST_SERVICE_FEE_BP,
    Fees,
    FeeType,
    Way,
)


@dataclass(frozen=True, kw_only=True)
class Fee:
    """Cents on top of the amount.

    A surcharge, `surcharge_bp` of the amount, goes to the gateway as such: it leaves the fee out
    where the card is debit or prepaid. A convenience fee is simply part of what is charged.
    """

    cents: int = 0
    surcharge_bp: int = 0

    @property
    def named_cents(self) -> int:
        """What of it the gateway is told as a fee of its own."""
        return self.cents if self.surcharge_bp else 0


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
        return _surcharge(cents, fees.basis_points)
    return Fee()


def fee_on_part(cents: int, *, held_fee_cents: int, surcharge_bp: int) -> Fee:
    """The fee on what is taken of an authorization, never more than the fee that it holds.

    Rule: docs/payments.md, "Fees".
    """
    if surcharge_bp:
        return _surcharge(cents, surcharge_bp)
    return Fee(
        cents=money.card_fee_cents(
            cents, flat_cents=held_fee_cents, basis_points=0, most_bp=MOST_FLAT_BP
        )
    )


def fee_that_goes_back(
    fee_cents: int, *, returned_cents: int, gone_cents: int, whole_cents: int
) -> int:
    """What goes back of a surcharge when `gone_cents` of `whole_cents` have gone back in all.

    In proportion, rounded half up, less the `returned_cents` that went back before: never more
    than the fee in all, and with the last part all that is left. Rule: docs/payments.md, "Fees".
    """
    due = money.portion_cents(fee_cents, before=0, now=gone_cents, whole=whole_cents)
    return max(0, due - returned_cents)


def _surcharge(cents: int, basis_points: int) -> Fee:
    rate = min(basis_points, MOST_SERVICE_FEE_BP)
    asked = money.card_fee_cents(
        cents, flat_cents=0, basis_points=rate, most_bp=MOST_SERVICE_FEE_BP
    )
    return Fee(cents=asked, surcharge_bp=rate) if asked else Fee()
