"""What the forms of people offer: roles one may give, locations, sales persons, customers."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from komet_shop.services import people
from komet_shop.services.people import STAFF_ROLES, Keeper, Named, Person
from komet_shop.web.people.forms import BuyerForm, StaffForm
from komet_shop.web.people.words import RoleWords, role_words


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What stands beside the choices of a form."""

    roles: dict[str, RoleWords]
    found: list[Named]
    searched: str = ""


def offer_to_staff(
    unit: Session, form: StaffForm, keeper: Keeper, person: Person | None
) -> Offered:
    """Fill the choices of a member of staff."""
    known = person.roles if person is not None else ()
    roles = [role for role in STAFF_ROLES if keeper.may_give(role) or role in known]
    form.roles.choices = [SelectChoice(one, role_words(one).title) for one in roles]
    places = people.locations(unit, keeper.scope)
    kept = person.locations if person is not None else ()
    here = {one.key: one.name for one in (*places, *kept)}
    form.locations.choices = [SelectChoice(key, name) for key, name in here.items()]
    names = people.sales_persons(unit, keeper.scope)
    if person is not None and person.sales_person and person.sales_person not in names:
        names.append(person.sales_person)
    form.sales_person.choices = [
        SelectChoice("", _("Choose…")),
        *(SelectChoice(name, name) for name in names),
    ]
    return Offered(roles={one: role_words(one) for one in roles}, found=[])


def offer_to_buyer(unit: Session, form: BuyerForm, keeper: Keeper) -> Offered:
    """The customers that are ticked, and those that a search for more found."""
    ticked = people.customers(unit, keeper.scope, list(form.customers.data or ()))
    searched = (form.find.data or "").strip()
    found = people.find_customers(unit, keeper.scope, searched) if searched else []
    known = {one.key: one.name for one in (*ticked, *found)}
    form.customers.choices = [SelectChoice(key, name) for key, name in known.items()]
    return Offered(roles={}, found=found, searched=searched)
