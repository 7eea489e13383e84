"""Proving who one is once more: the password, and the second factor of who has one."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.forms import VerifyForm
from wtforms import StringField, SubmitField
from wtforms.validators import Length

from komet_shop.models import User
from komet_shop.services import second_factor
from komet_shop.web import login_records
from komet_shop.web.current import user
from komet_shop.web.login_limits import LoginTry
from komet_shop.web.second_step_forms import LONGEST_CODE, WRONG_CODE, recovery_code_used
from komet_shop.web.second_step_state import note_password


class ShopVerifyForm(VerifyForm):
    """The password before something that matters, with a code where the person has a second factor.

    `goes_to_passkey`: the password was right and no code was given; the passkey comes next.
    """

    code = StringField(
        _l("Code from the app, or a recovery code"),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none"},
        validators=[Length(max=LONGEST_CODE)],
    )
    submit = SubmitField(_l("Continue"))
    goes_to_passkey = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text = _("Password")
        self.person = user()
        if not self.person.has_second_factor:
            del self.code

    def validate(self, **kwargs: Any) -> bool:
        """Counts as a login try: a borrowed session must not guess without end."""
        email = self.person.email
        tried = LoginTry.with_code(email) if self.code else LoginTry.by(email)
        if not tried.is_allowed():
            self.password.errors = [*self.password.errors, _("Too many tries. Wait 15 minutes.")]
            return False
        if not super().validate(**kwargs):
            return False
        is_good = self.code is None or self._proves()
        if is_good or self.goes_to_passkey:
            tried.was_good()
        return is_good

    def _proves(self) -> bool:
        """Whether the code is right; without one the passkey is asked for, if there is one."""
        given = (self.code.data or "").strip()
        if not given and self.person.has_passkey:
            note_password(self.person)
            self.goes_to_passkey = True
        elif not given:
            self.code.errors = [_("Enter the code.")]
        elif _is_code(self.person, given):
            return True
        else:
            self.code.errors = [WRONG_CODE.text]
            login_records.write("login_failed", self.person.id, WRONG_CODE.reason)
        return False


def _is_code(person: User, given: str) -> bool:
    """Of the app, or a recovery code; either is used up by it."""
    if given.replace(" ", "").isdecimal():
        return _is_of_app(person, given.replace(" ", ""))
    if not second_factor.use_recovery_code(login_records.unit(), person, given):
        return False
    recovery_code_used(person)
    return True


def _is_of_app(person: User, given: str) -> bool:
    security = current_app.extensions["security"]
    return bool(
        security.totp_factory.verify_totp(
            token=given,
            totp_secret=person.tf_totp_secret,
            user=person,
            window=current_app.config["SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY"],
        )
    )
