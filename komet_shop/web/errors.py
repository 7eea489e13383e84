"""Error pages: what happened, what it means, what to do, and a number to quote."""

from contextlib import suppress
from typing import Any

import structlog
from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from komet_shop.web import card_guard, visitors
from komet_shop.web.field_names import field_name

log = structlog.get_logger(__name__)

_AGAIN = _l("Go back and try again. If it happens once more, write to us.")
TEXTS: dict[int, tuple[Any, Any, Any, Any]] = {
    400: (
        _l("We could not read that request"),
        _l("Something in the address or the form was not as we expect it."),
        _l("Nothing was changed."),
        _AGAIN,
    ),
    401: (
        _l("Please log in"),
        _l("This page is for people who have logged in."),
        _l("You may have been logged out after a while without activity."),
        _l("Log in and open the page again."),
    ),
    403: (
        _l("This is not open to you"),
        _l("Your account may not use this page."),
        _l("Nothing was changed."),
        _l("Ask the person who looks after accounts at your company if you need it."),
    ),
    404: (
        _l("There is nothing here"),
        _l("The address leads to no page, or to one that you cannot see."),
        _l("It may have been removed, or the link may be incomplete."),
        _l("Check the address, or start again from the first page."),
    ),
    405: (
        _l("This address works another way"),
        _l("The page was asked for in a way that it does not answer."),
        _l("Nothing was changed."),
        _AGAIN,
    ),
    409: (
        _l("Somebody was faster"),
        _l("What you wanted to change has changed in the meantime."),
        _l("Your change was not made."),
        _l("Load the page again, look at it, and repeat the change if it is still right."),
    ),
    410: (
        _l("This is no longer valid"),
        _l("The link was used, has expired, or was taken back."),
        _l("It cannot be used again."),
        _l("Ask for a new one."),
    ),
    413: (
        _l("That is too much at once"),
        _l("What was sent is larger than we accept."),
        _l("Nothing was saved."),
        _l("Send less, or a smaller file."),
    ),
    422: (
        _l("We cannot accept that"),
        _l("Something that was entered is not allowed here."),
        _l("Nothing was saved."),
        _l("Go back, correct it and send it again."),
    ),
    429: (
        _l("Too many tries"),
        _l("This was tried too often in a short time."),
        _l("To keep accounts and cards safe we wait a little."),
        _l("Try again in 15 minutes."),
    ),
    500: (
        _l("Something went wrong on our side"),
        _l("An error that we did not expect ended your request."),
        _l("If you were paying, look at your orders before you try again: do not pay twice."),
        _l("Try again in a few minutes. If it stays, send us the number below."),
    ),
    503: (
        _l("The shop is not available right now"),
        _l("A part that we need did not answer."),
        _l("Nothing was lost. If you were paying, we will find out what came of it."),
        _l("Try again in a few minutes."),
    ),
}
CARD_DATA = (
    _l("That looks like a card number"),
    _l(
        "Card numbers have no place there: we never see or keep them. Nothing was saved or charged."
    ),
    _l(
        "Go back and take it out. A card number belongs only in the card fields of the payment "
        "page, which are our card processor's own. If it was none, write it with fewer digits."
    ),
)
CSRF = _l("The page was open for too long, or your session ended, so we could not accept the form.")
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionLeft)


def register(app: Flask) -> None:
    """Show every error as a page of the shop."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(Exception, show_unexpected)
    for error in DATABASE_AWAY:
        app.register_error_handler(error, show_database_away)


def show(error: HTTPException) -> ResponseReturnValue:
    """The page of an error that a view or the shop decided on; redirects pass through."""
    if error.code is None or error.code < 400:
        return error
    with suppress(*DATABASE_AWAY):  # a page without the company's name is better than none
        visitors.know_company()
    return _page(error)


def show_unexpected(error: Exception) -> ResponseReturnValue:
    """An error that nobody foresaw: logged with its traceback, shown without."""
    log.error("unexpected_error", route=_route(), method=request.method, exc_info=error)
    return _page(InternalServerError())


def show_database_away(error: Exception) -> ResponseReturnValue:
    """Without the database nothing can be promised: 503, and nothing was sent."""
    cause = getattr(error, "orig", None) or error  # without the statement and its values
    log.error("database_away", route=_route(), error=type(cause).__name__, reason=str(cause))
    return _page(ServiceUnavailable())


def _page(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    try:
        body = render_template("errors/error.html", error=_texts(error, status))
    except Exception as broken:
        log.error("error_page_broken", exc_info=broken)
        body = f"<!doctype html><title>{status}</title><h1>{status}</h1>"
    response = make_response(body, status)
    if status in (429, 503):
        response.headers["Retry-After"] = "900" if status == 429 else "30"
    return response


def _texts(error: HTTPException, status: int) -> dict[str, object]:
    title, happened, means, to_do = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    if isinstance(error, CSRFError):
        happened = CSRF
    elif "card-like data" in (error.description or ""):
        (title, means, to_do), happened = CARD_DATA, _where_card_data_stood()
    return {
        "code": status,
        "title": title,
        "happened": happened,
        "means": means,
        "to_do": to_do,
        "request_id": g.get("request_id", ""),
    }


def _where_card_data_stood() -> str:
    where = g.get("card_data_at", "")
    if where in card_guard.PLACES:
        return str(_("What stood in %(place)s looks like a card number.", place=_(where)))
    named = field_name(where)
    return str(_("What was entered in “%(field)s” looks like a card number.", field=named))


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else ""
