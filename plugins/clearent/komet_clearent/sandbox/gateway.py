"""The gateway's front: finds the call, checks key and body in the documented order, answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import (
    batches,
    card_capture,
    charges,
    followups,
    search,
    settings_calls,
    vault_calls,
)
from .accounts import Account
from .asked import Asked, Call
from .envelope import Refused, Reply, refusal, unauthorized
from .state import Sandbox
from .transactions import AUTH, CAPTURE, FORCED_SALE, REFUND, SALE, VOID

Handler = Callable[[Asked], Reply]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One call of the gateway. `path` is the word by which faults match it."""

    method: str
    pattern: str
    handler: Handler
    path: str
    kind: str = ""
    service: str = "cgw"

    @property
    def is_mobile(self) -> bool:
        """Charges a one-time token."""
        return self.pattern.startswith("/mobile/")


_TYPED: dict[str, tuple[str, str, Handler]] = {
    "sale": ("sale", SALE, charges.sale),
    "auth": ("auth", AUTH, charges.auth),
    "capture": ("capture", CAPTURE, followups.capture),
    "forced-sale": ("sale", FORCED_SALE, charges.forced_sale),
    "refund": ("refund", REFUND, followups.refund),
    "void": ("void", VOID, followups.void),
}
_BY_KIND = {kind: (path, handler) for path, kind, handler in _TYPED.values()}


def _generic(asked: Asked) -> Reply:
    """The untyped path: the body's type decides."""
    return _BY_KIND[asked.text("type").upper()][1](asked)


def _routes() -> tuple[Route, ...]:
    card = "/transactions"
    typed = [
        Route(method="POST", pattern=f"{card}/{name}", handler=handler, path=path, kind=kind)
        for name, (path, kind, handler) in _TYPED.items()
    ]
    mobile = [
        Route(
            method="POST",
            pattern=f"/mobile{card}/{name}",
            handler=charges.unmatched_refund if name == "refund" else _TYPED[name][2],
            path=_TYPED[name][0],
            kind=_TYPED[name][1],
            service="mobile-gateway",
        )
        for name in ("sale", "auth", "forced-sale", "refund")
    ]
    return (*typed, *mobile, *_other_routes())


def _other_routes() -> tuple[Route, ...]:
    one_token, duplicates = r"/tokens/(\w+)", "/settings/transaction/duplicates"
    letters = r"/settings/terminal/(avs|csc)"
    return tuple(
        Route(method=method, pattern=pattern, handler=handler, path=path, service=service)
        for method, pattern, handler, path, service in (
            ("POST", "/transactions", _generic, "sale", "cgw"),
            ("GET", "/transactions", search.search, "search", "cgw"),
            ("PUT", r"/transactions/(\d+)", followups.tip, "tip", "cgw"),
            ("GET", "/tokens", vault_calls.index, "token", "cvl"),
            ("POST", "/tokens", vault_calls.create, "token", "cvl"),
            ("GET", one_token, vault_calls.read, "token", "cvl"),
            ("PUT", one_token, vault_calls.change, "token", "cvl"),
            ("DELETE", one_token, vault_calls.delete, "token", "cvl"),
            ("GET", "/batches/open", batches.show, "batch", "cgw"),
            ("PUT", "/batches/open", batches.close, "batch", "cgw"),
            ("GET", duplicates, settings_calls.show_duplicates, "settings", "gss"),
            ("POST", duplicates, settings_calls.change_duplicates, "settings", "gss"),
            ("PUT", duplicates, settings_calls.change_duplicates, "settings", "gss"),
            ("GET", letters, settings_calls.show_letters, "settings", "gss"),
            ("POST", letters, settings_calls.change_letters, "settings", "gss"),
            ("PUT", letters, settings_calls.change_letters, "settings", "gss"),
            ("POST", "/mobilejwt/manual", card_capture.manual, "jwt", "mobile-jwt"),
            ("POST", "/mobilejwt", card_capture.reader, "jwt", "mobile-jwt"),
        )
    )


ROUTES = _routes()


def answer(sandbox: Sandbox, call: Call) -> Reply:
    """Answer a call; whatever is wrong with it is found in the order the gateway looks."""
    try:
        route, asked = read(sandbox, call)
        return route.handler(asked)
    except Refused as refused:
        return refused.reply


def read(sandbox: Sandbox, call: Call) -> tuple[Route, Asked]:
    """Find the call's handler and check key, body and type.

    Raises:
        Refused: with the answer to what is wrong first.
    """
    route, item = _find(call)
    _check_accept(call)
    account = caller(sandbox, call)
    if account is None:
        raise unauthorized(sandbox.clock.now())
    asked = Asked(
        sandbox=sandbox,
        account=account,
        call=call,
        service=route.service,
        body=_body(call),
        item=item,
        mobile=route.is_mobile,
    )
    _check_type(asked, route)
    return route, asked


def caller(sandbox: Sandbox, call: Call) -> Account | None:
    """The terminal whose key the call carries: the secret one, or the public one for a token."""
    if call.path.startswith("/mobilejwt"):
        return sandbox.account_by("public_key", call.headers.get("public-key"))
    return sandbox.account_by("api_key", call.headers.get("api-key"))


def path_of(call: Call) -> str:
    """The word by which faults match the call; empty for a call that does not exist."""
    route = next((one for one in ROUTES if _fits(one, call) and one.method == call.method), None)
    if route is None:
        return ""
    if route.handler is not _generic:
        return route.path
    kind = str((call.json() or {}).get("type", "")).upper()
    return _BY_KIND[kind][0] if kind in _BY_KIND else route.path


def _find(call: Call) -> tuple[Route, str]:
    fitting = [route for route in ROUTES if _fits(route, call)]
    if not fitting:
        raise refusal("085")
    route = next((one for one in fitting if one.method == call.method), None)
    if route is None:
        raise refusal("092")
    found = re.fullmatch(route.pattern, call.path)
    return route, found[1] if found and found.groups() else ""


def _fits(route: Route, call: Call) -> bool:
    return re.fullmatch(route.pattern, call.path) is not None


def _check_accept(call: Call) -> None:
    accepted = call.headers.get("Accept", "")
    if not any(kind in accepted for kind in ("application/json", "application/*", "*/*")):
        raise refusal("086")


def _body(call: Call) -> dict[str, object]:
    if call.method in ("GET", "DELETE"):
        return {}
    if not call.raw.strip():
        raise refusal("088")
    body = call.json()
    if body is None:
        raise refusal("090")
    return body


def _check_type(asked: Asked, route: Route) -> None:
    """The body's type must agree with the path; only the untyped path needs one."""
    kind = asked.text("type").upper()
    if route.handler is _generic and kind not in _BY_KIND:
        raise refusal("041", "type is required", service=route.service)
    if route.kind and kind not in ("", route.kind):
        raise refusal("041", "type contradicts the path", service=route.service)
    if route.is_mobile and not asked.call.headers.get("mobilejwt"):
        raise unauthorized(asked.now)
    if route.is_mobile and not asked.text("software-type"):
        raise refusal("041", "software-type is required", service=route.service)
    _check_right(asked, route.path if route.kind else path_of(asked.call))


def _check_right(asked: Asked, path: str) -> None:
    """A key can be denied single operations."""
    if path in asked.assumptions.refused_rights.replace(",", " ").split():
        raise unauthorized(asked.now, status=int(asked.assumptions.refused_right_status))
