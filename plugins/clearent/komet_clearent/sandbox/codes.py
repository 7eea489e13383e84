"""Result codes with the HTTP status and the words that go with them."""

from typing import NamedTuple


class Code(NamedTuple):
    """One result code of the vendor's table."""

    status: int
    words: str


CODES = {
    "000": Code(200, "Transaction approved"),
    "003": Code(402, "Card expired"),
    "004": Code(402, "Expired card"),
    "005": Code(402, "Card suspended"),
    "006": Code(402, "PIN tries exceeded"),
    "007": Code(402, "Refer to issuer"),
    "008": Code(402, "Invalid amount"),
    "009": Code(400, "Invalid card number"),
    "010": Code(402, "Account not found"),
    "011": Code(400, "Invalid request"),
    "012": Code(402, "Not Sufficient Funds"),
    "013": Code(402, "Transaction not permitted to cardholder"),
    "014": Code(402, "Exceeds amount limit"),
    "015": Code(402, "Transaction not permitted"),
    "016": Code(402, "Frequency limit exceeded"),
    "017": Code(402, "Card not active"),
    "018": Code(400, "Invalid PIN"),
    "020": Code(400, "Invalid currency"),
    "021": Code(402, "Invalid security code"),
    "022": Code(400, "Cash back amount exceeded"),
    "023": Code(402, "Declined by issuer"),
    "024": Code(402, "Previously reversed"),
    "025": Code(402, "Exceeds refundable amount"),
    "026": Code(402, "Invalid card number"),
    "027": Code(402, "Original transaction not found"),
    "030": Code(402, "Invalid merchant id"),
    "031": Code(402, "Did not complete, please retry"),
    "032": Code(402, "Duplicate transaction"),
    "033": Code(402, "Capture card"),
    "034": Code(402, "Lost card"),
    "039": Code(402, "Not reconciled, totals provided"),
    "040": Code(402, "No Opened Batch"),
    "041": Code(400, "Field validation failed"),
    "042": Code(401, "UNAUTHORIZED"),
    "043": Code(400, "Amount below minimum"),
    "044": Code(400, "Amount above maximum"),
    "045": Code(402, "Duplicate transaction"),
    "046": Code(402, "Address verification not accepted"),
    "047": Code(402, "Security code answer not accepted"),
    "049": Code(500, "No response from server"),
    "050": Code(500, "Internal error"),
    "051": Code(500, "Could not connect"),
    "057": Code(402, "Issuer timed out"),
    "058": Code(402, "Issuer unavailable"),
    "059": Code(402, "Duplicate transmission"),
    "073": Code(500, "Other system error"),
    "085": Code(404, "Object not found"),
    "086": Code(400, "Accept header not supported"),
    "087": Code(400, "No more than 10 metadata keys"),
    "088": Code(400, "Request body missing"),
    "090": Code(400, "Request body malformed"),
    "091": Code(404, "Object not found"),
    "092": Code(405, "Method not allowed"),
}


def status_of(code: str) -> int:
    """HTTP status that usually carries the code; an unlisted one counts as a decline."""
    return CODES[code].status if code in CODES else 402


def words_of(code: str) -> str:
    """What the gateway says to the cashier about the code."""
    return CODES[code].words if code in CODES else "Declined"
