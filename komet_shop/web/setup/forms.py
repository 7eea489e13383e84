"""Forms of Settings."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from komet_shop.domain.money import NotAnAmount, format_plain, parse_typed_cents
from komet_shop.plugin_api import Plugin, Setting
from komet_shop.services.key_checks import settings_of
from komet_shop.web.field_names import KEY

MOST_CENTS = 99_999_999_99
NAME, LINE, TEXT = 200, 40, 2000


class CentsField(StringField):  # type: ignore[misc]  # WTForms ships no types
    """Two decimals, kept as an integer: dollars as cents, percents as basis points."""

    def __init__(self, label: Any, *, most: int = MOST_CENTS, **more: Any) -> None:
        super().__init__(label, **more)
        self._most = most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return format_plain(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the text; empty stays nothing."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            cents = parse_typed_cents(valuelist[0])
        except NotAnAmount as error:
            raise ValueError(_("Enter a number such as 1,250.00.")) from error
        if not 0 <= cents <= self._most:
            raise ValueError(_("Enter a number from 0 to %(most)s.", most=format_plain(self._most)))
        self.data = cents


class ApplicationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What a specialist needs to make contact: no bank, tax or identity numbers."""

    legal_name = StringField(
        _l("Legal name of the business"),
        validators=[DataRequired(_l("Enter the business's legal name.")), Length(max=NAME)],
    )
    trade_name = StringField(
        _l("Name that customers know"), validators=[Optional(), Length(max=NAME)]
    )
    business_address = TextAreaField(
        _l("Business address"),
        validators=[DataRequired(_l("Enter the address.")), Length(max=TEXT)],
    )
    website = StringField(_l("Website"), validators=[Optional(), Length(max=NAME)])
    contact_name = StringField(
        _l("Who should be called?"),
        validators=[DataRequired(_l("Enter a name.")), Length(max=NAME)],
    )
    contact_email = StringField(
        _l("Email"),
        validators=[
            DataRequired(_l("Enter an email address.")),
            Email(_l("That is not an email address.")),
            Length(max=NAME),
        ],
    )
    contact_phone = StringField(
        _l("Phone"), validators=[DataRequired(_l("Enter a phone number.")), Length(max=LINE)]
    )
    monthly_volume_cents = CentsField(
        _l("Card payments you expect in a month"),
        validators=[InputRequired(_l("Enter an amount, even a rough one."))],
    )
    average_ticket_cents = CentsField(
        _l("A usual payment"), validators=[InputRequired(_l("Enter an amount, even a rough one."))]
    )
    current_processor = StringField(
        _l("Who processes your cards today?"), validators=[Optional(), Length(max=NAME)]
    )
    notes = TextAreaField(
        _l("Anything else the specialist should know"), validators=[Optional(), Length(max=TEXT)]
    )


class RatesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What was agreed, for people to read."""

    percent_bp = CentsField(_l("Percent of each payment"), most=100_00, validators=[Optional()])
    item_cents = CentsField(_l("For each payment"), most=1_000_00, validators=[Optional()])
    monthly_cents = CentsField(_l("Monthly fee"), most=100_000_00, validators=[Optional()])
    agreed_on = DateField(
        _l("Agreed on"), validators=[DataRequired(_l("Enter the day on which it was agreed."))]
    )
    note = TextAreaField(_l("Note"), validators=[Length(max=TEXT)])

    def validate_note(self, field: Any) -> None:
        """Some word about the rates there must be."""
        figures = (self.percent_bp.data, self.item_cents.data, self.monthly_cents.data)
        if all(figure is None for figure in figures) and not (field.data or "").strip():
            raise ValidationError(_("Enter at least one rate, or say in the note what was agreed."))


class OffForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The word that turns cards off."""

    typed = StringField(_l("Type CONFIRM"), validators=[Length(max=20)])


class KeysForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Keys of the gateway. What was typed is never drawn again."""

    @classmethod
    def for_plugin(cls, plugin: Plugin, environments: tuple[str, ...]) -> "KeysForm":
        """The form that this plugin's settings ask for."""
        names = {"test": _("Test: no money moves"), "live": _("Live: real money")}
        choices = [SelectChoice(one, names[one]) for one in environments]
        drawn: dict[str, Any] = {
            KEY + setting.name: _key_field(setting) for setting in settings_of(plugin)
        }
        drawn["environment"] = RadioField(
            _("Environment"), choices=choices, default=environments[0], validate_choice=False
        )
        return type("PluginKeysForm", (cls,), drawn)()  # type: ignore[no-any-return]  # built

    @property
    def keys(self) -> dict[str, str]:
        """What was typed, by the setting's name."""
        return {
            field.name.removeprefix(KEY): field.data or ""
            for field in self
            if field.name.startswith(KEY)
        }

    def forget(self) -> None:
        """Before it is drawn: keys never stand in a page."""
        for field in self:
            if field.name.startswith(KEY):
                field.data, field.raw_data = "", None


def _key_field(setting: Setting) -> Any:
    validators = [DataRequired(_("Enter this one, too."))] if setting.required else [Optional()]
    common = {
        "label": _(setting.label),
        "description": _(setting.help) if setting.help else "",
        "validators": validators,
        "render_kw": {"autocomplete": "off", "spellcheck": "false"},
    }
    if setting.choices:
        return SelectField(
            **{
                **common,
                "choices": [SelectChoice(*one) for one in setting.choices],
                "render_kw": {},
            }
        )
    if setting.secret:
        common["render_kw"] = {"autocomplete": "new-password", "spellcheck": "false"}
        return PasswordField(**common)
    return TextAreaField(**common)
