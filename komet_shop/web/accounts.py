"""Accounts: Flask-Security over our own tables, sessions, limits, mails and pages."""

import secrets
from datetime import timedelta
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    get_flashed_messages,
    redirect,
    render_template,
    request,
)
from flask_babel import lazy_gettext as _l
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_security.mail_util import MailUtil
from flask_security.utils import url_for_security
from sqlalchemy.orm import Session, scoped_session

from komet_shop.domain.permissions import Permission
from komet_shop.models import Passkey, Role, User
from komet_shop.services import outbox, passwords
from komet_shop.services.shop import Shop
from komet_shop.web import login_limits, login_records, second_step
from komet_shop.web.account_forms import (
    ShopChangePasswordForm,
    ShopForgotPasswordForm,
    ShopLoginForm,
    ShopPasswords,
    ShopResetPasswordForm,
)
from komet_shop.web.current import shop, visitor
from komet_shop.web.permissions import FRESH_SECONDS, Access
from komet_shop.web.verify_form import ShopVerifyForm

RESET_MINUTES = 60
ASKED_FOR_LINK = "security/forgot_password.html"
FORMS = (
    "login_user_form",
    "forgot_password_form",
    "reset_password_form",
    "change_password_form",
    "verify_form",
    *second_step.FORMS,
)
ROUTES = {
    "security.login": Access(reason="logging in"),
    "security.forgot_password": Access(reason="for people who cannot log in"),
    "security.reset_password": Access(reason="the link in the mail is the right to it"),
    "security.logout": Access(permissions=frozenset({Permission.PROFILE})),
    "security.verify": Access(permissions=frozenset({Permission.PROFILE})),
    "security.change_password": Access(permissions=frozenset({Permission.PROFILE})),
    **second_step.ROUTES,
}
"""What the routes of Flask-Security need. One that is not listed here stops the program."""

