"""What each route needs: declared beside its view, checked before the view, complete at start."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from komet_shop.domain.permissions import Permission
from komet_shop.web.current import visitor
from komet_shop.web.second_step_policy import SET_UP, is_open_before

View = TypeVar("View", bound=Callable[..., Any])

FRESH_SECONDS = 15 * 60


class UndeclaredRoute(Exception):
    """A route that says neither which permission it needs nor why it needs none."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """Any one of `permissions` opens the route; none at all means public, for `reason`.

    A route for machines has no session and no CSRF token.
    """

    permissions: frozenset[Permission] = frozenset()
    reason: str = ""
    fresh: bool = False
    for_machines: bool = False


def requires(*permissions: Permission, fresh: bool = False) -> Callable[[View], View]:
    """Declare that a view needs one of these permissions.

    Anonymous visitors are sent to the login page, others without permission get 403.
    `fresh` asks for the password again when it was last given over 15 minutes ago.
    """
    if not permissions:
        raise ValueError("name at least one permission")
    return _declare(Access(permissions=frozenset(permissions), fresh=fresh))


def public(reason: str, *, for_machines: bool = False) -> Callable[[View], View]:
    """Declare that a view is open to everybody, and why.

    One `for_machines` loads no session and needs no CSRF token: it must not act for a person.
    """
    return _declare(Access(reason=reason, for_machines=for_machines))


def declare_all(app: Flask, elsewhere: Mapping[str, Access]) -> None:
    """Compare the URL map with what is declared; `elsewhere` covers views that are not ours.

    Raises:
        UndeclaredRoute: names every route without a declaration. The program must not start.
    """
    table: dict[str, Access] = {}
    missing = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        access = getattr(view, "declared_access", None) or elsewhere.get(rule.endpoint)
        if access is None:
            missing.append(f"{rule.rule} ({rule.endpoint})")
        else:
            table[rule.endpoint] = access
    if missing:
        raise UndeclaredRoute("no permission declared for: " + ", ".join(sorted(missing)))
    app.extensions["komet_shop_access"] = table


def access_of_request() -> Access | None:
    """What the route of this request needs; None for an address that leads nowhere."""
    if request.endpoint is None:
        return None
    table: dict[str, Access] = current_app.extensions["komet_shop_access"]
    return table[request.endpoint]


def check_access() -> ResponseReturnValue | None:
    """Before every view: let the visitor through, ask to log in, or refuse.

    Who has to set a second factor up is led there from everywhere, public pages too.
    """
    access = access_of_request()
    if access is not None and visitor().must_set_up and not is_open_before():
        return _send_to(SET_UP)
    if access is None or not access.permissions:
        return None
    if visitor().user is None:
        return _send_to("security.login")
    if not access.permissions & visitor().permissions:
        abort(403)
    if access.fresh and not password_is_fresh():
        return _send_to("security.verify")
    return None


def password_is_fresh() -> bool:
    """True when the password was given within the last 15 minutes, in this session."""
    given_at = float(session.get("fs_paa", 0))  # by the wall clock, as Flask-Security notes it
    return 0 <= time.time() - given_at < FRESH_SECONDS


def _send_to(endpoint: str) -> ResponseReturnValue:
    """Ask first and come back; a form that was posted is not repeated, its page is shown."""
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": url_for(endpoint)}
    if request.method not in ("GET", "HEAD"):
        return redirect(url_for(endpoint), 303)
    path = request.full_path.rstrip("?")
    return redirect(url_for(endpoint, next=path), 303)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.declared_access = access  # type: ignore[attr-defined]  # read by declare_all
        return view

    return mark
