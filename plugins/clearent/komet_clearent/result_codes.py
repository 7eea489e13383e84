"""Clearent's result codes: what each one means for the money, the buyer and the staff.

Rule: the vendor's table of result codes, with the rows of docs/clearent.md, "Result codes".
One number can mean different things, so the HTTP status takes part in the answer.
"""

from dataclasses import dataclass
from enum import StrEnum

from komet_shop.plugin_api import N_


class Meaning(StrEnum):
    """What a code says about the money."""

    APPROVED = "approved"
    DECLINE = "decline"
    """An explicit no from the card's bank or the account's own rules."""
    STATE = "state"
    """The earlier transaction or the batch does not allow it."""
    RETRYABLE = "retryable"
    """It did not get through; whether it counted must be looked up before anybody repeats it."""
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    INPUT = "input"
    SETUP = "setup"
    NOT_FOUND = "not_found"
    DEVICE = "device"


DECLINED = N_("Your card was declined. Try another card or ask your bank.")
EXPIRED = N_("This card has expired. Use another card.")
OVER_LIMIT = N_(
    "Your bank did not allow this amount on this card. Try another card or ask your bank."
)
CARD_GONE = N_("This card can no longer be used. Choose another card or enter it again.")
NOT_TAKEN = N_("Card payments do not work just now. Your card was not charged. Try again later.")
CONFIRMING = N_("We are confirming your payment with the bank. Please do not pay again.")
UNCHANGED = N_("This payment could not be changed. Nothing was moved.")
ENTER_AGAIN = N_("Your card was not charged. Enter it again, or use another card.")

_BUYER = {
    Meaning.APPROVED: "",
    Meaning.DECLINE: DECLINED,
    Meaning.STATE: UNCHANGED,
    Meaning.RETRYABLE: CONFIRMING,
    Meaning.UNKNOWN: CONFIRMING,
    Meaning.DUPLICATE: CONFIRMING,
    Meaning.INPUT: NOT_TAKEN,
    Meaning.SETUP: NOT_TAKEN,
    Meaning.NOT_FOUND: CARD_GONE,
    Meaning.DEVICE: N_("The card terminal did not finish. Ask at the counter."),
}


@dataclass(frozen=True, kw_only=True)
class ResultCode:
    """A code with the words for it.

    `buyer` never tells an address or security-code reason: that helps people who test stolen
    cards. `never_retry`: card networks fine merchants who try such a card again.
    """

    code: str
    meaning: Meaning
    staff: str
    buyer: str
    never_retry: bool = False

    @property
    def retry_other_card(self) -> bool:
        """Whether the same buyer may well succeed with another card."""
        return self.meaning is Meaning.DECLINE


def look_up(code: str, http_status: int | None = None) -> ResultCode | None:
    """The meaning of a code at this HTTP status; None when the vendor lists no such code."""
    known = "000" if code == "0000" else code
    return _CODES.get((known, http_status)) or _CODES.get((known, None))


_HARD = frozenset(
    {"003", "004", "005", "006", "010", "013", "015", "017", "026", "033", "034", "035"}
)
_BUYER_VARIANTS = {
    "003": EXPIRED,
    "004": EXPIRED,
    "009": ENTER_AGAIN,
    "014": OVER_LIMIT,
    "016": OVER_LIMIT,
    "018": DECLINED,
}


def _code(code: str, meaning: Meaning, staff: str) -> ResultCode:
    is_decline = meaning is Meaning.DECLINE
    usual = meaning in (Meaning.DECLINE, Meaning.INPUT)
    buyer = _BUYER_VARIANTS.get(code, _BUYER[meaning]) if usual else _BUYER[meaning]
    return ResultCode(
        code=code,
        meaning=meaning,
        staff=f"{staff} (code {code})",
        buyer=buyer,
        never_retry=is_decline and code in _HARD,
    )


