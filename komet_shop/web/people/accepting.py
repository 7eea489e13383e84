"""The page behind an invitation's link: a new person chooses a password."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from komet_shop.services import invitations
from komet_shop.services.invitations import Invited, LinkIsDead
from komet_shop.services.passwords import WeakPassword
from komet_shop.web.current import shop
from komet_shop.web.permissions import public

GONE = 410
bp = Blueprint("invitation", __name__, url_prefix="/invitation")


class ChoosePasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A password, twice."""

    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Enter a password."))],
        render_kw={"autocomplete": "new-password"},
    )
    password_confirm = PasswordField(
        _l("The same password again"),
        validators=[EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


@bp.get("/<token>")
@public("the link in the mail is the right to it")
def show(token: str) -> ResponseReturnValue:
    """Ask for a password. Opening the page does not use the link up."""
    try:
        with shop().database.read() as unit:
            invited = invitations.look_up(unit, token, shop().clock.now())
    except LinkIsDead:
        return _dead()
    return _page(ChoosePasswordForm(), token, invited)


@bp.post("/<token>")
@public("the link in the mail is the right to it")
def accept(token: str) -> ResponseReturnValue:
    """Save the password, once: 303 to the login, or the form with what is wrong."""
    form = ChoosePasswordForm()
    try:
        with shop().database.read() as unit:
            invited = invitations.look_up(unit, token, shop().clock.now())
        if not form.validate_on_submit():
            return _page(form, token, invited, status=422)
        address = (request.remote_addr or "")[:40]
        invitations.accept(shop(), token, form.password.data, address=address)
    except LinkIsDead:
        return _dead()
    except WeakPassword as weak:
        form.password.errors = [*form.password.errors, _(weak.text, **weak.values)]
        return _page(form, token, invited, status=422)
    flash(_("Your password is saved. Log in with it."), "success")
    return _private(make_response(redirect("/login", 303)))


def _page(
    form: ChoosePasswordForm, token: str, invited: Invited, status: int = 200
) -> ResponseReturnValue:
    page = render_template("people/accept.html", form=form, token=token, invited=invited)
    return _private(make_response(page, status))


def _dead() -> ResponseReturnValue:
    """The same for every link that is of no use, whatever the reason."""
    return _private(make_response(render_template("people/dead_link.html"), GONE))


def _private(response: Response) -> Response:
    """Nobody keeps the page. Its address goes to nobody: at most its origin does, which
    Flask-WTF needs to see on the form.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
