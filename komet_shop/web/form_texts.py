"""What forms say of an entry where the field has no words of its own: ours, in both languages."""

from typing import Any

from flask import Flask, request
from flask_babel import lazy_gettext as _l

_MISSING = _l("Enter something here.")
_CHOICE = _l("Choose one of the list.")
_CHOICES = _l("Choose from the list only.")
_NUMBER = _l("Enter a number, without letters.")
_DATE = _l("Enter a day such as 2026-11-25.")
_UNUSABLE = _l("What was entered cannot be used here.")
_FILE = _l("Files of that kind cannot be used here.")
_OLD_PAGE = _l("The page was open for too long. Load it again, and send it once more.")

TEXTS: dict[str, Any] = {
    "This field is required.": _MISSING,
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICES,
    "'%(value)s' is not a valid choice for this field.": _CHOICES,
    "Not a valid integer value.": _NUMBER,
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Not a valid date value.": _DATE,
    "Not a valid datetime value.": _l("Enter a day and a time such as 2026-11-25 14:30."),
    "Not a valid time value.": _l("Enter a time such as 14:30."),
    "Not a valid week value.": _l("Enter a week such as 2026-W48."),
    "Field must be equal to %(other_name)s.": _l("The two entries are not the same."),
    "Field must be at least %(min)d character long.": _l("Too short: at least %(min)d characters."),
    "Field cannot be longer than %(max)d character.": _l("Too long: at most %(max)d characters."),
    "Field must be exactly %(max)d character long.": _l("Enter exactly %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": _l(
        "Enter between %(min)d and %(max)d characters."
    ),
    "Number must be at least %(min)s.": _l("The least is %(min)s."),
    "Number must be at most %(max)s.": _l("The most is %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("Enter a number from %(min)s to %(max)s."),
    "Date must be at least %(min)s.": _l("The first day is %(min)s."),
    "Date must be at most %(max)s.": _l("The last day is %(max)s."),
    "Date must be between %(min)s and %(max)s.": _l("Enter a day from %(min)s to %(max)s."),
    "Invalid email address.": _l("Enter an email address such as ana@example.com."),
    "Invalid URL.": _l("Enter a web address such as https://example.com."),
    "Invalid IP address.": _UNUSABLE,
    "Invalid Mac address.": _UNUSABLE,
    "Invalid UUID.": _UNUSABLE,
    "Invalid input.": _UNUSABLE,
    "Invalid value, must be one of: %(values)s.": _UNUSABLE,
    "Invalid value, can't be any of: %(values)s.": _UNUSABLE,
    "This field cannot be edited.": _l("This cannot be changed."),
    "This field is disabled and cannot have a value.": _l("This cannot be changed."),
    "File does not have an approved extension.": _FILE,
    "File does not have an approved extension: {extensions}": _FILE,
    "Invalid CSRF Token.": _OLD_PAGE,
    "CSRF token missing.": _OLD_PAGE,
    "CSRF failed.": _OLD_PAGE,
    "CSRF token expired.": _OLD_PAGE,
}
"""The form library's texts → ours. Of a text with a plural, the singular stands for both."""


def register(app: Flask) -> None:
    """Let every form of every request speak so."""
    app.before_request(_speak)


def _speak() -> None:
    # Flask-WTF looks here before it loads the library's own catalogue.
    request.wtforms_translations = _Ours()  # type: ignore[attr-defined]  # Flask-WTF's own


class _Ours:
    """A catalogue as the form library asks it."""

    def ugettext(self, text: str) -> str:
        return str(TEXTS.get(text, text))

    def ungettext(self, singular: str, plural: str, count: int) -> str:
        if singular in TEXTS:
            return str(TEXTS[singular])
        return singular if count == 1 else plural
