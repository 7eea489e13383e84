"""The second step of login by Flask-Security: settings, the way through it, what it leaves."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_security import Security
from flask_security.signals import tf_disabled, tf_profile_changed
from flask_security.utils import url_for_security

from komet_shop.domain.permissions import Permission
from komet_shop.models import User
from komet_shop.services import second_factor, totp_keys
from komet_shop.web import login_records, passkeys, session_store
from komet_shop.web.current import may, shop, visitor
from komet_shop.web.permissions import Access, password_is_fresh
from komet_shop.web.second_step_codes import ShopRecoveryCodes, ShopTotp
from komet_shop.web.second_step_forms import (
    NOT_THAT,
    ShopCodeForm,
    ShopRecoveryForm,
    ShopRescueForm,
    ShopSetUpForm,
)
from komet_shop.web.second_step_policy import CODE, SET_UP, is_needed_by
from komet_shop.web.second_step_state import forget_old_first_step, half_way

BLUEPRINT = "security"
ISSUER = "Komet Shop"
STEP_SECONDS = 30
RECOVERY, RECOVERY_CODES = "security.mf_recovery", "security.mf_recovery_codes"
SET_UP_PAGE = "security/two_factor_setup.html"
CODE_PAGE = "security/two_factor_verify_code.html"
SETTING_UP = "validating_profile"
CLOSED = ("security.two_factor_setup_validate", "security.two_factor_rescue")
"""Routes of Flask-Security that we do not offer: state in an address, mails."""
STEPS = (CODE, RECOVERY, passkeys.SIGN_IN, passkeys.SIGN_IN_ANSWER)
"""Routes of the second step: whoever is there is not logged in yet."""

_OWN = frozenset({Permission.PROFILE})
ROUTES = {
    SET_UP: Access(permissions=_OWN, fresh=True),
    RECOVERY_CODES: Access(permissions=_OWN, fresh=True),
    CODE: Access(reason="the second step of logging in; the session knows who did the first"),
    RECOVERY: Access(reason="the second step of logging in, without the phone"),
    **passkeys.ROUTES,
    **{name: Access(reason="not offered: there is nothing here") for name in CLOSED},
}
FORMS = (
    "two_factor_setup_form",
    "two_factor_verify_code_form",
    "mf_recovery_form",
    "mf_recovery_codes_form",
    "wan_register_form",
)
CLASSES: dict[str, Any] = {
    "two_factor_setup_form": ShopSetUpForm,
    "two_factor_verify_code_form": ShopCodeForm,
    "two_factor_rescue_form": ShopRescueForm,
    "mf_recovery_form": ShopRecoveryForm,
    "totp_cls": ShopTotp,
    "mf_recovery_codes_util_cls": ShopRecoveryCodes,
    **passkeys.CLASSES,
}
"""What we put in place of Flask-Security's own."""

