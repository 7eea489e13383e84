"""Clearent's answers to calls that move money, in the shop's words. Pure.

An answer is never kept: only the fields read here leave this module, since the gateway's own
examples echo security codes. Rule: docs/clearent.md, "Reading an answer".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from komet_clearent import fields, result_codes
from komet_clearent.client import NoAnswer, Reply
from komet_clearent.envelope import Envelope, open_envelope
from komet_clearent.records import (
    card_details,
    is_approved,
    kind_of,
    reference_of,
    split_amount,
)
from komet_clearent.result_codes import Meaning, ResultCode
from komet_shop.plugin_api import CardDetails, Fault, GatewayResult, Kind, Outcome, StoredCard

_REFUSALS = frozenset({400, 405})
_KEY_REFUSALS = frozenset({401, 403})
_BUSY = frozenset({429, 503})
_FINAL = frozenset({Meaning.DECLINE, Meaning.STATE})
_UNCLEAR = frozenset({Meaning.RETRYABLE, Meaning.UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the answer must be an answer to."""

    kind: Kind
    reference: str


def read_result(reply: Reply, asked: Asked) -> GatewayResult:
    """What became of a call that moves money. In doubt UNKNOWN, never a guess."""
    if isinstance(reply, NoAnswer):
        return _unanswered(reply)
    envelope = open_envelope(reply.body)
    result = _judge(reply.status, envelope, asked)
    return replace(result, http_status=reply.status, trace_id=envelope.trace_id)


def rejected(staff: str, *, buyer: str = result_codes.NOT_TAKEN) -> GatewayResult:
    """A request that we refuse to send, or that was provably not processed."""
    return GatewayResult(outcome=Outcome.REJECTED, buyer_message=buyer, staff_message=staff)


def _unanswered(reply: NoAnswer) -> GatewayResult:
    if not reply.sent:
        result = rejected(f"Clearent could not be reached ({reply.reason}). Nothing was sent.")
        return replace(result, fault=Fault.UNREACHABLE)
    return _unknown(Fault.NO_ANSWER, f"Clearent gave no usable answer ({reply.reason})")


def _judge(status: int, envelope: Envelope, asked: Asked) -> GatewayResult:
    is_success = 200 <= status < 300
    if is_success and envelope.is_success:
        return _read_success(status, envelope, asked)
    if is_success or is_approved(envelope.transaction):
        return _unknown(Fault.UNREADABLE, "Clearent's answer contradicts itself")
    if status in _KEY_REFUSALS:
        return _key_refused(envelope)
    if status == 404:
        return _not_found(envelope, asked)
    if status in _REFUSALS:
        return _refused(status, envelope)
    if status == 402:
        return _read_refusal(envelope)
    if status in _BUSY:
        return _unknown(Fault.BUSY, f"Clearent is busy (HTTP {status})")
    fault = Fault.NO_ANSWER if status >= 500 else Fault.UNREADABLE
    return _unknown(fault, f"Clearent failed with HTTP {status}")


def _read_success(status: int, envelope: Envelope, asked: Asked) -> GatewayResult:
    transaction = envelope.transaction
    if _names_a_duplicate(transaction):
        return _duplicate(envelope)
    if fields.flag(transaction.get("partial-approved")):
        result = _unknown(Fault.PARTIAL_APPROVAL, "Clearent approved only part of the amount")
        return replace(result, transaction_id=envelope.transaction_id)
    if is_approved(transaction) and envelope.transaction_id:
        return _approved(envelope, asked)
    known = result_codes.look_up(envelope.code, status)
    if transaction.get("result") == "DECLINED" and known and known.meaning is Meaning.DECLINE:
        return _declined(known, envelope)
    return _unknown(Fault.UNREADABLE, f"Clearent's answer could not be read (HTTP {status})")


def _names_a_duplicate(transaction: Mapping[str, object]) -> bool:
    message = str(transaction.get("display-message", "")).lower()
    is_repeat = "previously approved" in message or "duplicate" in message
    return is_repeat or bool(fields.flag(transaction.get("check-field-duplicate")))


def _approved(envelope: Envelope, asked: Asked) -> GatewayResult:
    transaction = envelope.transaction
    amount_cents, fee_cents = split_amount(transaction)
    return GatewayResult(
        outcome=Outcome.APPROVED,
        transaction_id=envelope.transaction_id,
        kind=_kind(transaction, asked),
        reference=_reference(transaction, asked),
        amount_cents=amount_cents,
        service_fee_cents=fee_cents,
        currency=fields.word(transaction.get("currency")) or None,
        code=envelope.code,
        staff_message="Approved",
        authorization_code=fields.word(transaction.get("authorization-code"), fields.SHORT),
        batch_id=fields.word(transaction.get("batch-string-id"), fields.SHORT).lstrip("0"),
        card=card_details(transaction),
        stored_card=_stored_card(envelope, card_details(transaction)),
    )


