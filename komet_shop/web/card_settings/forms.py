"""The forms of card settings: on or off for the company, three choices for a location."""

import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectChoice

from komet_shop.domain import identifiers
from komet_shop.domain.card_decisions import Decisions
from komet_shop.domain.card_settings import Fees, FeeType, Switch
from komet_shop.services.card_board import Board
from komet_shop.web.card_settings.fee_form import FeeForm, fee_data
from komet_shop.web.card_settings.words import switch_label

AS_COMPANY, ON, OFF = "company", "on", "off"
OWN = "own"
_DECIDED = {AS_COMPANY: None, ON: True, OFF: False}


class CompanyForm(FeeForm):
    """What counts wherever a location decides nothing else."""

    ecommerce_on = BooleanField()
    salespeople_manage_cards = BooleanField()
    preauthorization_on = BooleanField()
    pay_on_confirmation_on = BooleanField()

    @classmethod
    def showing(cls, board: Board) -> "CompanyForm":
        """The form with what the company decided."""
        switches = {which.value: board.switch(which, None).value for which in Switch}
        form = cls(
            formdata=None,
            drawn=board.version(None),
            **switches,
            **fee_data(board.fees(None).value),
        )
        form.write_labels(board)
        return form

    def write_labels(self, _board: Board) -> None:
        """Komet's labels."""
        for which in Switch:
            self[which.value].label.text = switch_label(which)

    def switch(self, which: Switch, before: Decisions) -> bool | None:
        """What is decided. What was never decided and stays off is no decision."""
        is_on: bool = self[which.value].data
        if not is_on and getattr(before, which) is None:
            return None
        return is_on

    def own_fees(self, before: Decisions) -> Fees | None:
        """The fee that is decided; None also where it cannot be read."""
        fees = self.fees()
        if fees is not None and fees.type is FeeType.NONE and before.fee_type is None:
            return None
        return fees


class LocationForm(FeeForm):
    """What a location decides otherwise."""

    ecommerce_on = RadioField()
    salespeople_manage_cards = RadioField()
    preauthorization_on = RadioField()
    pay_on_confirmation_on = RadioField()
    fees_from = RadioField(_l("Credit card fees"), choices=[AS_COMPANY, OWN])

    @classmethod
    def showing(cls, board: Board, code: str) -> "LocationForm":
        """The form with what the location decided; the fee starts as the one that counts."""
        decided = board.decided(code)
        names = {None: AS_COMPANY, True: ON, False: OFF}
        switches = {which.value: names[getattr(decided, which)] for which in Switch}
        form = cls(
            formdata=None,
            drawn=board.version(code),
            fees_from=AS_COMPANY if decided.fee_type is None else OWN,
            **switches,
            **fee_data(board.fees(code).value),
        )
        form.write_labels(board)
        return form

    def write_labels(self, board: Board) -> None:
        """Komet's labels, and choices of which the first says what it means now."""
        for which in Switch:
            as_company = (
                _("Follow the company (now on)")
                if board.switch(which, None).value
                else _("Follow the company (now off)")
            )
            self[which.value].label.text = switch_label(which)
            self[which.value].choices = [
                SelectChoice(AS_COMPANY, as_company),
                SelectChoice(ON, _("On here")),
                SelectChoice(OFF, _("Off here")),
            ]

    def validate(self, extra_validators: Any = None) -> bool:
        """The type of a fee is only asked for where the location decides it."""
        if self.fees_from.data == AS_COMPANY and self.fee_type.data is None:
            self.fee_type.data = FeeType.NONE.value
        return bool(super().validate(extra_validators))

    def switch(self, which: Switch, _before: Decisions) -> bool | None:
        """What is decided; None leaves it to the company."""
        return _DECIDED[self[which.value].data]

    def own_fees(self, _before: Decisions) -> Fees | None:
        """The fee that is decided; None leaves it to the company, or cannot be read."""
        return None if self.fees_from.data == AS_COMPANY else self.fees()


SettingsForm = CompanyForm | LocationForm


def decisions_of(form: SettingsForm, before: Decisions) -> Decisions | None:
    """What is decided by a form; None: see its errors."""
    if not form.validate():
        return None
    fees = form.own_fees(before)
    if form.errors:
        return None
    return Decisions.deciding({which: form.switch(which, before) for which in Switch}, fees)


def digest(form: SettingsForm, decisions: Decisions) -> str:
    """Names these decisions on a page drawn like this one."""
    text = json.dumps([form.drawn.data, decisions.columns()], sort_keys=True)
    return identifiers.fingerprint(text.encode())