# Codes whose meaning hangs on the HTTP status come with it; the others hold at any status.
_TABLE: tuple[tuple[str, int | None, Meaning, str], ...] = (
    ("000", None, Meaning.APPROVED, "Approved"),
    ("001", None, Meaning.DEVICE, "Clearent could not reach the card terminal"),
    ("001", 404, Meaning.NOT_FOUND, "Clearent has no such signature"),
    ("002", 402, Meaning.DECLINE, "The issuer asks for a voice approval"),
    ("002", 400, Meaning.INPUT, "Clearent did not accept a field of the request"),
    ("002", None, Meaning.UNKNOWN, "Clearent failed to process the batch"),
    ("003", 402, Meaning.DECLINE, "The card has expired"),
    ("003", 400, Meaning.INPUT, "The request named no earlier transaction"),
    ("003", None, Meaning.UNKNOWN, "Clearent failed to process the batch"),
    ("004", None, Meaning.DECLINE, "The card has expired"),
    ("005", None, Meaning.DECLINE, "The card is suspended"),
    ("006", None, Meaning.DECLINE, "Too many wrong PINs"),
    ("007", None, Meaning.DECLINE, "The issuer wants a call before it approves"),
    ("008", None, Meaning.DECLINE, "The issuer does not accept this amount"),
    ("009", None, Meaning.INPUT, "The card number is not valid"),
    ("010", None, Meaning.DECLINE, "The card's account was not found"),
    ("011", None, Meaning.INPUT, "Clearent calls the request invalid"),
    ("012", None, Meaning.DECLINE, "Not enough money on the card"),
    ("013", None, Meaning.DECLINE, "The card holder may not make this payment"),
    ("014", None, Meaning.DECLINE, "The amount is above the card's limit"),
    ("015", None, Meaning.DECLINE, "This kind of transaction is not permitted on the card"),
    ("016", None, Meaning.DECLINE, "The card was used too often"),
    ("017", None, Meaning.DECLINE, "The card is not active"),
    ("018", 402, Meaning.DECLINE, "The PIN or security code is wrong"),
    ("018", None, Meaning.INPUT, "The PIN or security code is wrong"),
    ("019", None, Meaning.UNKNOWN, "The PIN key is out of step"),
    ("020", None, Meaning.INPUT, "Clearent takes US dollars only"),
    ("021", None, Meaning.DECLINE, "The security code is wrong"),
    ("022", None, Meaning.INPUT, "The cash-back amount is too high"),
    ("023", None, Meaning.DECLINE, "The issuer declined without a reason"),
    ("024", None, Meaning.STATE, "The transaction was already voided"),
    ("025", None, Meaning.STATE, "The amount is more than what is left to refund"),
    ("026", None, Meaning.DECLINE, "The issuer does not know this card number"),
    ("027", None, Meaning.STATE, "The earlier transaction was not found or its batch is closed"),
    ("028", None, Meaning.SETUP, "The terminal is not valid. Ask Clearent's support"),
    ("029", None, Meaning.SETUP, "The terminal is not active. Ask Clearent's support"),
    ("030", None, Meaning.SETUP, "The merchant id is not valid. Ask Clearent's support"),
    ("031", None, Meaning.RETRYABLE, "The transaction did not complete"),
    ("032", None, Meaning.DUPLICATE, "The processor calls it a duplicate transaction"),
    ("033", None, Meaning.DECLINE, "The issuer wants the card to be kept"),
    ("034", None, Meaning.DECLINE, "The card was reported lost"),
    ("035", None, Meaning.DECLINE, "The card was probably reported stolen"),
    ("036", None, Meaning.APPROVED, "Advice accepted"),
    ("038", None, Meaning.STATE, "The batch is reconciled already"),
    ("039", None, Meaning.STATE, "The batch totals do not agree"),
    ("040", None, Meaning.STATE, "No batch is open"),
    ("041", None, Meaning.INPUT, "Clearent did not accept a field of the request"),
    ("042", None, Meaning.SETUP, "Clearent refused the API key"),
    ("043", None, Meaning.INPUT, "The amount is below the account's minimum"),
    ("044", None, Meaning.INPUT, "The amount is above the account's maximum"),
    ("045", None, Meaning.DUPLICATE, "Clearent calls it a duplicate"),
    ("046", None, Meaning.DECLINE, "The account's address rule refused the card"),
    ("047", None, Meaning.DECLINE, "The account's security code rule refused the card"),
    ("048", None, Meaning.DECLINE, "The account's security code rule refused the card"),
    ("049", None, Meaning.UNKNOWN, "Clearent got no answer from its processor"),
    ("050", None, Meaning.UNKNOWN, "Clearent had an internal error"),
    ("051", None, Meaning.UNKNOWN, "Clearent could not connect to its processor"),
    ("052", None, Meaning.UNKNOWN, "Clearent had an internal error"),
    ("053", None, Meaning.UNKNOWN, "Clearent had an internal error"),
    ("054", None, Meaning.INPUT, "Clearent did not accept a data element"),
    ("055", None, Meaning.SETUP, "The account's acquirer is not supported"),
    ("056", None, Meaning.SETUP, "The processor's destination was not found"),
    ("057", None, Meaning.RETRYABLE, "The issuer did not answer in time"),
    ("058", None, Meaning.RETRYABLE, "The issuer could not be reached"),
    ("059", None, Meaning.DUPLICATE, "The processor calls it a duplicate transmission"),
    ("060", None, Meaning.UNKNOWN, "Clearent's database had an error"),
    ("061", None, Meaning.STATE, "The transaction was aborted"),
    ("068", None, Meaning.SETUP, "The API key or its terminal is inactive, locked or disabled"),
    ("082", None, Meaning.NOT_FOUND, "Clearent has no such transaction"),
    ("084", None, Meaning.SETUP, "Clearent refused the API key"),
    ("085", None, Meaning.NOT_FOUND, "Clearent has no such object"),
    ("086", None, Meaning.INPUT, "Clearent cannot answer in the form that was asked for"),
    ("087", None, Meaning.INPUT, "The request carried more than ten extra values"),
    ("088", None, Meaning.INPUT, "The request had no body"),
    ("089", None, Meaning.APPROVED, "Deleted"),
    ("090", None, Meaning.INPUT, "The request could not be read"),
    ("091", 402, Meaning.STATE, "The saved card belongs to a payment plan"),
    ("091", None, Meaning.NOT_FOUND, "Clearent has no such object"),
    ("092", None, Meaning.INPUT, "Clearent does not offer this call"),
    ("867", None, Meaning.UNKNOWN, "The text message could not be sent"),
    ("880", None, Meaning.DEVICE, "The card terminal could not read the request"),
    ("881", None, Meaning.DEVICE, "This way of reaching the card terminal is not supported"),
    ("882", None, Meaning.DEVICE, "The card terminal cannot do this kind of transaction"),
    ("883", None, Meaning.DEVICE, "The card terminal is not connected"),
    ("884", None, Meaning.DEVICE, "No card terminal belongs to this API key"),
    ("885", None, Meaning.DEVICE, "The card terminal service is switched off"),
    ("886", None, Meaning.DEVICE, "Clearent could not reach the card terminal's service"),
    ("887", None, Meaning.DEVICE, "The transaction failed or was cancelled at the card terminal"),
    ("888", None, Meaning.DEVICE, "The card terminal's answer could not be read"),
    ("889", None, Meaning.DEVICE, "The card terminal could not save the card"),
    ("890", None, Meaning.INPUT, "The request names two different kinds of transaction"),
)
_RANGES: tuple[tuple[tuple[int, ...], Meaning, str], ...] = (
    ((62, 63, 64, 65, 66, 67, 69, 70), Meaning.SETUP, "Clearent's set-up of the account fails"),
    ((71, 72, 73), Meaning.UNKNOWN, "Clearent had a system error"),
    ((74, 81, 93, 94), Meaning.INPUT, "Clearent calls the request invalid"),
    (tuple(range(280, 296)), Meaning.INPUT, "Clearent refused a bank account request"),
)
_CODES: dict[tuple[str, int | None], ResultCode] = {
    (code, status): _code(code, meaning, staff) for code, status, meaning, staff in _TABLE
} | {
    (f"{number:03d}", None): _code(f"{number:03d}", meaning, staff)
    for numbers, meaning, staff in _RANGES
    for number in numbers
}