def _kind(transaction: Mapping[str, object], asked: Asked) -> Kind | None:
    """The kind the answer names; a refund to a card is called a refund in some answers."""
    kind = kind_of(transaction)
    same = {(Kind.REFUND, Kind.CREDIT_REFUND), (Kind.AUTHORIZE, Kind.STORE_CARD)}
    return asked.kind if kind and (kind, asked.kind) in same else kind


def _reference(transaction: Mapping[str, object], asked: Asked) -> str | None:
    """The reference the answer names. A void may name the sale's: that says nothing of ours."""
    reference = reference_of(transaction) or None
    return None if asked.kind is Kind.VOID and reference != asked.reference else reference


def _stored_card(envelope: Envelope, details: CardDetails) -> StoredCard | None:
    token = envelope.link("token")
    return StoredCard(token=token, details=details) if token else None


def _read_refusal(envelope: Envelope) -> GatewayResult:
    """HTTP 402: a decline, a duplicate, or something that only sounds like one."""
    codes = [code for code in (envelope.code, envelope.error_code) if code]
    known = [found for code in codes if (found := result_codes.look_up(code, 402))]
    if any(found.meaning is Meaning.DUPLICATE for found in known):
        return _duplicate(envelope)
    main = result_codes.look_up(envelope.code, 402)
    if main and main.meaning in _UNCLEAR:
        result = _unknown(Fault.NO_ANSWER, main.staff)
        return replace(result, code=main.code, transaction_id=envelope.transaction_id)
    if main and (main.meaning in _FINAL or envelope.is_declined or not envelope.transaction):
        return _declined(main, envelope)
    if envelope.is_declined:
        return _declined(_unlisted(envelope.code), envelope)
    return _unknown(Fault.UNREADABLE, "Clearent refused without a reason that can be read")


def _unlisted(code: str) -> ResultCode:
    return ResultCode(
        code=code,
        meaning=Meaning.DECLINE,
        staff=f"Clearent declined with a code that its list does not have (code {code or '-'})",
        buyer=result_codes.DECLINED,
    )


def _declined(known: ResultCode, envelope: Envelope) -> GatewayResult:
    return GatewayResult(
        outcome=Outcome.DECLINED,
        transaction_id=envelope.transaction_id,
        code=known.code,
        buyer_message=known.buyer,
        staff_message=known.staff,
        retry_other_card=known.retry_other_card,
        never_retry=known.never_retry,
        card=card_details(envelope.transaction),
    )


def _duplicate(envelope: Envelope) -> GatewayResult:
    result = _unknown(Fault.DUPLICATE, "Clearent took it for an earlier transaction")
    return replace(result, code=envelope.code, transaction_id=envelope.transaction_id)


def _key_refused(envelope: Envelope) -> GatewayResult:
    """The same answer comes for a bad key and for a card form's token used twice or too old."""
    staff = "Clearent refused the API key, or the card form's token. Test the connection."
    result = rejected(staff, buyer=result_codes.ENTER_AGAIN)
    return replace(result, fault=Fault.KEY_REFUSED, code=envelope.code)


def _not_found(envelope: Envelope, asked: Asked) -> GatewayResult:
    charges = (Kind.SALE, Kind.AUTHORIZE, Kind.STORE_CARD, Kind.CREDIT_REFUND)
    if asked.kind not in charges or not envelope.is_readable:
        return replace(rejected("Clearent found nothing to act on."), code=envelope.code)
    result = rejected("Clearent no longer has this card.", buyer=result_codes.CARD_GONE)
    return replace(
        result, fault=Fault.CARD_GONE, code=envelope.code, retry_other_card=True, never_retry=True
    )


def _refused(status: int, envelope: Envelope) -> GatewayResult:
    known = result_codes.look_up(envelope.code, status)
    staff = known.staff if known else f"Clearent refused the request (HTTP {status})"
    result = rejected(staff, buyer=known.buyer if known else result_codes.NOT_TAKEN)
    return replace(result, code=envelope.code)


def _unknown(fault: Fault, staff: str) -> GatewayResult:
    return GatewayResult(
        outcome=Outcome.UNKNOWN,
        buyer_message=result_codes.CONFIRMING,
        staff_message=f"{staff}. The payment is looked up; do not repeat it.",
        fault=fault,
    )
