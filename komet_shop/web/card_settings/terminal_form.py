"""The form of a terminal: its name, and the keys that the payment plugin asks for."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from komet_shop.plugin_api.plugin import Setting
from komet_shop.services import card_terminals, key_checks
from komet_shop.services.key_checks import Given
from komet_shop.web.current import shop
from komet_shop.web.field_names import KEY


class TerminalForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What can be changed of a terminal."""

    name = StringField(
        _l("Name"),
        validators=[
            DataRequired(_l("Give it a name by which your people know it.")),
            Length(max=card_terminals.LONGEST_NAME),
        ],
    )


class NewTerminalForm(TerminalForm):
    """What is asked for once. The choices of `location` are those of the visitor."""

    location = SelectField(_l("Location"))
    serial = StringField(
        _l("Serial number"),
        validators=[
            DataRequired(_l("Enter the serial number: it stands on the device.")),
            Length(max=card_terminals.LONGEST_SERIAL),
            Regexp(r"[\w .:/#-]+$", message=_l("Use letters, digits and dashes only.")),
        ],
    )


@dataclass(frozen=True, kw_only=True)
class KeyField:
    """One key as the page draws it: never its value, at most its last four characters."""

    name: str
    label: str
    help: str
    kept: str
    is_secret: bool
    error: str = ""


def given_keys() -> Given:
    """What was typed into the fields of keys."""
    offered = key_checks.environments(shop().config)
    asked = request.form.get("environment", "")
    return Given(
        environment=asked if asked in offered else offered[-1],
        keys={one.name: request.form.get(KEY + one.name, "") for one in _settings()},
    )


def key_fields(shown: dict[str, str], *, missing: str = "") -> list[KeyField]:
    """The fields of keys. `shown`: last four of those that are kept; `missing`: a label."""
    return [_field(one, shown, missing) for one in _settings()]


def environments() -> list[tuple[str, str]]:
    """Whose keys may be entered here, as choices; nothing to choose where there is one."""
    offered = key_checks.environments(shop().config)
    labels: dict[str, Any] = {"live": _("Live"), "test": _("Test")}
    return [(one, labels[one]) for one in offered] if len(offered) > 1 else []


def _settings() -> list[Setting]:
    return key_checks.settings_of(shop().gateways.plugin)


def _field(setting: Setting, shown: dict[str, str], missing: str) -> KeyField:
    last_four = shown.get(setting.name, "")
    error = _("Enter every key, or none: they belong together.")
    return KeyField(
        name=KEY + setting.name,
        label=_(setting.label),
        help=_(setting.help) if setting.help else "",
        kept=f"•••• {last_four}" if last_four else "",
        is_secret=setting.secret,
        error=error if setting.label == missing else "",
    )
