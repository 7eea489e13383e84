"""The steps that are one button: enable, test, take cards."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import activation, card_board, card_switches
from komet_shop.services.activation import ActivationRefused, NoSuchLocation
from komet_shop.services.gateways import NoAccount
from komet_shop.services.key_checks import KeysRefused
from komet_shop.web.current import scope, shop
from komet_shop.web.key_refusals import key_refusal_text
from komet_shop.web.permissions import requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.locations import page
from komet_shop.web.setup.words import refusal_text


@bp.post("/locations/<code>/requests")
@requires(Permission.INTEGRATIONS)
def enable(code: str) -> ResponseReturnValue:
    """The location wants to take cards."""
    done = _("Enabled. Next comes the application form.")
    return _taken(code, lambda: activation.enable(shop(), scope(), code), done)


@bp.post("/locations/<code>/tests")
@requires(Permission.INTEGRATIONS)
def test_connection(code: str) -> ResponseReturnValue:
    """Ask the gateway whether the keys work; nothing moves."""
    try:
        health = activation.test_keys(shop(), scope(), code)
    except NoSuchLocation:
        abort(404)
    except NoAccount:
        return page(code, problem=_("There are no keys to test yet. Enter them first."), status=409)
    except KeysRefused as refusal:
        return page(code, problem=key_refusal_text(refusal), status=409)
    if not health.ok:
        told = _("The test failed: %(why)s", why=_(health.message))
        return page(code, problem=told, status=409)
    flash(_("The connection works: %(why)s", why=_(health.message)), "success")
    return back(code)


@bp.post("/locations/<code>/activation")
@requires(Permission.INTEGRATIONS, fresh=True)
def activate(code: str) -> ResponseReturnValue:
    """Take cards from now on."""
    done = _("The account is active.")
    return _taken(code, lambda: activation.activate(shop(), scope(), code), done)


@bp.post("/locations/<code>/showing")
@requires(Permission.INTEGRATIONS, fresh=True)
def show_to_buyers(code: str) -> ResponseReturnValue:
    """Buyers of the location see card payments from now on."""
    try:
        card_switches.show_to_buyers(shop(), scope(), code)
    except card_board.NoSuchLocation:
        abort(404)
    flash(_("Buyers of this location can pay by card from now on."), "success")
    return back(code)


def back(code: str) -> ResponseReturnValue:
    """To the page of the location."""
    return redirect(url_for("setup.location", code=code), 303)


def refused(code: str, refusal: ActivationRefused) -> ResponseReturnValue:
    """The page of the location, with why nothing was changed; 404 for one of others."""
    if isinstance(refusal, NoSuchLocation):
        abort(404)
    return page(code, problem=refusal_text(refusal), status=409)


def _taken(code: str, step: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        step()
    except ActivationRefused as refusal:
        return refused(code, refusal)
    flash(done, "success")
    return back(code)
