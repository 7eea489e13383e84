"""Passkeys as the second step of login: settings, the way through it, what it leaves."""

from datetime import timedelta
from typing import Any

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_security import Security
from flask_security.signals import wan_deleted, wan_registered

from komet_shop.domain.permissions import Permission
from komet_shop.models import User
from komet_shop.web import login_records, session_store
from komet_shop.web.current import shop, visitor
from komet_shop.web.passkey_forms import (
    NOT_ADDED,
    NOT_THAT_PASSKEY,
    ShopNewPasskeyForm,
    ShopPasskeyForm,
    ShopPasskeyRemovalForm,
    ShopPasskeySignInForm,
    ShopWebauthn,
    must_stay,
)
from komet_shop.web.permissions import Access
from komet_shop.web.second_step_policy import CODE, NEW_PASSKEY, PASSKEYS
from komet_shop.web.second_step_state import READY, gave_password, half_way

REMOVE = "security.wan_delete"
SIGN_IN, SIGN_IN_ANSWER = "security.wan_signin", "security.wan_signin_response"
VERIFY, VERIFY_ANSWER = "security.wan_verify", "security.wan_verify_response"
AGAIN = (VERIFY, VERIFY_ANSWER)
"""Routes where somebody who is logged in proves once more who they are."""
CHOOSE = "security.tf_select"
MINUTES = 5
"""For finding the phone, or the key in a drawer."""

_OWN = frozenset({Permission.PROFILE})
ROUTES = {
    PASSKEYS: Access(permissions=_OWN, fresh=True),
    NEW_PASSKEY: Access(permissions=_OWN, fresh=True),
    REMOVE: Access(permissions=_OWN, fresh=True),
    VERIFY: Access(permissions=_OWN),
    VERIFY_ANSWER: Access(permissions=_OWN),
    SIGN_IN: Access(reason="the second step of logging in; the session knows who did the first"),
    SIGN_IN_ANSWER: Access(reason="the same; what the passkey answered"),
    CHOOSE: Access(reason="leads who has app and passkey to the passkey"),
}
CLASSES: dict[str, Any] = {
    "wan_register_form": ShopPasskeyForm,
    "wan_register_response_form": ShopNewPasskeyForm,
    "wan_signin_response_form": ShopPasskeySignInForm,
    "wan_delete_form": ShopPasskeyRemovalForm,
    "webauthn_util_cls": ShopWebauthn,
}
MESSAGES = {
    "WEBAUTHN_EXPIRED": (_l("That took too long. Try again."), "danger"),
    "WEBAUTHN_NAME_REQUIRED": (_l("Give it a name."), "danger"),
    "WEBAUTHN_NAME_INUSE": (_l("You have a passkey with the name %(name)s."), "danger"),
    "WEBAUTHN_NAME_NOT_FOUND": (_l("You have no passkey with the name %(name)s."), "danger"),
    "WEBAUTHN_CREDENTIAL_DELETED": (
        _l("The passkey %(name)s is removed. Other sessions have ended."),
        "success",
    ),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (
        _l("The passkey %(name)s is added. Other sessions have ended."),
        "success",
    ),
    "API_ERROR": (_l("That did not work. Try again."), "danger"),
    **dict.fromkeys(("WEBAUTHN_CREDENTIAL_ID_INUSE",), (NOT_ADDED, "danger")),
    **dict.fromkeys(
        (
            "WEBAUTHN_UNKNOWN_CREDENTIAL_ID",
            "WEBAUTHN_ORPHAN_CREDENTIAL_ID",
            "WEBAUTHN_NO_VERIFY",
            "WEBAUTHN_CREDENTIAL_WRONG_USAGE",
            "WEBAUTHN_MISMATCH_USER_HANDLE",
        ),
        (NOT_THAT_PASSKEY, "danger"),
    ),
}


def settings() -> dict[str, Any]:
    """Flask-Security's settings, without their prefix."""
    within = timedelta(minutes=MINUTES)
    return {
        "WEBAUTHN": True,
        "DATETIME_FACTORY": lambda: shop().clock.now(),
        "WAN_ALLOW_AS_FIRST_FACTOR": False,
        "WAN_ALLOW_AS_MULTI_FACTOR": False,
        "WAN_ALLOW_AS_VERIFY": ["secondary"],
        "WAN_REGISTER_WITHIN": within,
        "WAN_SIGNIN_WITHIN": within,
        "WAN_REGISTER_TIMEOUT": MINUTES * 60_000,
        "WAN_SIGNIN_TIMEOUT": MINUTES * 60_000,
        "WAN_REGISTER_URL": "/second-factor/passkeys",
        "WAN_DELETE_URL": "/second-factor/remove-passkey",
        "WAN_SIGNIN_URL": "/second-factor/passkey",
        "WAN_VERIFY_URL": "/verify/passkey",
        "WAN_REGISTER_TEMPLATE": "security/passkeys.html",
        "WAN_SIGNIN_TEMPLATE": "security/passkey_login.html",
        "WAN_VERIFY_TEMPLATE": "security/passkey_verify.html",
    }


def register(app: Flask, security: Security) -> None:
    """Lead people through, and listen to what is added and removed."""
    app.view_functions[CHOOSE] = _choose
    security.wan_register_context_processor(_about_passkeys)
    wan_registered.connect(_added, app)
    wan_deleted.connect(_removed, app)


def lead_on() -> ResponseReturnValue | None:
    """Before the views of the second step of login: to what the person has."""
    person = half_way()
    if request.endpoint in (SIGN_IN, SIGN_IN_ANSWER):
        if person is None:
            return redirect(url_for("security.login"), 303)
        return None if person.has_passkey else _to(CODE)
    if request.endpoint == CODE and person is not None and not person.has_app:
        return _to(SIGN_IN)
    return None


def lead_back() -> ResponseReturnValue | None:
    """Before the views that prove who somebody is once more: the password comes first."""
    user = visitor().user
    if user is None or (gave_password(user) and user.has_passkey):
        return None
    return _to("security.verify")


def _to(endpoint: str) -> ResponseReturnValue:
    return redirect(url_for(endpoint, next=request.args.get("next")), 303)


def _choose(**_values: str) -> ResponseReturnValue:
    """Who has an app too can take it from the page of the passkey."""
    if not session.pop("tf_select", False):
        abort(404)
    session["tf_state"] = READY
    return _to(SIGN_IN)


def _about_passkeys() -> dict[str, Any]:
    user = visitor().user
    assert user is not None
    return {
        "passkeys": user.webauthn,
        "must_stay": must_stay(user),
        "is_on": user.has_second_factor,
        "has_codes": bool(user.mf_recovery_codes),
    }


def _added(_app: Flask, **_more: Any) -> None:
    session[session_store.SECOND_STEP] = True
    login_records.end_elsewhere(_person(), "passkey_added")


def _removed(_app: Flask, **_more: Any) -> None:
    """The row is still there: Flask-Security tells before it deletes."""
    person = _person()
    if len(person.webauthn) == 1 and not person.has_app:
        session.pop(session_store.SECOND_STEP, None)
        person.mf_recovery_codes = None
    login_records.end_elsewhere(person, "passkey_removed")


def _person() -> User:
    user = visitor().user
    assert user is not None
    return user