_WRONG = _l("That did not work. Check address and password; after ten tries we wait 15 minutes.")
_OLD_LINK = _l(
    "That link is no longer valid: it was used, or it is older than an hour. "
    "Enter your address to get a new one."
)
MESSAGES = {
    "GENERIC_AUTHN_FAILED": (_WRONG, "danger"),
    "PASSWORD_RESET_NO_LOGIN": (
        _l("Your new password is saved. Log in with it; other sessions have ended."),
        "success",
    ),
    "PASSWORD_RESET_EXPIRED": (_OLD_LINK, "danger"),
    "INVALID_RESET_PASSWORD_TOKEN": (_OLD_LINK, "danger"),
    "PASSWORD_CHANGE": (_l("Your new password is saved. Other sessions have ended."), "success"),
    "INVALID_PASSWORD": (_l("That is not your password."), "danger"),
    "PASSWORD_IS_THE_SAME": (_l("Choose a password other than the one you have."), "danger"),
    "PASSWORD_NOT_PROVIDED": (_l("Enter a password."), "danger"),
    "EMAIL_NOT_PROVIDED": (_l("Enter your email address."), "danger"),
    "INVALID_EMAIL_ADDRESS": (_l("That is not an email address."), "danger"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "danger"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. You can go on."), "success"),
    "REAUTHENTICATION_REQUIRED": (_l("Please enter your password once more."), "info"),
    **second_step.MESSAGES,
    "INVALID_REDIRECT": (_l("We lead only to pages of this shop."), "warning"),
}


class OutboxMail(MailUtil):
    """Flask-Security's mails go through the outbox, committed with their cause."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Queue the reset link; its address comes from the configuration, not the request."""
        del subject, recipient, sender, body, html
        if template != "reset_instructions":
            raise ValueError(f"no mail for {template}")
        passwords.hash_password("takes as long as for an address that has no account")
        path = url_for_security("reset_password", token=kwargs["reset_token"])
        outbox.put_mail(
            login_records.unit(),
            template="reset",
            key=secrets.token_hex(8),
            payload={"user_id": kwargs["user"].id, "link": shop().config.base_url + path},
            now=shop().clock.now(),
        )


def register(app: Flask, running: Shop) -> None:
    """Add login, logout, password pages. Rule: docs/operations.md, "Accounts"."""
    session: scoped_session[Session] = scoped_session(running.database.writing)
    app.extensions["komet_shop_accounts"] = session
    app.config.update(_settings(running))
    security = Security(
        app,
        SQLAlchemySessionUserDatastore(session, User, Role, Passkey),
        login_form=ShopLoginForm,
        forgot_password_form=ShopForgotPasswordForm,
        reset_password_form=ShopResetPasswordForm,
        change_password_form=ShopChangePasswordForm,
        verify_form=ShopVerifyForm,
        mail_util_cls=OutboxMail,
        password_util_cls=ShopPasswords,
        render_template=_render,
        **second_step.CLASSES,
    )
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(_the_visitor)
    security.login_manager.request_loader(lambda _request: None)
    login_records.register(app)
    second_step.register(app, security)
    app.after_request(_end_unit)
    app.teardown_request(lambda _error: session.remove())


def _settings(running: Shop) -> dict[str, Any]:
    settings = {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "DEPRECATED_PASSWORD_SCHEMES": [],
        "PASSWORD_SINGLE_HASH": True,  # a pepper would bind passwords to a key that rotates
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__type": "ID",
            "argon2__memory_cost": passwords.MEMORY_KIB,
            "argon2__time_cost": passwords.PASSES,
            "argon2__parallelism": passwords.LANES,
        },
        "HASHING_SCHEMES": ["hex_sha256"],  # of hashes inside signed tokens: nothing to guess
        "DEPRECATED_HASHING_SCHEMES": [],
        "PASSWORD_NORMALIZE_FORM": passwords.NORMAL_FORM,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RESET_PASSWORD_WITHIN": timedelta(minutes=RESET_MINUTES),
        "SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "EMAIL_SENDER": running.config.mail_from,
        "EMAIL_TEMPLATE_PASSWORD_RESET": "reset_instructions",
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": timedelta(seconds=FRESH_SECONDS),
        "FRESHNESS_GRACE_PERIOD": timedelta(0),
        "LOGOUT_METHODS": ["POST"],
        "LOGOUT_CSRF": True,
        "POST_LOGIN_VIEW": "/",
        "POST_LOGOUT_VIEW": "/login",
        "POST_CHANGE_VIEW": "/",
        "JOIN_USER_ROLES": False,  # the model loads them by itself
        "STATIC_FOLDER": None,
        **second_step.settings(running.config.master_keys),
    }
    messages = {f"SECURITY_MSG_{name}": text for name, text in MESSAGES.items()}
    return {f"SECURITY_{name}": value for name, value in settings.items()} | messages


def _render(template: str, **context: Any) -> Any:
    """A page of Flask-Security in our frame; 422 when its form came back with errors."""
    forms = [context[name] for name in FORMS if name in context]
    has_errors = any(form.errors for form in forms)
    if template == ASKED_FOR_LINK and request.method == "POST" and not has_errors:
        get_flashed_messages()  # the page says what happens next, and keeps saying it
        return redirect(url_for_security("forgot_password", sent="yes"), 303)
    verifying = context.get("verify_form")
    if isinstance(verifying, ShopVerifyForm) and verifying.goes_to_passkey:
        return redirect(url_for_security("wan_verify", next=verifying.next.data or None), 303)
    template, context = second_step.page(template, context)
    page = render_template(template, is_sent="sent" in request.args, **context)
    return (page, 422) if has_errors else page


def _the_visitor(_uniquifier: str) -> User | None:
    """Flask-Login asks only where we have not told it: then it is who we loaded."""
    return visitor().user


def _end_unit(response: Response) -> Response:
    """End the transaction before the session is written; Flask-Security does not always."""
    session: scoped_session[Session] = current_app.extensions["komet_shop_accounts"]
    if session.registry.has():
        if response.status_code < 500:
            session.commit()
        session.remove()
    login_limits.settle(response)
    return response
