"""One Clearent account, open: every ability that the shop may ask of it."""

from collections.abc import Callable, Mapping

from komet_clearent import (
    answers,
    card_form,
    messages,
    notifications,
    records,
    result_codes,
    signatures,
)
from komet_clearent.answers import Asked
from komet_clearent.client import Client, NoAnswer, Reply, Request
from komet_shop.plugin_api import (
    N_,
    Account,
    BatchAnswer,
    CaptureRequest,
    CardDetails,
    ChargeRequest,
    ContentSources,
    CreditRequest,
    Deadlines,
    FormRequest,
    Fragment,
    GatewayResult,
    Health,
    Host,
    Kind,
    Lookup,
    LookupRequest,
    Notification,
    RefundRequest,
    StoredCard,
    Transaction,
    VoidRequest,
)

_REFUSED = (401, 403)
_NOT_WHOLE = N_(
    "The public key is not whole. It has 248 characters and starts with 307a: copy it again, "
    "from the first to the last."
)
_NOT_KNOWN = N_("Clearent does not know the public key. Copy it again, from the same terminal.")
_ACCEPTED = N_(
    "Clearent accepts the API key and does not refuse the public key. That both are of the same "
    "terminal only a payment proves: make a trial payment."
)
MOST_PAGES = 500
"""Pages of one search, 50,000 rows: beyond that a gateway is repeating itself."""


class ClearentConnection:
    """Charges, searches, stored cards, batches and notifications of one Clearent terminal."""

    def __init__(self, account: Account, host: Host, deadlines: Deadlines) -> None:
        self._account = account
        self._software = host.software
        self._client = Client(account, host, deadlines)

    def charge(self, request: ChargeRequest) -> GatewayResult:
        """Sale, authorization or card storing. Rule: docs/clearent.md, "Requests"."""
        return self._move(lambda: messages.charge(request, self._software), request.kind, request)

    def capture(self, request: CaptureRequest) -> GatewayResult:
        """Take what was authorized, or part of it; once per authorization."""
        return self._move(lambda: messages.capture(request, self._software), Kind.CAPTURE, request)

    def void(self, request: VoidRequest) -> GatewayResult:
        """Undo a transaction whose batch is open; DECLINED once it is closed."""
        return self._move(lambda: messages.void(request, self._software), Kind.VOID, request)

    def refund(self, request: RefundRequest) -> GatewayResult:
        """Return part or all of a sale to its card; DECLINED above what is left."""
        return self._move(lambda: messages.refund(request, self._software), Kind.REFUND, request)

    def credit(self, request: CreditRequest) -> GatewayResult:
        """Send money to a stored card. Not every account is allowed to."""
        kind = Kind.CREDIT_REFUND
        return self._move(lambda: messages.credit(request, self._software), kind, request)

    def find(self, request: LookupRequest) -> Lookup:
        """Search all terminals of the merchant, all pages. One silent page answers nothing."""
        found: dict[str, Transaction] = {}
        for number in range(MOST_PAGES):
            page = records.read_page(self._client.send(messages.search(request, number)))
            if page is None:
                return Lookup(answered=False)
            found.update((row.id, row) for row in page.transactions if _fits(row, request))
            if page.is_last:
                return Lookup(answered=True, transactions=tuple(found.values()))
        return Lookup(answered=False)

    def describe(self, card: StoredCard) -> CardDetails | None:
        """Brand, last four and expiry as Clearent's vault has them now."""
        return records.read_card(self._ask(lambda: messages.read_card(card)))

    def forget(self, card: StoredCard) -> bool:
        """Delete the card from Clearent's vault."""
        return records.is_card_gone(self._ask(lambda: messages.delete_card(card)))

    def open_batch(self) -> BatchAnswer:
        """The terminal's open batch."""
        return records.read_batch(self._client.send(messages.open_batch()))

    def close_batch(self) -> BatchAnswer:
        """Close the terminal's batch now, ahead of its daily time."""
        return records.read_batch(self._client.send(messages.close_batch(self._software)))

    def read_notification(self, body: bytes, headers: Mapping[str, str]) -> Notification | None:
        """A transaction alert signed by this account's terminal, or None."""
        return notifications.read(body, headers, self._account.settings["public_key"])

    def check(self) -> Health:
        """Two calls that move nothing: they prove the address, and each of the two keys.

        That both keys are of one terminal only a payment proves. Rule: docs/clearent.md, "Keys".
        """
        public_key = self._account.settings["public_key"]
        if not signatures.is_public_key(public_key):
            return Health(ok=False, message=_NOT_WHOLE)
        reply = self._client.send(messages.open_batch())
        if not records.read_batch(reply).answered:
            return Health(ok=False, message=_what_is_wrong(reply))
        reply = self._client.send(messages.present_public_key(public_key))
        if isinstance(reply, NoAnswer):
            return Health(ok=False, message=_what_is_wrong(reply))
        if reply.status in _REFUSED:
            return Health(ok=False, message=_NOT_KNOWN)
        return Health(ok=True, message=_ACCEPTED)

    def card_form(self, request: FormRequest) -> Fragment:
        """Clearent's card fields, in a frame of the gateway's origin."""
        return card_form.fragment(self._account, request)

    def content_sources(self) -> ContentSources:
        """The gateway's origin, for its script, its frame and its answers."""
        return card_form.content_sources(self._account)

    def _move(
        self,
        write: Callable[[], Request],
        kind: Kind,
        request: "_MovesMoney",
    ) -> GatewayResult:
        if request.currency != "USD":
            return answers.rejected("Clearent takes US dollars only. Nothing was sent.")
        try:
            message = write()
        except messages.UnusableCard:
            staff = "The card's token is not one of Clearent's. Nothing was sent."
            return answers.rejected(staff, buyer=result_codes.ENTER_AGAIN)
        asked = Asked(kind=kind, reference=request.reference)
        return answers.read_result(self._client.send(message), asked)

    def _ask(self, write: Callable[[], Request]) -> Reply:
        try:
            return self._client.send(write())
        except messages.UnusableCard:
            return NoAnswer(sent=False, reason="not a token of Clearent")


_MovesMoney = ChargeRequest | CaptureRequest | VoidRequest | RefundRequest | CreditRequest


def _fits(row: Transaction, request: LookupRequest) -> bool:
    """Whether the row was asked for, should the gateway ignore a part of the question."""
    is_named = not request.reference or row.reference == request.reference
    return is_named and (not request.transaction_id or row.id == request.transaction_id)


def _what_is_wrong(reply: Reply) -> str:
    if isinstance(reply, NoAnswer):
        return f"Clearent did not answer ({reply.reason}). Check the address and the network."
    if reply.status in _REFUSED:
        return N_("Clearent refused the API key. Copy it again, or ask Clearent for a new one.")
    return f"Clearent answered with HTTP {reply.status}. Try again, then ask Clearent's support."
