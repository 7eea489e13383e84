"""English or Spanish: as chosen here, else as the account says, else as the browser asks."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel, get_locale

from komet_shop.services import profiles
from komet_shop.web.current import scope, shop, visitor

LANGUAGES = {"en": "English", "es": "Español"}
COOKIE = "komet_shop_language"
YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class LanguageLink:
    """A language that a page offers."""

    code: str
    label: str
    href: str
    active: bool


def chosen_language() -> str:
    """The language of this answer."""
    asked = (request.args.get("lang", ""), request.cookies.get(COOKIE, ""))
    for code in asked:
        if code in LANGUAGES:
            return code
    person = visitor().user
    if person is not None and person.locale in LANGUAGES:
        return person.locale
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def page_context() -> dict[str, Any]:
    """What the page frame needs: the language, and links to the others."""
    active = str(get_locale() or "en")
    if g.get("address_is_unspeakable"):  # it holds a card number: do not repeat it in links
        return {"locale": active, "languages": []}
    links = [
        LanguageLink(code=code, label=label, href=_href(code), active=code == active)
        for code, label in LANGUAGES.items()
    ]
    return {"locale": active, "languages": links}


def register(app: Flask, folders: list[str]) -> None:
    """Translate pages with the catalogues in `folders`, ours first."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(folders)
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app, locale_selector=chosen_language)
    app.context_processor(page_context)
    app.before_request(_keep_in_account)
    app.after_request(_remember)


def _href(code: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{quote(request.path)}?{urlencode([*kept, ('lang', code)])}"


def _keep_in_account() -> None:
    """Who chooses a language while logged in gets mails in it too. Not by another site's link."""
    code, person = request.args.get("lang", ""), visitor().user
    from_here = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if person is None or code not in LANGUAGES or code == person.locale or not from_here:
        return
    with suppress(profiles.ProfileRefused):  # an account without a name
        profiles.change(shop(), scope(), name=person.name, locale=code)
        person.locale = code


def _remember(response: Response) -> Response:
    """A link with `lang` is a choice; the browser keeps it, also for somebody not logged in."""
    code = request.args.get("lang", "")
    if code in LANGUAGES and code != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE, code, max_age=YEAR, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response
