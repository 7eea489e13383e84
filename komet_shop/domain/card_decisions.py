"""What one level decided about card payments, as plain values that can be compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from komet_shop.domain.card_settings import Decided, Fees, FeeType, Switch, as_words


@dataclass(kw_only=True)
class Decisions:
    """The decisions of a company or a location; equal where they decide the same.

    None leaves it to the level above. With `fee_type` None the other fee values are empty.
    """

    ecommerce_on: bool | None = None
    salespeople_manage_cards: bool | None = None
    preauthorization_on: bool | None = None
    pay_on_confirmation_on: bool | None = None
    fee_type: str | None = None
    fee_cents: int = 0
    fee_bp: int = 0
    fee_channels: str = ""
    fee_ways: str = ""
    fee_blocked_states: str = ""

    @classmethod
    def of(cls, row: Decided | None) -> "Decisions":
        """A level's decisions as its table keeps them; None: it decided nothing."""
        if row is None:
            return cls()
        has_fees = row.fee_type is not None
        return cls(
            **{
                one.name: getattr(row, one.name)
                for one in fields(cls)
                if has_fees or not one.name.startswith("fee_")
            }
        )

    @classmethod
    def deciding(cls, switches: Mapping[Switch, bool | None], fees: Fees | None) -> "Decisions":
        """These switches and this fee. Only what belongs to the fee's type is kept of it."""
        decided: dict[str, Any] = {which.value: on for which, on in switches.items()}
        return cls(**decided, **_columns_of(fees))

    def columns(self) -> dict[str, Any]:
        """The values as the tables keep them, by column."""
        return asdict(self)


def _columns_of(fees: Fees | None) -> dict[str, Any]:
    if fees is None:
        return {}
    if fees.type is FeeType.NONE:
        return {"fee_type": FeeType.NONE.value}
    taken = {
        "fee_type": fees.type.value,
        "fee_channels": as_words(fees.channels),
        "fee_ways": as_words(fees.ways),
    }
    if fees.type is FeeType.CONVENIENCE:
        return {**taken, "fee_cents": fees.flat_cents}
    return {
        **taken,
        "fee_bp": fees.basis_points,
        "fee_blocked_states": as_words(fees.blocked_states),
    }
