"""What each fault does to a call that it meets."""

import copy
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Response

from . import search, wire
from .amounts import cents, dollars
from .asked import Call
from .envelope import Refused, Reply, refusal, unauthorized
from .faults import Fault
from .gateway import answer, caller, read
from .ledger import authorization_code
from .outcomes import answered
from .state import Sandbox
from .transactions import Transaction

_HOLD_SECONDS = 120
_BARE = '{"code":"200","status":"success"}'
Change = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A call, the fault that meets it, and the connection it came on."""

    sandbox: Sandbox
    call: Call
    connection: socket.socket
    fault: Fault

    def book(self) -> Reply:
        """Handle the call as if nothing were wrong, and notify."""
        reply = answer(self.sandbox, self.call)
        self.sandbox.webhooks.send(reply, self.sandbox.assumptions)
        return reply

    def book_if_due(self) -> str:
        """Handle the call unless the fault spares it; the text of what would be answered."""
        return self.book().text(self.sandbox.assumptions) if self.fault.books else _BARE

    def say(self, reply: Reply) -> Response:
        """Answer in the ordinary way."""
        return respond(reply, self.sandbox)


def respond(reply: Reply, sandbox: Sandbox) -> Response:
    """An answer as it goes over the wire."""
    text = reply.text(sandbox.assumptions)
    return Response(text, reply.status, mimetype="application/json")


def misbehave(exchange: Exchange) -> Response:
    """Let the fault have its way with the call."""
    return _ACTS[exchange.fault.name](exchange)


def _reset(exchange: Exchange) -> Response:
    exchange.book_if_due()
    return wire.reset(exchange.connection)


def _silence(exchange: Exchange) -> Response:
    exchange.book_if_due()
    seconds = exchange.fault.seconds
    return wire.silence(exchange.connection, seconds, exchange.sandbox.stopping)


def _book_late(exchange: Exchange) -> Response:
    stopping = exchange.sandbox.stopping

    def later() -> None:
        if not stopping.wait(exchange.fault.seconds):
            exchange.book()

    threading.Thread(target=later, name="late booking", daemon=True).start()
    return wire.silence(exchange.connection, _HOLD_SECONDS, stopping)


def _refuse(refused: Refused, **headers: str) -> Callable[[Exchange], Response]:
    def act(exchange: Exchange) -> Response:
        exchange.book_if_due()
        response = exchange.say(refused.reply)
        response.headers.update(headers)
        return response

    return act


def _unauthorized(status: int) -> Callable[[Exchange], Response]:
    def act(exchange: Exchange) -> Response:
        exchange.book_if_due()
        return exchange.say(unauthorized(exchange.sandbox.clock.now(), status=status).reply)

    return act


def _page(status: int, title: str) -> Callable[[Exchange], Response]:
    """What a proxy in front of the gateway says when the gateway is away."""

    def act(exchange: Exchange) -> Response:
        exchange.book_if_due()
        page = f"<html><head><title>{status} {title}</title></head><body>{title}</body></html>"
        return Response(page, status, mimetype="text/html")

    return act


def _body(text: str) -> Callable[[Exchange], Response]:
    def act(exchange: Exchange) -> Response:
        exchange.book_if_due()
        return Response(text, 200, mimetype="application/json")

    return act


def _decline(exchange: Exchange) -> Response:
    declined = replace(exchange.call, issuer_code=exchange.fault.code)
    return exchange.say(replace(exchange, call=declined).book())


def _previously_approved(exchange: Exchange) -> Response:
    """The latest approved transaction of the same type; without one, a nameless duplicate."""
    try:
        route, asked = read(exchange.sandbox, exchange.call)
    except Refused as refused:
        return exchange.say(refused.reply)
    kind = route.kind or asked.text("type").upper()
    rows = exchange.sandbox.ledger.rows()
    ours = [row for row in rows if row.account == asked.account.label and row.counts]
    other = next((row for row in reversed(ours) if row.kind == kind), None)
    if other is None:
        return exchange.say(refusal("045").reply)
    words = {"display-message": "Transaction was previously approved"}
    return exchange.say(answered(asked, other, shown=words))


def _partial(exchange: Exchange) -> Response:
    body = exchange.call.json() or {}
    wanted = cents(body.get("amount"))
    if wanted is None:
        return exchange.say(exchange.book())
    halved = {**body, "amount": dollars(wanted // 2)}
    fee = cents(body.get("service-fee"))
    if fee:
        halved["service-fee"] = dollars(fee // 2)
    half = replace(exchange.call, raw=json.dumps(halved).encode())
    reply = answer(exchange.sandbox, half)
    shown = {"partial-approved": "true", "original-amount": dollars(wanted)}
    altered = _altered(reply, lambda transaction: transaction.update(shown))
    _mark_partial(exchange.sandbox, reply, wanted)
    exchange.sandbox.webhooks.send(altered, exchange.sandbox.assumptions)
    return exchange.say(altered)


def _mark_partial(sandbox: Sandbox, reply: Reply, wanted: int) -> None:
    transaction = (reply.payload or {}).get("transaction", {})
    row = sandbox.ledger.find(int(transaction.get("id", 0)))
    if row is not None and row.is_approved:
        with sandbox.ledger.changing():
            row.partial, row.original_cents = True, wanted
            sandbox.ledger.keep(row)


def _alter(change: Change) -> Callable[[Exchange], Response]:
    def act(exchange: Exchange) -> Response:
        return exchange.say(_altered(exchange.book(), change))

    return act


def _altered(reply: Reply, change: Change) -> Reply:
    """The answer with every transaction in it changed; the books stay as they are."""
    payload = copy.deepcopy(dict(reply.payload or {}))
    found = payload.get("transactions", {}).get("transaction", [])
    listed = found if isinstance(found, list) else [found]
    for transaction in [*listed, *filter(None, [payload.get("transaction")])]:
        change(transaction)
    return replace(reply, payload=payload or None)


def _one_dollar_more(transaction: dict[str, Any]) -> None:
    if "amount" in transaction:
        transaction["amount"] = dollars((cents(transaction["amount"]) or 0) + 100)


def _without(*names: str) -> Change:
    def change(transaction: dict[str, Any]) -> None:
        for name in names:
            transaction.pop(name, None)

    return change


def _drip(exchange: Exchange) -> Response:
    text = exchange.book_if_due()
    return wire.drip(text, exchange.fault.seconds, exchange.sandbox.stopping)


def _cut_short(exchange: Exchange) -> Response:
    return wire.cut_short(exchange.book_if_due())


def _huge(exchange: Exchange) -> Response:
    exchange.book_if_due()
    return wire.huge()


def _redirect(exchange: Exchange) -> Response:
    """To another name of this very gateway: a caller that follows has the call booked."""
    exchange.book_if_due()
    port, call = exchange.connection.getsockname()[1], exchange.call
    query = f"?{urlencode(call.query)}" if call.query else ""
    return Response("", 307, {"Location": f"http://localhost:{port}/rest/v2{call.path}{query}"})


def _nothing_found(exchange: Exchange) -> Response:
    return exchange.say(Reply(status=204))


def _lookup_twice(exchange: Exchange) -> Response:
    """Book a twin of the first approved transaction that the search finds, then search."""
    try:
        _, asked = read(exchange.sandbox, exchange.call)
        with exchange.sandbox.ledger.changing():
            found = next((row for row in search.matching(asked) if row.counts), None)
            if found is not None:
                exchange.sandbox.ledger.book(_twin(exchange.sandbox, found))
    except Refused as refused:
        return exchange.say(refused.reply)
    return exchange.say(exchange.book())


def _twin(sandbox: Sandbox, row: Transaction) -> Transaction:
    return replace(
        row,
        id=sandbox.ledger.next_id(),
        created=sandbox.clock.now(),
        authorization_code=authorization_code(),
        batch=None,
    )


def _notify_first(exchange: Exchange) -> Response:
    reply = answer(exchange.sandbox, exchange.call)
    exchange.sandbox.webhooks.deliver(reply, exchange.sandbox.assumptions)
    return exchange.say(reply)


def _storm(exchange: Exchange) -> Response:
    reply = answer(exchange.sandbox, exchange.call)
    exchange.sandbox.webhooks.storm(reply, exchange.sandbox.assumptions)
    return exchange.say(reply)


def _close_batch_first(exchange: Exchange) -> Response:
    account = caller(exchange.sandbox, exchange.call)
    if account is not None:
        exchange.sandbox.ledger.close_batch(account.label, exchange.sandbox.clock.now())
    return exchange.say(exchange.book())


_INTERNAL_ERROR = _refuse(refusal("050"))
_TOO_MANY = _refuse(refusal("042", "Too many requests", status=429), **{"Retry-After": "1"})
_ACTS: dict[str, Callable[[Exchange], Response]] = {
    "reset_before_booking": _reset,
    "reset_after_booking": _reset,
    "silence_before_booking": _silence,
    "silence_after_booking": _silence,
    "book_late": _book_late,
    "error_500_before": _INTERNAL_ERROR,
    "error_500_after": _INTERNAL_ERROR,
    "html_502": _page(502, "Bad Gateway"),
    "html_503": _page(503, "Service Unavailable"),
    "html_504": _page(504, "Gateway Timeout"),
    "rate_limited_429": _TOO_MANY,
    "rate_limited_after_booking": _TOO_MANY,
    "unauthorized_401": _unauthorized(401),
    "forbidden_403": _unauthorized(403),
    "decline_402": _decline,
    "duplicate_402_045": _refuse(refusal("045")),
    "previously_approved_other": _previously_approved,
    "unparsable": _body('{"code":"200","status":"succ<!-- '),
    "cut_short": _cut_short,
    "empty_200": _body(""),
    "wrong_type": _body('["200","success"]'),
    "partial_approval": _partial,
    "other_amount": _alter(_one_dollar_more),
    "other_currency": _alter(lambda transaction: transaction.update(currency="EUR")),
    "other_reference": _alter(
        lambda transaction: transaction.update({"invoice": "SOMEONE-ELSE", "order-id": "OTHER-1"})
    ),
    "missing_amount": _alter(_without("amount")),
    "missing_reference": _alter(_without("invoice", "order-id")),
    "drip": _drip,
    "huge": _huge,
    "redirect": _redirect,
    "lookup_down": _page(503, "Service Unavailable"),
    "lookup_empty": _nothing_found,
    "lookup_twice": _lookup_twice,
    "webhook_before_answer": _notify_first,
    "webhook_storm": _storm,
    "close_batch_before": _close_batch_first,
}
