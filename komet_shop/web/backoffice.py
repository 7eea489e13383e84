"""What every page of staff shares: the menu with what waits, and the frame around the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import Permission
from komet_shop.services import reviews, undelivered
from komet_shop.services.reviews import Queue
from komet_shop.web.current import may, scope, shop


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
    """A reading unit of work, with what waits for the visitor counted for the menu."""
    with shop().database.read() as unit:
        if may(Permission.REVIEWS):
            g.waiting = _count(unit)
        yield unit


def waiting() -> Waiting:
    """What was counted when this request opened its desk."""
    counted = g.waiting
    assert isinstance(counted, Waiting)
    return counted


def page_context() -> dict[str, Any]:
    """What the layout of staff pages wants to know."""
    return {"nav_groups": navigation()}


def navigation() -> list[Group]:
    """The menu: only what the visitor may open."""
    own = Group(label=_("You"), links=(_link(_("Profile"), "/account"),))
    if not may(Permission.REVIEWS):
        return [own]
    counted: Waiting | None = g.get("waiting")
    count = counted.for_people if counted is not None else 0
    return [Group(label=_("Receivables"), links=(_link(_("Reviews"), "/reviews", count),)), own]


def _link(label: str, href: str, count: int = 0) -> Link:
    return Link(label=label, href=href, active=request.path.startswith(href), count=count)


def _count(unit: Session) -> Waiting:
    counts = reviews.counts(unit, scope())
    return Waiting(
        unclear=counts[Queue.UNCLEAR],
        decide=counts[Queue.DECIDE],
        stray=counts[Queue.STRAY],
        undelivered=undelivered.count(unit, scope()),
    )
