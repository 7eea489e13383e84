"""The forms of passkeys, and what devices are asked for."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.core import UserMixin
from flask_security.webauthn import (
    WebAuthnDeleteForm,
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninResponseForm,
)
from flask_security.webauthn_util import WebauthnUtil
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from wtforms import HiddenField, StringField, SubmitField
from wtforms.validators import DataRequired, Length

from komet_shop.models import Passkey, User
from komet_shop.services.second_factor import MOST_PASSKEYS
from komet_shop.web.current import shop, visitor
from komet_shop.web.second_step_forms import Wrong, second_step_done, within_limits
from komet_shop.web.second_step_policy import is_needed_by
from komet_shop.web.second_step_state import forget_password, gave_password, half_way
from komet_shop.web.visitors import company

log = structlog.get_logger(__name__)

CHALLENGE = "passkey_challenge"
LONGEST_NAME = 64
NOT_THAT_PASSKEY = _l("That passkey did not work. Try again, or use another way.")
WRONG_PASSKEY = Wrong(text=NOT_THAT_PASSKEY, reason="wrong passkey")
NOT_ADDED = _l("The passkey was not added. Try again.")


class ShopWebauthn(WebauthnUtil):
    """What devices are asked for: whose shop it is, and who is in front of them."""

    def generate_challenge(self, nbytes: int | None = None) -> str:
        """A new one for this session; the one before is void."""
        challenge: str = secrets.token_urlsafe(nbytes)
        session[CHALLENGE] = challenge
        return challenge

    def origin(self) -> str:
        """From the configuration: what the request says could be anybody's."""
        base = urlsplit(shop().config.base_url)
        return f"{base.scheme}://{base.netloc}"

    def registration_options(
        self, user: UserMixin, usage: str, existing_options: dict[str, Any]
    ) -> dict[str, Any]:
        """Passkeys belong to the host of the base address."""
        whose = {"rp_id": _host(), "rp_name": _company_name(), "user_display_name": _name(user)}
        return super().registration_options(user, usage, existing_options | whose)

    def authentication_options(
        self, user: UserMixin | None, usage: list[str], existing_options: dict[str, Any]
    ) -> dict[str, Any]:
        """The same host."""
        return super().authentication_options(user, usage, existing_options | {"rp_id": _host()})

    def authenticator_selection(
        self, user: UserMixin, usage: str
    ) -> AuthenticatorSelectionCriteria:
        """Any device; PIN or finger where it can: desks are shared."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        )

    def user_verification(
        self, user: UserMixin | None, usage: list[str]
    ) -> UserVerificationRequirement:
        """As when it was made."""
        return UserVerificationRequirement.PREFERRED

    def name_svn(self, value: str) -> tuple[str | None, str | None]:
        """A name as it is kept; pages escape what they show."""
        return None, " ".join(value.split())


class ShopPasskeyForm(WebAuthnRegisterForm):
    """What a new passkey is called, so that its owner knows it from others."""

    name = StringField(
        _l("Name of the new passkey"),
        render_kw={"autocomplete": "off"},
        validators=[DataRequired(_l("Give it a name.")), Length(max=LONGEST_NAME)],
    )
    usage = HiddenField(default=Passkey.usage)
    submit = SubmitField(_l("Continue"))

    def validate(self, **kwargs: Any) -> bool:
        """Refuse a name that is taken, and more passkeys than anybody needs."""
        if not super().validate(**kwargs):
            return False
        if len(_visitor().webauthn) >= MOST_PASSKEYS:
            text = _("You have %(most)d passkeys. Remove one first.", most=MOST_PASSKEYS)
            self.name.errors = [*self.name.errors, text]
            return False
        return True


class ShopNewPasskeyForm(WebAuthnRegisterResponseForm):
    """What the device made, in answer to what this session asked for."""

    def validate(self, **kwargs: Any) -> bool:
        """Refuse what answers another session's question, or an older one."""
        is_good = _is_asked_here(self.challenge) and _holds(super().validate, **kwargs)
        self.extensions = ""
        if not is_good:
            self.credential.errors = [NOT_ADDED]
        return is_good


class ShopPasskeySignInForm(WebAuthnSigninResponseForm):
    """What a passkey answered: at login, or once more before something that matters."""

    def validate(self, **kwargs: Any) -> bool:
        """Check limits, whose passkey it is, and that this session asked."""
        return self._verifies(**kwargs) if self.is_verify else self._logs_in(**kwargs)

    def _logs_in(self, **kwargs: Any) -> bool:
        person = half_way()
        return second_step_done(
            person, self.credential, lambda: self._is_of(person, **kwargs), WRONG_PASSKEY
        )

    def _verifies(self, **kwargs: Any) -> bool:
        person = _visitor()
        if not gave_password(person):
            self.credential.errors = [NOT_THAT_PASSKEY]
            return False
        is_good = within_limits(person, self.credential, lambda: self._is_of(person, **kwargs))
        if is_good:
            forget_password()
        return is_good

    def _is_of(self, person: User | None, **kwargs: Any) -> bool:
        """Flask-Security would let in whose passkey answers, whoever gave the password."""
        is_good = (
            _is_asked_here(self.challenge)
            and _holds(super().validate, **kwargs)
            and isinstance(self.user, User)
            and person is not None
            and self.user.id == person.id
        )
        if not is_good:
            self.credential.errors = [NOT_THAT_PASSKEY]
        return is_good


def must_stay(person: User) -> bool:
    """True when a passkey is all that the person has of what their role needs."""
    return len(person.webauthn) == 1 and not person.has_app and is_needed_by(person)


class ShopPasskeyRemovalForm(WebAuthnDeleteForm):
    """Which passkey opens the account no more, by its name."""

    def validate(self, **kwargs: Any) -> bool:
        """Refuse to take the last second factor of somebody whose role needs one."""
        if not super().validate(**kwargs):
            return False
        if must_stay(_visitor()):
            text = _("Your role needs two-step login. Add another passkey or an app first.")
            self.name.errors = [*self.name.errors, text]
            return False
        return True


def _holds(check: Callable[..., bool], **kwargs: Any) -> bool:
    """What Flask-Security finds; it does not catch everything that garbage raises."""
    try:
        return check(**kwargs)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        log.info("passkey_unreadable", error=type(error).__name__)
        return False


def _is_asked_here(challenge: str) -> bool:
    """True for the last challenge of this session, once."""
    asked: str = session.pop(CHALLENGE, "")
    return bool(asked) and secrets.compare_digest(asked, challenge)


def _visitor() -> User:
    """Who is logged in, in the unit of accounts."""
    person = visitor().user
    assert person is not None
    return person


def _name(user: UserMixin) -> str:
    assert isinstance(user, User)
    return user.name


def _company_name() -> str:
    house = company()
    return house.name if house is not None else "Komet Shop"


def _host() -> str:
    return urlsplit(shop().config.base_url).hostname or ""
