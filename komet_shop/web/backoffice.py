"""What every page of staff shares: the menu with what waits, and the frame around the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import Permission
from komet_shop.services import location_setup, reviews, undelivered
from komet_shop.services.location_setup import Warnings
from komet_shop.services.reviews import Queue
from komet_shop.web.current import may, scope, shop, visitor

SETTINGS = {Permission.INTEGRATIONS, Permission.LOCATIONS}
"""Whoever holds one of these has something to set up."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many payments and messages wait, by where they are shown."""

    unclear: int
    decide: int
    stray: int
    undelivered: int

    @property
    def for_people(self) -> int:
        """What does not go on without somebody: the shop itself follows up what is unclear."""
        return self.decide + self.stray + self.undelivered


@dataclass(frozen=True, kw_only=True)
class Link:
    """One entry of the menu; `count` is shown where there is something to count."""

    label: str
    href: str
    active: bool
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Group:
    """Entries of the menu below a title."""

    label: str
    links: tuple[Link, ...]


def prepare(blueprint: Blueprint) -> None:
    """Give a blueprint of staff pages their frame."""
    blueprint.context_processor(page_context)


@contextmanager
def opened_desk() -> Iterator[Session]:
    """A reading unit of work; what every page of staff tells the visitor is read with it."""
    with shop().database.read() as unit:
        if may(Permission.REVIEWS):
            g.waiting = _count(unit)
        if may(Permission.INTEGRATIONS):
            g.setup_warnings = location_setup.warnings(unit, scope())
        yield unit


def waiting() -> Waiting:
    """What was counted when this request opened its desk."""
    counted = g.waiting
    assert isinstance(counted, Waiting)
    return counted


def page_context() -> dict[str, Any]:
    """What the layout of staff pages wants to know."""
    told: Warnings | None = g.get("setup_warnings")
    return {
        "nav_groups": navigation(),
        "test_mode_locations": told.test_mode if told is not None else (),
        "in_app_is_off": told is not None and told.method_off,
        "methods_href": url_for("card_settings.show_methods"),
        "integration_href": url_for("setup.integration", name=shop().gateways.plugin.name),
    }


def navigation() -> list[Group]:
    """The menu: only what the visitor may open."""
    counted: Waiting | None = g.get("waiting")
    count = counted.for_people if counted is not None else 0
    offered = (
        _group(_("Sales"), (_("Customers"), "/customers", {Permission.CUSTOMERS}, 0)),
        _group(_("Receivables"), (_("Reviews"), "/reviews", {Permission.REVIEWS}, count)),
        _group(
            _("Setup"),
            (_("Settings"), "/setup", SETTINGS, 0),
            (_("People"), "/setup/people", {Permission.USERS, Permission.ECOMMERCE_USERS}, 0),
            (_("Audit log"), "/setup/audit", {Permission.AUDIT_LOG}, 0),
        ),
        _group(_("You"), (_("Profile"), "/account", {Permission.PROFILE}, 0)),
    )
    return [group for group in offered if group.links]


def _group(label: str, *entries: tuple[str, str, set[Permission], int]) -> Group:
    at = [entry[1] for entry in entries if request.path.startswith(entry[1])]
    open_now = max(at, key=len, default="")
    links = (
        Link(label=text, href=href, active=href == open_now, count=count)
        for text, href, permissions, count in entries
        if permissions & visitor().permissions
    )
    return Group(label=label, links=tuple(links))


def _count(unit: Session) -> Waiting:
    counts = reviews.counts(unit, scope())
    return Waiting(
        unclear=counts[Queue.UNCLEAR],
        decide=counts[Queue.DECIDE],
        stray=counts[Queue.STRAY],
        undelivered=undelivered.count(unit, scope()),
    )
