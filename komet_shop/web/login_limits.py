"""How often somebody may try to log in: by account, by address, and by known browser."""

import hashlib
import secrets
from dataclasses import dataclass

from flask import Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from komet_shop.services import rate_limits
from komet_shop.services.rate_limits import Limit
from komet_shop.web.current import shop, visitor

COOKIE = "komet_shop_known"
SECURE_COOKIE = "__Host-known"
YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class LoginTry:
    """One try to log in, and the counters that it takes from."""

    counters: tuple[tuple[Limit, str], ...]

    @classmethod
    def by(cls, email: str) -> "LoginTry":
        """A browser that logged in to this account before has a counter of its own.

        So a stranger who guesses cannot shut the owner out.
        """
        account = _account(email)
        browser = _known_browser(account)
        own = ("login_browser", browser) if browser else ("login_account", account)
        address = ("login_address", request.remote_addr or "")
        return cls(counters=tuple((limit(name), subject) for name, subject in (address, own)))

    @classmethod
    def with_code(cls, email: str) -> "LoginTry":
        """Codes are short: wrong ones count for a whole day too."""
        account = _account(email)
        daily = (limit("login_code"), _known_browser(account) or account)
        return cls(counters=(*cls.by(email).counters, daily))

    def is_allowed(self) -> bool:
        """Count the try in a unit of its own; False when a counter is full."""
        return shop().database.run(self.take)

    def take(self, session: Session) -> bool:
        """The same within a transaction that is open already."""
        now = shop().clock.now()
        return all(rate_limits.take(session, *counter, now) for counter in self.counters)

    def was_good(self) -> None:
        """The password was right: only failures count. Given back after the account's unit."""
        g.good_login_try = self

    def give_back(self) -> None:
        """Count one try less everywhere."""
        now = shop().clock.now()

        def unit(session: Session) -> None:
            for counter in self.counters:
                rate_limits.give_back(session, *counter, now)

        shop().database.run(unit)


def limit(name: str) -> Limit:
    """A limit of this installation, by name."""
    found: Limit = current_app.config["KOMET_SHOP_LIMITS"][name]
    return found


def may_ask_for_reset(email: str) -> bool:
    """Whether another reset link may be sent to this address."""
    now = shop().clock.now()
    address = request.remote_addr or ""

    counters = ((limit("reset_address"), address), (limit("reset_account"), _account(email)))

    def unit(session: Session) -> bool:
        return all(rate_limits.take(session, *counter, now) for counter in counters)

    return shop().database.run(unit)


def settle(response: Response) -> None:
    """After the account's unit has ended: give a good try back, and know the browser again."""
    tried: LoginTry | None = g.pop("good_login_try", None)
    person = visitor().user
    if tried is not None:
        tried.give_back()
        if person is not None:
            _remember_browser(response, person.email)


def _remember_browser(response: Response, email: str) -> None:
    """This browser logged in to this account: it keeps a counter of its own."""
    account = _account(email)
    if _known_browser(account):
        return
    value = _serializer().dumps([account, secrets.token_urlsafe(12)])
    response.set_cookie(
        _cookie(),
        str(value),
        max_age=YEAR,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _known_browser(account: str) -> str:
    try:
        owner, browser = _serializer().loads(request.cookies.get(_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return ""
    return str(browser) if owner == account else ""


def _account(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(shop().config.secret_key.reveal(), salt="known browser")


def _cookie() -> str:
    return SECURE_COOKIE if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE
