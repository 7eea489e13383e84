"""The time line of a payment: what was sent, heard, asked and decided, in sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from komet_shop.domain.operation_states import State
from komet_shop.services.review_decisions import Outcome
from komet_shop.services.reviews import Evidence, Item, Moment
from komet_shop.services.stray_previews import Use
from komet_shop.web.filters import money
from komet_shop.web.reviews.words import (
    PARTS_OF_THE_SHOP,
    actor_text,
    finding_text,
    kind_word,
    reason_text,
)

STATE_ACTION = "operation_"
TONES = {
    State.APPROVED: "success",
    State.DECLINED: "danger",
    State.UNKNOWN: "waiting",
    State.NEEDS_REVIEW: "warning",
    State.STRAY: "warning",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line, as the time line wants it."""

    at: datetime
    title: str
    text: str
    tone: str
    actor: str


def entries(evidence: Evidence) -> list[Entry]:
    """All that happened, oldest first."""
    return [_entry(moment, evidence.item) for moment in evidence.moments]


def _entry(moment: Moment, item: Item) -> Entry:
    write = _WRITERS.get(moment.what, _state if _is_state(moment) else _started)
    title, text, tone = write(moment, item.currency)
    is_answer = _is_state(moment) and moment.who == item.started_by
    actor = _("The gateway") if is_answer else actor_text(moment.who)
    return Entry(at=moment.at, title=title, text=text, tone=tone, actor=actor)


Texts = tuple[str, str, str]


def _is_state(moment: Moment) -> bool:
    return moment.what.startswith(STATE_ACTION)


def _intended(moment: Moment, currency: str) -> Texts:
    reference = _("Our reference at the gateway: %(number)s", number=moment.facts["reference"])
    return _begun(moment, currency), reference, "neutral"


def _begun(moment: Moment, currency: str) -> str:
    amount = money(moment.facts.get("amount_cents", 0), currency)
    return str(_("%(what)s of %(amount)s begun", what=kind_word(moment.kind), amount=amount))


def _sent(_moment: Moment, _currency: str) -> Texts:
    return _("Sent to the gateway"), "", "neutral"


def _looked_up(moment: Moment, currency: str) -> Texts:
    tone = "info" if moment.facts["answered"] else "waiting"
    found = finding_text(moment, currency)
    return _("The gateway was asked"), _("It said: %(what)s", what=found), tone


def _started(moment: Moment, currency: str) -> Texts:
    """Somebody asked for a void, a refund or a capture."""
    return _begun(moment, currency), _said(moment), "neutral"


def _said(moment: Moment) -> str:
    """The shop's own words, or in quotes what a person wrote."""
    is_persons = moment.words and moment.who not in PARTS_OF_THE_SHOP
    return f"“{moment.words}”" if is_persons else reason_text(moment.words)


def _state(moment: Moment, _currency: str) -> Texts:
    state = State(moment.what.removeprefix(STATE_ACTION))
    said = [reason_text(moment.words), *_numbers(moment.facts)]
    title = _("%(what)s: %(state)s", what=kind_word(moment.kind), state=_became(state))
    return title, " · ".join(part for part in said if part), TONES.get(state, "neutral")


def _became(state: State) -> str:
    words = {
        State.APPROVED: _("approved"),
        State.DECLINED: _("declined"),
        State.FAILED: _("did not happen"),
        State.UNKNOWN: _("unclear"),
        State.NEEDS_REVIEW: _("needs a decision"),
        State.STRAY: _("money moved after all"),
    }
    return str(words[state])


def _numbers(facts: dict[str, Any]) -> list[str]:
    number, code = facts.get("transaction_id"), facts.get("code")
    return [
        str(_("transaction %(number)s", number=number)) if number else "",
        str(_("code %(code)s", code=code)) if code else "",
    ]


def _applied(moment: Moment, _currency: str) -> Texts:
    use = {
        Use.ORDER: _("It pays its order"),
        Use.OPEN_CREDIT: _("It is a credit of the customer"),
        Use.RETURNED: _("It is booked as given back"),
        Use.PART_RETURNED: _("The customer owes it again"),
        Use.CHARGE: _("The customer owes it again"),
        Use.RELEASED: _("The hold is booked as released"),
    }[Use(moment.facts["use"])]
    return use, _said(moment), "success"


def _refused(moment: Moment, _currency: str) -> Texts:
    wanted = {
        Outcome.CHARGED: _("A decision was refused: “it happened as asked”"),
        Outcome.NOT_CHARGED: _("A decision was refused: “nothing happened”"),
        Outcome.GIVE_BACK: _("A decision was refused: “another amount moved”"),
    }[Outcome(moment.facts["outcome"])]
    return wanted, _said(moment), "danger"


_WRITERS: dict[str, Callable[[Moment, str], Texts]] = {
    "intended": _intended,
    "sent": _sent,
    "looked_up": _looked_up,
    "stray_applied": _applied,
    "decision_refused": _refused,
}
