"""The list of people: narrowed, searched, in pages."""

from dataclasses import asdict, dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import BUYER, ROLES, Permission
from komet_shop.services import people
from komet_shop.services.people import Filters, Kind, Person
from komet_shop.web import cursors
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.people.blueprint import bp, keeper
from komet_shop.web.people.words import (
    StandingWords,
    role_titles,
    role_words,
    standing_labels,
    standing_words,
)
from komet_shop.web.permissions import requires

LONGEST_TEXT = 100
CURSOR = "people"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A person in the list."""

    person: Person
    href: str
    roles: str
    belongs_to: str
    standing: StandingWords


@bp.get("")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS)
def index() -> ResponseReturnValue:
    """People by name, as far as the visitor looks after them."""
    filters = _filters()
    after = cursors.after(CURSOR)
    with opened_desk() as unit:
        found, place = people.page(unit, keeper(), filters, after=after, now=shop().clock.now())
        places = people.locations(unit, scope())
    chosen = {name: value for name, value in asdict(filters).items() if value}
    next_cursor = cursors.cursor(CURSOR, place)
    return render_template(
        "people/index.html",
        rows=[_row(person) for person in found],
        filters=filters,
        is_narrowed=bool(chosen),
        sees_staff=keeper().sees(Kind.STAFF),
        sees_buyers=keeper().sees(Kind.ECOMMERCE),
        kinds=[("", _("All")), (Kind.STAFF, _("Staff")), (Kind.ECOMMERCE, _("E-commerce"))],
        roles=[("", _("All")), *((one, role_words(one).title) for one in ROLES if one != BUYER)],
        places=[("", _("All")), *((one.key, one.name) for one in places)],
        standings=[("", _("All")), *standing_labels().items()],
        first_href=url_for(".index", **chosen) if after is not None else None,
        next_href=url_for(".index", **chosen, after=next_cursor) if next_cursor else None,
    )


def _filters() -> Filters:
    given = {
        name: request.args.get(name, "").strip()[:LONGEST_TEXT]
        for name in ("kind", "role", "location", "standing")
    }
    return Filters(**given, text=request.args.get("text", "").strip()[:LONGEST_TEXT])


def _row(person: Person) -> Row:
    linked = person.customers if person.kind is Kind.ECOMMERCE else person.locations
    return Row(
        person=person,
        href=url_for(".show", public_id=person.public_id),
        roles=role_titles(person.roles) or _("No role"),
        belongs_to=", ".join(one.name for one in linked),
        standing=standing_words(person),
    )
