"""The time line of a payment: what was sent, heard, asked and decided, in sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from komet_shop.domain.operation_states import REFUSED, State
from komet_shop.plugin_api import Kind
from komet_shop.services.review_decisions import Outcome
from komet_shop.services.review_evidence import Evidence, Moment
from komet_shop.services.reviews import Item
from komet_shop.services.stray_previews import Use
from komet_shop.web.filters import money
from komet_shop.web.reviews import decision_offers
from komet_shop.web.reviews.words import (
    PARTS_OF_THE_SHOP,
    actor_text,
    finding_text,
    kind_word,
    reason_text,
    returns_unexpected_money,
)

STATE_ACTION = "operation_"
SAYS_NOTHING = "000"
"""The code of every approval."""
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
    """All that happened, oldest first; what a decision says already is not said again."""
    decision = next((one for one in evidence.moments if _is_decision(one)), None)
    told = [one for one in evidence.moments if not _belongs_to(decision, one)]
    return [_entry(moment, evidence, decision) for moment in told]


Texts = tuple[str, str, str]


def _belongs_to(decision: Moment | None, moment: Moment) -> bool:
    """The money that was set apart by the decision itself."""
    is_found = moment.what == f"{STATE_ACTION}{State.STRAY}" and not moment.item.was_asked_for
    return decision is not None and is_found and moment.at == decision.at


def _entry(moment: Moment, evidence: Evidence, decision: Moment | None) -> Entry:
    is_state = moment.what.startswith(STATE_ACTION)
    if is_state:
        title, text, tone = _state(moment, evidence)
    else:
        title, text, tone = _WRITERS.get(moment.what, _started)(moment, evidence.item.currency)
    if decision is not None and moment is not decision and moment.words == decision.words:
        text = ""
    is_answer = is_state and moment.who == evidence.item.started_by and not _is_decision(moment)
    actor = _("The card processor") if is_answer else actor_text(moment.who)
    return Entry(at=moment.at, title=title, text=text, tone=tone, actor=actor)


def _intended(moment: Moment, currency: str) -> Texts:
    number = moment.facts["reference"]
    reference = _("Our reference at the card processor: %(number)s", number=number)
    return _begun(moment, currency), reference, "neutral"


def _begun(moment: Moment, currency: str) -> str:
    amount = money(moment.facts.get("amount_cents", 0), currency)
    return str(_("%(what)s of %(amount)s begun", what=kind_word(moment.item.kind), amount=amount))


def _sent(_moment: Moment, _currency: str) -> Texts:
    return _("Sent to the card processor"), "", "neutral"


def _looked_up(moment: Moment, currency: str) -> Texts:
    tone = "info" if moment.facts["answered"] else "waiting"
    found = finding_text(moment, currency)
    return _("The card processor was asked"), _("It said: %(what)s", what=found), tone


def _started(moment: Moment, currency: str) -> Texts:
    """Somebody asked for a void, a refund or a capture."""
    return _begun(moment, currency), _said(moment), "neutral"


def _said(moment: Moment) -> str:
    """The shop's own words, or in quotes what a person wrote."""
    is_persons = moment.words and moment.who not in PARTS_OF_THE_SHOP
    return f"“{moment.words}”" if is_persons else reason_text(moment.words)


def _state(moment: Moment, evidence: Evidence) -> Texts:
    state = State(moment.what.removeprefix(STATE_ACTION))
    if _is_decision(moment):
        return _decided(moment, evidence, state)
    if state is State.STRAY and not moment.item.was_asked_for:
        return _found(moment.item), reason_text(moment.words), "warning"
    if state is State.APPROVED and returns_unexpected_money(moment.item, _all(evidence)):
        return _given_back(moment.item), "", "success"
    said = [reason_text(moment.words), *_numbers(moment.facts)]
    title = _("%(what)s: %(state)s", what=kind_word(moment.item.kind), state=_became(state))
    return title, " · ".join(part for part in said if part), TONES.get(state, "neutral")


def _is_decision(moment: Moment) -> bool:
    was_waiting = moment.facts.get("was") == State.NEEDS_REVIEW
    return was_waiting and moment.who not in PARTS_OF_THE_SHOP


def _all(evidence: Evidence) -> tuple[Item, ...]:
    return (evidence.item, *evidence.others)


def _decided(moment: Moment, evidence: Evidence, state: State) -> Texts:
    """By the words of the button that was pressed."""
    left = [one for one in evidence.others if one.is_found_beside(moment.item)]
    there = next((one for one in left if one.created_at == moment.at), None)
    outcome = Outcome.CHARGED
    if state in REFUSED:
        outcome = Outcome.NOT_CHARGED if there is None else Outcome.GIVE_BACK
    cents = there.amount_cents if there is not None else 0
    button = decision_offers.button(moment.item, outcome, cents)
    numbers = [part for part in _numbers(moment.facts) if part]
    text = " · ".join([_said(moment), *numbers])
    return str(_("Decided: “%(button)s”", button=button)), text, "success"


def _found(item: Item) -> str:
    amount = money(item.amount_cents, item.currency)
    number = item.transaction_id
    return str(
        _(
            "%(amount)s found at the card processor (transaction %(number)s)",
            amount=amount,
            number=number,
        )
    )


def _given_back(item: Item) -> str:
    """ "Carol gave $107.10 back (void 900002)"."""
    amount, number = money(item.amount_cents, item.currency), item.transaction_id
    is_void = item.kind is Kind.VOID
    by = _("void %(number)s", number=number) if is_void else _("refund %(number)s", number=number)
    if not item.was_asked_for:
        return str(_("%(amount)s given back at the card processor (%(by)s)", amount=amount, by=by))
    who = actor_text(item.started_by)
    return str(_("%(who)s gave %(amount)s back (%(by)s)", who=who, amount=amount, by=by))


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
    is_telling = code and code != SAYS_NOTHING
    return [
        str(_("transaction %(number)s", number=number)) if number else "",
        str(_("the card processor's code: %(code)s", code=code)) if is_telling else "",
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
    button = decision_offers.button(moment.item, Outcome(moment.facts["outcome"]))
    return _("A decision was refused: “%(button)s”", button=button), _said(moment), "danger"


_WRITERS: dict[str, Callable[[Moment, str], Texts]] = {
    "intended": _intended,
    "sent": _sent,
    "looked_up": _looked_up,
    "stray_applied": _applied,
    "decision_refused": _refused,
}
