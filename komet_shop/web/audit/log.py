"""The audit log as a list, newest first."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import Permission
from komet_shop.services import audit_search
from komet_shop.services.audit_search import MOST_EXPORTED, Line
from komet_shop.web import cursors
from komet_shop.web.audit.blueprint import bp, reader
from komet_shop.web.audit.filtering import Asked, asked
from komet_shop.web.audit.values import Writing, changes
from komet_shop.web.audit.words import GROUPS, action_text, actor_text, object_text
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import shop
from komet_shop.web.filters import DEFAULT_ZONE, moment
from komet_shop.web.permissions import requires

CURSOR = "audit"
PAGES = {
    "user": ("people.show", "public_id"),
    "operation": ("reviews.show", "operation_id"),
    "customer": ("customers.show", "customer_id"),
}
"""Where objects have a page for staff: its endpoint, and what its address holds."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry in words."""

    line: Line
    at: str
    who: str
    action: str
    thing: str
    href: str
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What the last check of the chain said."""

    tone: str
    title: str
    text: str


@bp.get("")
@requires(Permission.AUDIT_LOG)
def index() -> ResponseReturnValue:
    """A page of the log, as narrowed."""
    after = cursors.after(CURSOR)
    with opened_desk() as unit:
        filters = asked(request.args, unit, reader(), shop().clock.now())
        lines, place = audit_search.page(unit, reader(), filters.wanted(), after=after)
        places = audit_search.locations(unit, reader())
        seal = _seal(unit)
    following = cursors.cursor(CURSOR, place)
    query: dict[str, Any] = filters.query()
    return render_template(
        "audit/index.html",
        rows=[row_of(line) for line in lines],
        filters=filters,
        query=query,
        seal=seal,
        groups=[("", _("All")), *((name, title) for name, (title, _actions) in GROUPS.items())],
        places=[("", _("All")), *places],
        most=MOST_EXPORTED,
        note=_cut(filters),
        first_href=url_for(".index", **query) if after is not None else None,
        next_href=url_for(".index", **query, after=following) if following else None,
    )


def row_of(line: Line) -> Row:
    """An entry in words, in the zone of its location."""
    number = str(line.object_id) if line.object_id is not None else ""
    zone = line.time_zone or DEFAULT_ZONE
    return Row(
        line=line,
        at=moment(line.at, zone, seconds=True),
        who=actor_text(line.who),
        action=action_text(line.action),
        thing=f"{object_text(line.object_type)} {line.thing.name or number}".strip(),
        href=_href(line),
        changes=changes(line.before, line.after, Writing(zone=zone, currency=line.currency)),
    )


def _href(line: Line) -> str:
    endpoint, name = PAGES.get(line.object_type, ("", ""))
    if not line.thing.public_id or endpoint not in current_app.view_functions:
        return ""
    values: dict[str, Any] = {name: line.thing.public_id}
    return url_for(endpoint, **values)


def _seal(unit: Session) -> Seal:
    verified = audit_search.last_verified(unit)
    if verified is None:
        return Seal(
            tone="info",
            title=_("Not verified yet"),
            text=_("The worker follows the whole chain of the log every night."),
        )
    at = moment(verified.at)
    if verified.broken_at:
        return Seal(
            tone="danger",
            title=_("The log was changed"),
            text=_(
                "The check on %(at)s found a line that does not fit: %(line)s. Somebody wrote to "
                "the database past the shop. Tell whoever runs it, and change nothing.",
                at=at,
                line=verified.broken_at,
            ),
        )
    return Seal(
        tone="success",
        title=_("Nothing was changed or taken out"),
        text=_("The whole chain of the log was followed on %(at)s.", at=at),
    )


def _cut(filters: Asked) -> str:
    return str(_("At most one year is shown at once.")) if filters.was_cut else ""
