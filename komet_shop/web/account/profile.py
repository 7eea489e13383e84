"""The buyer's profile: name, language, and which customer to shop for."""

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from komet_shop.domain.permissions import Permission
from komet_shop.services import profiles
from komet_shop.services.visits import NobodyToBuyFor
from komet_shop.web import backoffice
from komet_shop.web.account.blueprint import bp
from komet_shop.web.current import scope, shop, user, visitor
from komet_shop.web.languages import LANGUAGES
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit


class ProfileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Name and language."""

    name = StringField(validators=[InputRequired(), Length(max=profiles.LONGEST_NAME)])
    locale = SelectField(choices=[SelectChoice(*each) for each in LANGUAGES.items()])


@bp.get("/account")
@requires(Permission.PROFILE)
def show_profile() -> ResponseReturnValue:
    """Who the buyer is, and for whom they shop."""
    return _page(ProfileForm(name=user().name, locale=user().locale))


@bp.post("/account")
@requires(Permission.PROFILE)
def change_profile() -> ResponseReturnValue:
    """Change name and language."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _page(form), 422
    profiles.change(shop(), scope(), name=form.name.data.strip(), locale=form.locale.data)
    flash(_("Your profile was changed."), "success")
    return redirect(url_for(".show_profile", lang=form.locale.data), 303)


@bp.get("/profile")
@requires(Permission.PROFILE)
def old_profile() -> ResponseReturnValue:
    """The address that menus know."""
    return redirect(url_for(".show_profile"), 303)


def _page(form: ProfileForm) -> str:
    form.name.label.text = _("Your name")
    form.locale.label.text = _("Language")
    return render_template("account/profile.html", form=form, email=user().email, **_frame())


def _frame() -> dict[str, Any]:
    """Staff have a profile too, in the frame of their pages; buyers see their cart beside it."""
    if visitor().is_staff:
        with backoffice.opened_desk():
            return {"layout": "layouts/backoffice.html", **backoffice.page_context()}
    with suppress(NobodyToBuyFor), opened_visit():
        pass
    return {"layout": "layouts/shop.html"}
