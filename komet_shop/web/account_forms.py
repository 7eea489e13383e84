"""Login and password forms: our words, our limits, the same answer whoever asks."""

from typing import Any

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.forms import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    ResetPasswordForm,
)
from flask_security.password_util import PasswordUtil
from wtforms import SubmitField

from komet_shop.models import User
from komet_shop.services import passwords
from komet_shop.services.passwords import WeakPassword
from komet_shop.web import login_records
from komet_shop.web.login_limits import LoginTry, may_ask_for_reset

log = structlog.get_logger(__name__)


class ShopLoginForm(LoginForm):
    """Email and password. There is no "remember me": sessions end on the server."""

    remember = None
    submit = SubmitField(_l("Log in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email.label.text = _("Email")
        self.password.label.text = _("Password")
        self.password.description = ""

    def validate(self, **kwargs: Any) -> bool:
        """Check limits, then the password. Every "no" looks the same."""
        tried = LoginTry.by(self.email.data or "")
        if not tried.is_allowed():
            log.warning("login_limited")
            self.password.errors = [*self.password.errors, "limited"]
            return False
        if not super().validate(**kwargs):
            login_records.failed(self.user)
            return False
        if isinstance(self.user, User) and self.user.has_second_factor:
            login_records.first_step_done()
        tried.was_good()
        return True


class ShopForgotPasswordForm(ForgotPasswordForm):
    """Asks where to send a link. Too many asks are dropped without a word."""

    submit = SubmitField(_l("Send me a link"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email.label.text = _("Email")

    def validate(self, **kwargs: Any) -> bool:
        """False without an error looks like success, and sends nothing.

        Who was invited and has no password yet chooses one by the invitation, which can be
        taken back.
        """
        if not may_ask_for_reset(self.email.data or "") or not super().validate(**kwargs):
            return False
        return self.user is not None and self.user.password is not None


class ShopResetPasswordForm(ResetPasswordForm):
    """A new password, twice."""

    submit = SubmitField(_l("Save the new password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text = _("New password")
        self.password_confirm.label.text = _("The same password again")


class ShopChangePasswordForm(ChangePasswordForm):
    """The present password, and a new one twice."""

    submit = SubmitField(_l("Save the new password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text = _("Password")
        self.new_password.label.text = _("New password")
        self.new_password_confirm.label.text = _("The same password again")


class ShopPasswords(PasswordUtil):
    """Which passwords are good enough."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[Any, str]:
        """The reasons against it, or None, and the password as it is hashed."""
        normal = self.normalize(password)
        user = kwargs.get("user")
        about = (user.email, user.name) if user is not None else ()
        try:
            passwords.require_strong(normal, about=about)
        except WeakPassword as weak:
            return [_(weak.text, **weak.values)], normal
        return None, normal
