"""The forms of staff and of e-commerce users."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Email, InputRequired, Length
from wtforms.widgets import CheckboxInput

from komet_shop.services.people import Person
from komet_shop.services.people_changes import Details
from komet_shop.services.profiles import LONGEST_NAME
from komet_shop.web.languages import LANGUAGES

LONGEST_EMAIL = 254
LONGEST_SEARCH = 100


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]  # WTForms ships no types
    """Several of a list, each with a box to tick."""

    option_widget = CheckboxInput()


class PersonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What staff and e-commerce users have in common."""

    email = StringField(
        _l("Email"),
        validators=[
            InputRequired(_l("Enter the address that the person logs in with.")),
            Length(max=LONGEST_EMAIL),
            Email(_l("That is not an email address.")),
        ],
    )
    name = StringField(
        _l("Name"),
        validators=[InputRequired(_l("Enter the person's name.")), Length(max=LONGEST_NAME)],
    )
    locale = SelectField(
        _l("Language"), choices=[SelectChoice(*each) for each in LANGUAGES.items()]
    )
    hides_cards = BooleanField(_l("Restrict Credit Card Access"))
    active = BooleanField(_l("Active"), default=True)
    version = HiddenField()

    def keep_email(self) -> None:
        """The address of somebody who is there already cannot be changed."""
        del self.email

    def common(self) -> dict[str, Any]:
        """What both kinds decide alike."""
        return {
            "name": self.name.data.strip(),
            "locale": self.locale.data,
            "hides_cards": self.hides_cards.data,
            "active": self.active.data,
        }


class StaffForm(PersonForm):
    """Somebody who works here."""

    roles = CheckboxesField(_l("Roles"))
    locations = CheckboxesField(_l("Locations"))
    own_customers_only = BooleanField(_l("Manage Own Customers"))
    sales_person = SelectField(_l("Sales person in Komet"), validate_choice=False)

    def details(self) -> Details:
        """What was entered."""
        return Details(
            **self.common(),
            roles=frozenset(self.roles.data),
            locations=frozenset(self.locations.data),
            own_customers_only=self.own_customers_only.data,
            sales_person=self.sales_person.data or "",
        )


class BuyerForm(PersonForm):
    """Somebody who orders in the shop, for one customer or several."""

    find = StringField(_l("Find a customer"), validators=[Length(max=LONGEST_SEARCH)])
    customers = CheckboxesField(_l("Customers"), validate_choice=False)

    def details(self) -> Details:
        """What was entered."""
        return Details(
            **self.common(),
            roles=frozenset({"buyer"}),
            customers=frozenset(self.customers.data),
        )


def values_of(person: Person) -> dict[str, Any]:
    """What a form about this person shows first."""
    return {
        "name": person.name,
        "locale": person.locale,
        "hides_cards": person.hides_cards,
        "active": person.active,
        "version": person.version,
        "roles": list(person.roles),
        "locations": [one.key for one in person.locations],
        "own_customers_only": person.own_customers_only,
        "sales_person": person.sales_person,
        "customers": [one.key for one in person.customers],
    }
