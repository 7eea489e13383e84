"""The forms of the second step: our words, the limits of login, the audit log."""

from collections.abc import Callable
from typing import Any

import structlog
from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.core import UserMixin
from flask_security.forms import TwoFactorRescueForm, TwoFactorSetupForm, TwoFactorVerifyCodeForm
from flask_security.recovery_codes import MfRecoveryForm
from wtforms import Field, HiddenField, RadioField, SelectChoice, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from komet_shop.models import User
from komet_shop.web import login_records
from komet_shop.web.login_limits import LoginTry
from komet_shop.web.second_step_policy import is_needed_by

log = structlog.get_logger(__name__)

LONGEST_CODE = 40
NOT_THAT = _l("That code did not work. Each code works once; wait for the next one and try again.")


class ShopCodeForm(TwoFactorVerifyCodeForm):
    """Six digits from the app: at login, or to prove that a new app was set up well."""

    code = StringField(
        _l("Code"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
        validators=[InputRequired(_l("Enter the code.")), Length(max=LONGEST_CODE)],
    )
    submit = SubmitField(_l("Continue"))

    def validate(self, **kwargs: Any) -> bool:
        """Check limits, then the code."""
        check = _within_limits if self.is_setup else _second_step
        return check(self.user, self.code, lambda: super(ShopCodeForm, self).validate(**kwargs))


class ShopRecoveryForm(MfRecoveryForm):
    """One of the recovery codes, in place of a code from the app."""

    code = StringField(
        _l("Recovery code"),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        validators=[InputRequired(_l("Enter a recovery code.")), Length(max=LONGEST_CODE)],
    )
    submit = SubmitField(_l("Continue"))

    def validate(self, **kwargs: Any) -> bool:
        """Check limits, then use the code up."""
        is_good = _second_step(
            self.user, self.code, lambda: super(ShopRecoveryForm, self).validate(**kwargs)
        )
        if is_good and isinstance(self.user, User):
            left = len(self.user.mf_recovery_codes or [])
            login_records.write("recovery_code_used", self.user.id, f"{left} left")
        return is_good


class ShopRescueForm(TwoFactorRescueForm):
    """Flask-Security makes one for the code's page, which shows a link to recovery codes."""

    help_setup = RadioField(choices=[SelectChoice("recovery_code", _l("Recovery code"))])


class ShopSetUpForm(TwoFactorSetupForm):
    """An app on a phone is the one way there is; or none any more, for those who need none."""

    setup = HiddenField()

    def validate(self, **kwargs: Any) -> bool:
        """Refuse to turn off what a role of the person needs."""
        if not super().validate(**kwargs):
            return False
        assert isinstance(self.user, User)
        if self.setup.data == "disable" and is_needed_by(self.user):
            self.setup.errors = [*self.setup.errors, _("Your role needs two-step login.")]
            return False
        return True


def _second_step(user: UserMixin | None, field: Field, check: Callable[[], bool]) -> bool:
    """Whether the second step of a login is done; what failed is in the audit log."""
    if not isinstance(user, User) or not user.active:
        field.errors = [NOT_THAT]  # as for a wrong one: it tells nobody that the account is off
        return False
    if not _within_limits(user, field, check):
        login_records.write("login_failed", user.id, "wrong code")
        return False
    g.second_step_of = user.id
    return True


def _within_limits(user: UserMixin | None, field: Field, check: Callable[[], bool]) -> bool:
    """Wrong codes count like wrong passwords, in the transaction that Flask-Security opened."""
    assert isinstance(user, User)
    tried = LoginTry.with_code(user.email)
    if not tried.take(login_records.unit()):
        log.warning("login_limited")
        field.errors = [_("Too many tries. Wait 15 minutes; after 30 in a day, until tomorrow.")]
        return False
    if not check():
        return False
    tried.was_good()
    return True