MESSAGES = {
    "TWO_FACTOR_INVALID_TOKEN": (NOT_THAT, "danger"),
    "INVALID_RECOVERY_CODE": (
        _l("That is none of your recovery codes, or it was used before."),
        "danger",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("You are logged in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        _l("Two-step login is on. Other sessions have ended."),
        "success",
    ),
    "TWO_FACTOR_DISABLED": (_l("Two-step login is off."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Please log in first."), "info"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_l("That cannot be chosen."), "danger"),
    **passkeys.MESSAGES,
}


def settings(master_keys: tuple[bytes, ...]) -> dict[str, Any]:
    """Flask-Security's settings, without their prefix."""
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_ALWAYS_VALIDATE": True,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": STEP_SECONDS,  # a clock may be half a minute off
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/second-factor",
        "TWO_FACTOR_SETUP_URL": "/second-factor/setup",
        "TWO_FACTOR_RESCUE_URL": "/second-factor/rescue",
        "TWO_FACTOR_SELECT_URL": "/second-factor/select",
        "TWO_FACTOR_POST_SETUP_VIEW": "/second-factor/recovery-codes",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_URL": "/second-factor/recovery",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/second-factor/recovery-codes",
        "TOTP_SECRETS": totp_keys.wallet(*master_keys),
        "TOTP_ISSUER": ISSUER,
        **passkeys.settings(),
    }


def register(app: Flask, security: Security) -> None:
    """Close what is not offered, lead people through, and listen to what is set up."""
    for endpoint in CLOSED:
        app.view_functions[endpoint] = _nothing_here
    security.tf_setup_context_processor(_about_set_up)
    security.mf_recovery_codes_context_processor(_about_codes)
    for step in (
        security.tf_token_validation_context_processor,
        security.mf_recovery_context_processor,
        security.wan_signin_context_processor,
        security.wan_verify_context_processor,
        security.verify_context_processor,
    ):
        step(_about_step)
    passkeys.register(app, security)
    app.before_request(lead)
    app.context_processor(_about_policy)
    tf_profile_changed.connect(_set_up, app)
    tf_disabled.connect(_turned_off, app)


def lead() -> ResponseReturnValue | None:
    """Before the views of the second step: who is logged in does not belong there, and back."""
    user = visitor().user
    if user is not None and request.blueprint == BLUEPRINT:
        login_records.unit().add(user)  # the views of Flask-Security read and change it
    if request.endpoint in STEPS:
        if user is None:
            forget_old_first_step()
            return passkeys.lead_on()
        is_proving = session.get("tf_state") == SETTING_UP and password_is_fresh()
        return None if request.endpoint == CODE and is_proving else _to_set_up()
    if request.endpoint == RECOVERY_CODES and user and not user.has_second_factor:
        return _to_set_up()
    return passkeys.lead_back() if request.endpoint in passkeys.AGAIN else None


def page(template: str, context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A wrong code while setting up shows the QR code again, not the page of logging in."""
    if template != CODE_PAGE or session.get("tf_state") != SETTING_UP:
        return template, context
    form = context["two_factor_verify_code_form"]
    factory = current_app.extensions["security"].totp_factory
    values = factory.fetch_setup_values(form.tf_totp_secret, form.user)
    shown = {"authr_qrcode": values["image"], "authr_key": values["key"]}
    return SET_UP_PAGE, {**context, **shown, **_about_set_up(), "chosen_method": "authenticator"}


def _nothing_here(**_values: str) -> ResponseReturnValue:
    abort(404)


def _to_set_up() -> ResponseReturnValue:
    return redirect(url_for(SET_UP), 303)


def _about_set_up() -> dict[str, Any]:
    user = visitor().user
    assert user is not None
    return {
        "is_on": user.has_app,
        "has_passkey": user.has_passkey,
        "is_needed": is_needed_by(user),
        "codes_left": len(user.mf_recovery_codes or []),
    }


def _about_codes() -> dict[str, Any]:
    user = visitor().user
    return {"codes_left": len(user.mf_recovery_codes or []) if user is not None else 0}


def _about_step() -> dict[str, Any]:
    """What else they may use, and where they wanted to go.

    Flask-Security says the login page where they said nothing.
    """
    person = visitor().user or half_way()
    wanted = request.args.get("next", "")
    is_login = urlsplit(wanted).path == url_for_security("login")
    return {
        "has_app": person is not None and person.has_app,
        "has_passkey": person is not None and person.has_passkey,
        "next_page": None if is_login else wanted or None,
    }


def _about_policy() -> dict[str, Any]:
    """Whether the staff layout says that the second factor is switched off."""
    config = shop().config
    is_off = config.env == "demo" and not config.second_factor_roles
    return {"second_factor_is_off": is_off and may(Permission.USERS)}


def _set_up(_app: Flask, user: User, **_more: Any) -> None:
    session[session_store.SECOND_STEP] = True
    user.mf_recovery_codes = None  # they belonged to the phone of before
    login_records.end_elsewhere(user, "second_factor_set_up")


def _turned_off(_app: Flask, user: User, **_more: Any) -> None:
    if not user.has_passkey:
        session.pop(session_store.SECOND_STEP, None)
    second_factor.forget_app(user)
    login_records.end_elsewhere(user, "second_factor_removed")
