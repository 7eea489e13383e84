"""What a gateway's answer means for the operation that asked."""

from dataclasses import dataclass

from komet_shop.domain.operation_states import State
from komet_shop.plugin_api import N_, Fault, GatewayResult, Kind, Outcome, Transaction

FOUND_APPROVED = N_("found at the card processor, approved")
ANOTHER_AMOUNT = N_("the card processor's record has another amount")
FEE_UNCLEAR = N_("the card processor's record does not say whether the surcharge was charged")
VOIDED_SINCE = N_("approved, but voided at the card processor since")


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What we asked for, as far as an answer can contradict it.

    `amount_cents` is without `service_fee_cents`, which the gateway may leave out.
    """

    kind: Kind
    reference: str
    amount_cents: int
    currency: str
    service_fee_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The state an answer leads to, and why; `complete` False: ask for the transaction.

    `service_fee_cents`: of an approval, the service fee that was really charged.
    """

    state: State
    reason: str
    complete: bool = True
    service_fee_cents: int = 0


@dataclass(frozen=True)
class _Charged:
    """The amount and fee that an answer names, beside what was asked."""

    intent: Intent
    amount_cents: int
    fee_cents: int | None

    @property
    def is_unclear(self) -> bool:
        """With the fee or without: nobody said."""
        asked = self.intent
        is_base = self.amount_cents == asked.amount_cents
        return bool(asked.service_fee_cents) and self.fee_cents is None and is_base

    @property
    def is_as_asked(self) -> bool:
        """With the whole fee, or without any."""
        asked = self.intent
        if self.intent.kind in _FOLLOWS_A_TOTAL:
            return self.amount_cents + (self.fee_cents or 0) == asked.amount_cents
        if self.fee_cents is None and self.amount_cents != asked.amount_cents:
            return self.amount_cents == asked.amount_cents + asked.service_fee_cents
        is_whole = self.fee_cents in (None, 0, asked.service_fee_cents)
        return is_whole and self.amount_cents == asked.amount_cents

    @property
    def real_fee_cents(self) -> int:
        """The fee in it, where it is as asked and clear."""
        asked = self.intent.service_fee_cents
        return asked if self.fee_cents is None else min(self.fee_cents, asked)


_FOLLOWS_A_TOTAL = frozenset({Kind.VOID, Kind.REFUND, Kind.CREDIT_REFUND})
"""Kinds that name no fee: they send back what was charged, with its fee, as one amount."""


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
    return Verdict(
        state=State.APPROVED,
        reason=result.staff_message or N_("approved"),
        service_fee_cents=_charged(intent, result).real_fee_cents,
    )


def judge_transaction(intent: Intent, transaction: Transaction) -> Verdict:
    """The same for a transaction that a search returned under our reference."""
    if transaction.outcome is Outcome.DECLINED:
        return Verdict(state=State.DECLINED, reason=transaction.staff_message or N_("declined"))
    if transaction.outcome is not Outcome.APPROVED:
        return Verdict(state=State.UNKNOWN, reason=N_("the card processor's record does not say"))
    if transaction.voided and intent.kind is not Kind.VOID:
        return Verdict(state=State.FAILED, reason=VOIDED_SINCE)
    charged = _Charged(intent, transaction.amount_cents, transaction.service_fee_cents)
    if not charged.is_as_asked:
        return Verdict(state=State.NEEDS_REVIEW, reason=ANOTHER_AMOUNT)
    if charged.is_unclear:
        return Verdict(state=State.NEEDS_REVIEW, reason=FEE_UNCLEAR)
    fee_cents = charged.real_fee_cents
    return Verdict(state=State.APPROVED, reason=FOUND_APPROVED, service_fee_cents=fee_cents)


def _contradiction(intent: Intent, result: GatewayResult) -> str:
    kind = _comparable(intent.kind, result.kind)
    pairs = (
        (intent.kind, kind, N_("the answer has another kind")),
        (intent.reference, result.reference, N_("the answer has another reference")),
        (intent.currency, result.currency, N_("the answer has another currency")),
    )
    for asked, answered, reason in pairs:
        if answered is not None and answered != asked:
            return reason
    if result.amount_cents is not None and not _charged(intent, result).is_as_asked:
        return N_("the answer has another amount")
    return ""


def _charged(intent: Intent, result: GatewayResult) -> _Charged:
    return _Charged(intent, result.amount_cents or 0, result.service_fee_cents)


def _missing(intent: Intent, result: GatewayResult) -> str:
    if result.reference is None and intent.kind is not Kind.VOID:
        return N_("the answer has no reference")
    if result.amount_cents is None and intent.kind is not Kind.VOID:
        return N_("the answer has no amount")
    if _charged(intent, result).is_unclear:
        return N_("the answer does not say whether the surcharge was charged")
    return ""


_ALIKE = {Kind.STORE_CARD: Kind.AUTHORIZE, Kind.CREDIT_REFUND: Kind.REFUND}
"""Gateways know no "store card", and call every money back a refund."""


def is_alike(asked: Kind, answered: Kind) -> bool:
    """True when a gateway may answer an operation of one kind as the other."""
    return answered in (asked, _ALIKE.get(asked))


def _comparable(asked: Kind, answered: Kind | None) -> Kind | None:
    return asked if answered is not None and is_alike(asked, answered) else answered
