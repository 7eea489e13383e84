"""The overview of Settings, and the integration with every location that it concerns."""

from dataclasses import dataclass

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from komet_shop.domain.activation import Status
from komet_shop.domain.permissions import Permission
from komet_shop.services import location_setup
from komet_shop.services.location_setup import Counts, LocationSetup
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.words import Task, Word, environment_word, status_word, task


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere to go from the overview, and how it stands there."""

    label: str
    href: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the overview."""

    title: str
    places: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A location in a list."""

    setup: LocationSetup
    href: str
    cards_href: str
    status: Word
    environment: Word
    task: Task


@bp.get("")
@requires(Permission.INTEGRATIONS)
def index() -> ResponseReturnValue:
    """Settings begin with the overview."""
    return redirect(url_for(".settings"), 303)


@bp.get("/settings")
@requires(Permission.INTEGRATIONS)
def settings() -> str:
    """Everything that can be set, each with how it stands."""
    with opened_desk() as unit:
        found = location_setup.listing(unit, scope())
        counted = location_setup.counts(unit, scope())
    return render_template("setup/settings.html", sections=_sections(found, counted))


@bp.get("/integrations/<name>")
@requires(Permission.INTEGRATIONS)
def integration(name: str) -> str:
    """The gateway at every location: how it stands, and who does what next."""
    if name != shop().gateways.plugin.name:
        abort(404)
    with opened_desk() as unit:
        rows = [row(one) for one in location_setup.listing(unit, scope())]
    return render_template("setup/integration.html", rows=rows)


def row(setup: LocationSetup) -> Row:
    """A location, ready for a template."""
    code = setup.location.code
    return Row(
        setup=setup,
        href=url_for("setup.location", code=code),
        cards_href=cards_href(code),
        status=status_word(setup),
        environment=environment_word(setup.environment),
        task=task(setup),
    )


def cards_href(code: str) -> str:
    """Where a location's switches and fees are."""
    return f"{url_for('setup.location', code=code)}/cards"


def _sections(found: list[LocationSetup], counted: Counts) -> list[Section]:
    plugin = shop().gateways.plugin
    active = sum(one.is_open_to_buyers for one in found)
    takes = _("%(active)s of %(all)s locations take cards", active=active, all=len(found))
    integration = Place(
        label=_("%(title)s Integration", title=plugin.title),
        href=url_for(".integration", name=plugin.name),
        state=takes,
    )
    places = Place(label=_("Locations"), href=url_for(".locations"), state=_waiting(found))
    return [
        Section(title=_("Integrations"), places=(integration,)),
        Section(title=_("Locations"), places=(places,)),
        Section(title=_("Order Entry Options"), places=(_order_entry(found),)),
        Section(title=_("Accounts Receivables Settings"), places=_receivables(counted)),
    ]


def _waiting(found: list[LocationSetup]) -> str:
    begun = sum(one.status is not Status.OFF and not one.is_open_to_buyers for one in found)
    if not begun:
        return str(ngettext("%(num)s location", "%(num)s locations", len(found)))
    text = ngettext("%(num)s location is not finished", "%(num)s locations are not finished", begun)
    return str(text)


def _order_entry(found: list[LocationSetup]) -> Place:
    opened = sum(one.is_open_to_buyers for one in found)
    return Place(
        label=_("Card payments, e-commerce and fees"),
        href="/setup/cards",
        state=_("Buyers pay by card at %(open)s of %(all)s locations", open=opened, all=len(found)),
    )


def _receivables(counted: Counts) -> tuple[Place, ...]:
    terminals = ngettext("%(num)s terminal", "%(num)s terminals", counted.terminals)
    methods = (
        ngettext("%(num)s is switched off", "%(num)s are switched off", counted.methods_off)
        if counted.methods_off
        else _("All are switched on")
    )
    return (
        Place(label=_("Credit Card Terminals"), href="/setup/terminals", state=terminals),
        Place(label=_("Payment methods"), href="/setup/payment-methods", state=methods),
    )
