"""Sale, authorization, forced sale and refund to a card: what a presented card goes through."""

from .asked import Asked
from .cards import Card, has_expired
from .charge_request import ChargeRequest, check_fields, one_time_card, read_card, read_charge
from .codes import status_of, words_of
from .duplicates import answer as duplicate_answer
from .envelope import Reply, link, refusal
from .ledger import authorization_code
from .outcomes import approved, declined
from .transactions import AUTH, FORCED_SALE, SALE, UNMATCHED_REFUND, Transaction
from .triggers import code_for

REFUSED_SECURITY_CODE = "666"
MATCHING_SECURITY_CODE = "999"
MATCHING_ZIP = "85284"


def sale(asked: Asked) -> Reply:
    """Authorize and capture."""
    return _charge(asked, SALE)


def auth(asked: Asked) -> Reply:
    """Hold funds; an amount of 0.00 checks a card, or stores it."""
    return _charge(asked, AUTH)


def forced_sale(asked: Asked) -> Reply:
    """Take what the issuer authorized by voice."""
    if not asked.text("authorization-code"):
        raise refusal("041", "authorization-code is required", service=asked.service)
    return _charge(asked, FORCED_SALE)


def unmatched_refund(asked: Asked) -> Reply:
    """Send money to a card that need not have paid before."""
    return _charge(asked, UNMATCHED_REFUND)


def _charge(asked: Asked, kind: str) -> Reply:
    card = _presented(asked, used=False)
    charge = read_charge(asked, kind, card=card)
    check_fields(asked)
    with asked.sandbox.ledger.changing():
        if asked.mobile:
            card = _presented(asked, used=True)
        repeated = duplicate_answer(asked, charge)
        return repeated or _decide(asked, charge)


def _presented(asked: Asked, *, used: bool) -> Card:
    return one_time_card(asked, used=used) if asked.mobile else read_card(asked)


def _decide(asked: Asked, charge: ChargeRequest) -> Reply:
    if asked.call.issuer_code:
        return _decline(asked, charge, asked.call.issuer_code)
    code = _card_code(asked, charge)
    if code == "018":
        # The vendor's own sample of a wrong security code: two codes, and not "DECLINED".
        row = _row(asked, charge, result="INVALID_REQUEST", result_code="018")
        row.message = words_of("021")
        return declined(asked, row, error_code="073")
    code = code or code_for(charge.base_cents, asked.assumptions, mobile=asked.mobile)
    if status_of(code) not in (200, 402):
        raise refusal(code, service=asked.service)
    return _approve(asked, charge) if code == "000" else _decline(asked, charge, code)


def _decline(asked: Asked, charge: ChargeRequest, code: str) -> Reply:
    return declined(asked, _row(asked, charge, result="DECLINED", result_code=code))


def _card_code(asked: Asked, charge: ChargeRequest) -> str:
    """Why the card itself cannot be charged; empty when it can."""
    if charge.card.unusable:
        return charge.card.unusable
    if has_expired(charge.card.expiry, asked.now):
        return "003"
    if charge.kind == UNMATCHED_REFUND and not asked.assumptions.unmatched_refund_allowed:
        return "015"
    return "018" if charge.card.security_code == REFUSED_SECURITY_CODE else ""


def _approve(asked: Asked, charge: ChargeRequest) -> Reply:
    row = _row(asked, charge)
    row.pending = charge.kind == AUTH
    refused = _refused_by_letters(asked, row)
    if refused:
        row.voided, row.pending = True, False
        row.result, row.result_code, row.message = "DECLINED", refused, words_of(refused)
        return declined(asked, row)
    links = []
    stored = asked.says("create-token") and not asked.assumptions.token_step_fails
    if stored and not charge.card.token:
        card = asked.sandbox.vault.store(
            charge.card,
            asked.account.label,
            asked.now,
            description=asked.text("token-description"),
            avs_zip=_zip(asked),
        )
        row.token = card.token_id
        links = [link("token", f"/tokens/{row.token}", row.token)]
    elif charge.card.token:
        _count_use(asked, charge.card.token)
    return approved(asked, row, links=links, security_code=charge.card.security_code)


def _row(
    asked: Asked, charge: ChargeRequest, *, result: str = "APPROVED", result_code: str = "000"
) -> Transaction:
    forced = charge.kind == FORCED_SALE
    return Transaction(
        id=asked.sandbox.ledger.next_id(),
        account=asked.account.label,
        kind=charge.kind,
        amount_cents=charge.total_cents,
        created=asked.now,
        base_cents=charge.base_cents,
        tip_cents=charge.tip_cents,
        fee_cents=charge.fee_cents,
        fee_refused=charge.fee_refused,
        result=result,
        result_code=result_code,
        message=words_of(result_code),
        authorization_code=_authorization(asked, result_code, forced=forced),
        invoice=charge.invoice,
        order_id=charge.order_id,
        card_last4=charge.card.last4,
        card_brand=charge.card.brand,
        card_expiry=charge.card.expiry,
        token=charge.card.token,
        avs=_avs_letter(asked),
        csc=_csc_letter(charge.card),
        echoes=charge.echoes,
    )


def _authorization(asked: Asked, result_code: str, *, forced: bool) -> str:
    if forced:
        return asked.text("authorization-code")
    return authorization_code() if result_code == "000" else ""


def _zip(asked: Asked) -> str:
    billing = asked.body.get("billing")
    return str(billing.get("zip", "")) if isinstance(billing, dict) else ""


def _avs_letter(asked: Asked) -> str:
    """Y for the vendor's test ZIP, N for another, U (unavailable) for none."""
    given = _zip(asked)
    return "Y" if given.startswith(MATCHING_ZIP) else "N" if given else "U"


def _csc_letter(card: Card) -> str:
    """M for the vendor's test code, N for another, P (not processed) for none."""
    code = card.security_code
    return "M" if code == MATCHING_SECURITY_CODE else "N" if code else "P"


def _refused_by_letters(asked: Asked, row: Transaction) -> str:
    """The code of a letter that the terminal's card rules refuse."""
    rules, label = asked.sandbox.card_rules, asked.account.label
    if row.avs in rules.refused(label, "avs"):
        return "046"
    return "047" if row.csc in rules.refused(label, "csc") else ""


def _count_use(asked: Asked, token_id: str) -> None:
    stored = asked.sandbox.vault.find(token_id)
    if stored is not None:
        stored.times_used += 1
        asked.sandbox.vault.keep(stored)
