"""A terminal's own rules about duplicates, addresses and security codes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .assumptions import Assumptions

AVS_LETTERS = "XYWZANGSUER"
CSC_LETTERS = "MNPSUX"


@dataclass(frozen=True, kw_only=True)
class DuplicateRule:
    """When a transaction counts as the repetition of an earlier one."""

    enabled: bool
    check_merchant_level: bool = False
    if_duplicate_found_respond_with_error: bool = False
    include_invoice: bool = False
    time_range_in_minutes: int = 5
    use_invoice_instead_of_card: bool = False


class DuplicateRules:
    """The duplicate rule of each terminal; the assumptions give it until somebody sets it."""

    def __init__(self) -> None:
        self._set: dict[str, DuplicateRule] = {}

    def of(self, account: str, assumptions: Assumptions) -> DuplicateRule:
        """The rule in force at a terminal."""
        unset = DuplicateRule(
            enabled=assumptions.duplicate_rule_default_on,
            if_duplicate_found_respond_with_error=assumptions.duplicate_rule_answers_error,
        )
        return self._set.get(account, unset)

    def change(self, account: str, rule: DuplicateRule, values: Mapping[str, Any]) -> DuplicateRule:
        """Set some fields of a terminal's rule.

        Raises:
            ValueError: a time range that is not 1 to 60 minutes.
        """
        minutes = int(values.get("time-range-in-minutes", rule.time_range_in_minutes))
        if not 1 <= minutes <= 60:
            raise ValueError("time-range-in-minutes must be 1 to 60")
        flags = {
            name: is_yes(values[spelled(name)])
            for name in vars(rule)
            if spelled(name) in values and name != "time_range_in_minutes"
        }
        self._set[account] = replace(rule, time_range_in_minutes=minutes, **flags)
        return self._set[account]


class CardRules:
    """Letters that a terminal refuses: `avs` and `csc`, both off until somebody sets them."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, str], str] = {}

    def refused(self, account: str, check: str) -> str:
        """The refused letters of a check at a terminal."""
        return self._refused.get((account, check), "")

    def change(self, account: str, check: str, filters: list[Mapping[str, Any]]) -> None:
        """Set which letters a terminal accepts."""
        letters = [
            str(one.get("name", "")) for one in filters if not is_yes(one.get("allowed", True))
        ]
        self._refused[account, check] = "".join(letters)


def shown(rule: DuplicateRule, flag: Any) -> dict[str, Any]:
    """A duplicate rule in the gateway's spelling; `flag` writes yes and no."""
    return {
        spelled(name): flag(value) if isinstance(value, bool) else str(value)
        for name, value in vars(rule).items()
    }


def spelled(name: str) -> str:
    """A field's name as the gateway spells it."""
    return name.replace("_", "-")


def is_yes(value: object) -> bool:
    """Read a boolean in any of the gateway's spellings."""
    return str(value).strip().lower() in {"true", "1", "yes"}
