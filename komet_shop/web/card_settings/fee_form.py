"""The fields of a card fee: what was typed, read into a fee, with what is wrong beside it."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import Length

from komet_shop.domain import fee_limits, money
from komet_shop.domain.card_rules import Channel
from komet_shop.domain.card_settings import SURCHARGE_BLOCKED, Fees, FeeType, Way
from komet_shop.domain.fee_limits import Problem
from komet_shop.domain.money import NotAnAmount

CHANNEL, WAY = "channel_", "way_"


class FeeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A fee, and what every form of card settings carries.

    `drawn` names what the page showed, `previewed` the decisions whose effects it showed.
    """

    fee_type = RadioField(
        _l("Credit card fees"),
        choices=[
            SelectChoice(FeeType.NONE.value, _l("None")),
            SelectChoice(FeeType.CONVENIENCE.value, _l("Convenience fee")),
            SelectChoice(FeeType.SURCHARGE.value, _l("Surcharge")),
        ],
    )
    flat = StringField(_l("Amount for each card payment"), validators=[Length(max=20)])
    percent = StringField(_l("Percent of the amount"), validators=[Length(max=20)])
    above_usual = BooleanField(
        _l("More than 3.00 percent is meant, and our processor agreed to it")
    )
    blocked_states = StringField(
        _l("No surcharge for customers billed in"), validators=[Length(max=200)]
    )
    channel_ecommerce = BooleanField(_l("E-Commerce"))
    channel_order_entry = BooleanField(_l("Order Entry"))
    channel_receivables = BooleanField(_l("Accounts Receivables"))
    way_in_app = BooleanField(_l("In-App"))
    way_terminal = BooleanField(_l("POS Terminal"))
    drawn = HiddenField()
    previewed = HiddenField()

    def fees(self) -> Fees | None:
        """The fee that was asked for; None: see the errors."""
        asked = self._asked(FeeType(self.fee_type.data))
        if asked is None:
            return None
        found = fee_limits.problems(asked, confirmed=self.above_usual.data)
        for problem in sorted(found):
            self._explain(problem, asked)
        return None if found else asked

    def _asked(self, fee_type: FeeType) -> Fees | None:
        """What was typed, whether it is allowed or not."""
        if fee_type is FeeType.NONE:
            return Fees()
        is_flat = fee_type is FeeType.CONVENIENCE
        number = _hundredths(self.flat if is_flat else self.percent)
        if number is None:
            self._explain(
                Problem.FLAT_OUT_OF_RANGE if is_flat else Problem.RATE_OUT_OF_RANGE, Fees()
            )
            return None
        return Fees(
            type=fee_type,
            flat_cents=number if is_flat else 0,
            basis_points=0 if is_flat else number,
            channels=frozenset(one for one in Channel if self[CHANNEL + one.value].data),
            ways=frozenset(one for one in Way if self[WAY + one.value].data),
            blocked_states=() if is_flat else _states(self.blocked_states.data or ""),
        )

    def _explain(self, problem: Problem, fees: Fees) -> None:
        field, text = _problems()[problem]
        shown = text(fees) if callable(text) else text
        self[field].errors = [*self[field].errors, shown]


def fee_data(fees: Fees) -> dict[str, Any]:
    """The fields' values for a fee."""
    is_surcharge = fees.type is FeeType.SURCHARGE
    states = fees.blocked_states if is_surcharge else SURCHARGE_BLOCKED
    return {
        "fee_type": fees.type.value,
        "flat": money.format_plain(fees.flat_cents) if fees.type is FeeType.CONVENIENCE else "",
        "percent": money.format_plain(fees.basis_points) if is_surcharge else "",
        "above_usual": fee_limits.needs_confirmation(fees),
        "blocked_states": ", ".join(states),
        **{CHANNEL + one.value: one in fees.channels for one in Channel},
        **{WAY + one.value: one in fees.ways for one in Way},
    }


def _hundredths(field: Any) -> int | None:
    """Cents of an amount, or basis points of a percentage: both have two decimals."""
    try:
        return money.parse_typed_cents(field.data or "")
    except NotAnAmount:
        return None


def _states(text: str) -> tuple[str, ...]:
    words = text.upper().replace(";", ",").replace(",", " ").split()
    return tuple(sorted(set(words)))


def _problems() -> dict[Problem, tuple[str, str | Callable[[Fees], str]]]:
    """The field beside which each problem stands, and its words."""
    return {
        Problem.FLAT_OUT_OF_RANGE: (
            "flat",
            _("Enter an amount such as 2.50, from 0.00 to 99,999.99."),
        ),
        Problem.RATE_OUT_OF_RANGE: (
            "percent",
            _("Enter a percentage such as 2.75, from 0 to 3.00; 4.00 is the most with a tick."),
        ),
        Problem.RATE_UNCONFIRMED: (
            "above_usual",
            _("In general card brands allow 3.00 percent at most. Tick this if you mean more."),
        ),
        Problem.UNKNOWN_STATE: ("blocked_states", _unknown_states),
        Problem.NO_CHANNEL: (
            "channel_ecommerce",
            _("Tick at least one place where the fee is taken."),
        ),
        Problem.NO_WAY: ("way_in_app", _("Tick at least one way in which the card is read.")),
    }


def _unknown_states(fees: Fees) -> str:
    listed = ", ".join(fee_limits.unknown_states(fees))
    text = _(
        "Write states of the USA with two letters, such as CT, MA, PR. These are none: %(listed)s.",
        listed=listed,
    )
    return str(text)
