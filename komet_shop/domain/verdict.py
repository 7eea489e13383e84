"""What a gateway's answer means for the operation that asked."""

from dataclasses import dataclass

from komet_shop.domain.operation_states import State
from komet_shop.plugin_api import N_, Fault, GatewayResult, Kind, Outcome, Transaction

FOUND_APPROVED = N_("found at the gateway, approved")
ANOTHER_AMOUNT = N_("the gateway's record has another amount")
VOIDED_SINCE = N_("approved, but voided at the gateway since")


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What we asked for, as far as an answer can contradict it."""

    kind: Kind
    reference: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The state an answer leads to, and why; `complete` False: ask for the transaction."""

    state: State
    reason: str
    complete: bool = True


_BY_OUTCOME = {
    Outcome.DECLINED: State.DECLINED,
    Outcome.REJECTED: State.FAILED,
    Outcome.UNKNOWN: State.UNKNOWN,
}


def judge(intent: Intent, result: GatewayResult) -> Verdict:
    """Believe an approval only when everything it carries is what we asked for.

    A missing reference or amount makes the verdict incomplete: the caller fetches the
    transaction by its id and judges again. Rule: docs/payments.md, "Reading the answer".
    """
    if result.outcome is not Outcome.APPROVED:
        return Verdict(state=_BY_OUTCOME[result.outcome], reason=result.staff_message)
    if not result.transaction_id:
        return Verdict(state=State.UNKNOWN, reason=N_("approved, but without a transaction id"))
    if result.fault is Fault.PARTIAL_APPROVAL:
        return Verdict(state=State.UNKNOWN, reason=N_("approved for a part of the amount only"))
    contradiction = _contradiction(intent, result)
    if contradiction:
        return Verdict(state=State.UNKNOWN, reason=contradiction)
    missing = _missing(intent, result)
    if missing:
        return Verdict(state=State.UNKNOWN, reason=missing, complete=False)
    return Verdict(state=State.APPROVED, reason=result.staff_message or N_("approved"))


def judge_transaction(intent: Intent, transaction: Transaction) -> Verdict:
    """The same for a transaction that a search returned under our reference."""
    if transaction.outcome is Outcome.DECLINED:
        return Verdict(state=State.DECLINED, reason=transaction.staff_message or N_("declined"))
    if transaction.outcome is not Outcome.APPROVED:
        return Verdict(state=State.UNKNOWN, reason=N_("the gateway's record does not say"))
    if transaction.voided and intent.kind is not Kind.VOID:
        return Verdict(state=State.FAILED, reason=VOIDED_SINCE)
    if transaction.amount_cents != intent.amount_cents:
        return Verdict(state=State.NEEDS_REVIEW, reason=ANOTHER_AMOUNT)
    return Verdict(state=State.APPROVED, reason=FOUND_APPROVED)


def _contradiction(intent: Intent, result: GatewayResult) -> str:
    kind = _comparable(intent.kind, result.kind)
    pairs = (
        (intent.kind, kind, N_("the answer has another kind")),
        (intent.reference, result.reference, N_("the answer has another reference")),
        (intent.amount_cents, result.amount_cents, N_("the answer has another amount")),
        (intent.currency, result.currency, N_("the answer has another currency")),
    )
    for asked, answered, reason in pairs:
        if answered is not None and answered != asked:
            return reason
    return ""


def _missing(intent: Intent, result: GatewayResult) -> str:
    if result.reference is None and intent.kind is not Kind.VOID:
        return N_("the answer has no reference")
    if result.amount_cents is None and intent.kind is not Kind.VOID:
        return N_("the answer has no amount")
    return ""


_ALIKE = {Kind.STORE_CARD: Kind.AUTHORIZE, Kind.CREDIT_REFUND: Kind.REFUND}
"""Gateways know no "store card", and call every money back a refund."""


def is_alike(asked: Kind, answered: Kind) -> bool:
    """True when a gateway may answer an operation of one kind as the other."""
    return answered in (asked, _ALIKE.get(asked))


def _comparable(asked: Kind, answered: Kind | None) -> Kind | None:
    return asked if answered is not None and is_alike(asked, answered) else answered
