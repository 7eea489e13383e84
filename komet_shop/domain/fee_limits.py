"""Which card fees a company may decide, and what is wrong with the others."""

from enum import StrEnum

from komet_shop.domain.card_settings import (
    MOST_SURCHARGE_BP,
    USUAL_MOST_SURCHARGE_BP,
    Fees,
    FeeType,
)
from komet_shop.domain.money import MOST_CENTS
from komet_shop.domain.us_states import CODES


class Problem(StrEnum):
    """Why a fee cannot be decided like this."""

    FLAT_OUT_OF_RANGE = "flat_out_of_range"
    RATE_OUT_OF_RANGE = "rate_out_of_range"
    RATE_UNCONFIRMED = "rate_unconfirmed"
    """Above what is usual, and nobody said that it is meant."""
    UNKNOWN_STATE = "unknown_state"
    NO_CHANNEL = "no_channel"
    NO_WAY = "no_way"


def problems(fees: Fees, *, confirmed: bool) -> frozenset[Problem]:
    """All that is wrong with a fee. `confirmed`: a surcharge above the usual one is meant.

    Rule: docs/card-rules.md, "Fees".
    """
    if fees.type is FeeType.NONE:
        return frozenset()
    found = {Problem.NO_CHANNEL: not fees.channels, Problem.NO_WAY: not fees.ways}
    if fees.type is FeeType.CONVENIENCE:
        found[Problem.FLAT_OUT_OF_RANGE] = not 0 <= fees.flat_cents <= MOST_CENTS
    else:
        is_possible = 0 <= fees.basis_points <= MOST_SURCHARGE_BP
        found[Problem.RATE_OUT_OF_RANGE] = not is_possible
        found[Problem.RATE_UNCONFIRMED] = is_possible and needs_confirmation(fees) and not confirmed
        found[Problem.UNKNOWN_STATE] = bool(unknown_states(fees))
    return frozenset(problem for problem, is_there in found.items() if is_there)


def needs_confirmation(fees: Fees) -> bool:
    """True for a surcharge above what card brands usually allow."""
    return fees.type is FeeType.SURCHARGE and fees.basis_points > USUAL_MOST_SURCHARGE_BP


def unknown_states(fees: Fees) -> list[str]:
    """What stands among the blocked states and is no state of the USA."""
    return [state for state in fees.blocked_states if state not in CODES]
