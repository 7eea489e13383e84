"""The forms of the second step: our words, the limits of login, the audit log."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What a person is told when it did not work, and the audit log."""

    text: Any
    reason: str


WRONG_CODE = Wrong(text=NOT_THAT, reason="wrong code")


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
        check = within_limits if self.is_setup else second_step_done
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
        is_good = second_step_done(
            self.user, self.code, lambda: super(ShopRecoveryForm, self).validate(**kwargs)
        )
        if is_good and isinstance(self.user, User):
            recovery_code_used(self.user)
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
        is_last = not self.user.has_passkey
        if self.setup.data == "disable" and is_last and is_needed_by(self.user):
            self.setup.errors = [*self.setup.errors, _("Your role needs two-step login.")]
            return False
        return True


def recovery_code_used(person: User) -> None:
    """Say in the audit log that one less is left."""
    left = len(person.mf_recovery_codes or [])
    login_records.write("recovery_code_used", person.id, f"{left} left")


def second_step_done(
    user: UserMixin | None, field: Field, check: Callable[[], bool], wrong: Wrong = WRONG_CODE
) -> bool:
    """Whether the second step of a login is done; what failed is in the audit log."""
    if not isinstance(user, User) or not user.active:
        field.errors = [wrong.text]  # as for a wrong one: it tells nobody that the account is off
        return False
    if not within_limits(user, field, check):
        login_records.write("login_failed", user.id, wrong.reason)
        return False
    g.second_step_of = user.id
    return True


def within_limits(user: UserMixin | None, field: Field, check: Callable[[], bool]) -> bool:
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
