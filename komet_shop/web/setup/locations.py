"""Locations, and one location with its check-list, its keys' health and what is next."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.activation import (
    BEGUN,
    TAKES_KEYS,
    Progress,
    Status,
    Step,
    checklist,
)
from komet_shop.domain.money import format_plain
from komet_shop.domain.permissions import Permission
from komet_shop.models import CardApplication
from komet_shop.services import (
    activation,
    card_applications,
    card_impact,
    key_checks,
    location_setup,
)
from komet_shop.services.card_applications import Delivery
from komet_shop.services.location_setup import LocationSetup
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.card_settings.effects import effect_texts
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import password_is_fresh, requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.overview import row
from komet_shop.web.setup.words import (
    Word,
    later_notes,
    now_notes,
    step_titles,
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of the check-list."""

    title: str
    note: str
    state: Progress
    href: str = ""
    action: str = ""


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is read for the page of a location."""

    setup: LocationSetup
    application: CardApplication | None
    delivery: Delivery | None
    effects: list[str]


@bp.get("/locations")
@requires(Permission.INTEGRATIONS)
def locations() -> str:
    """Every location with how it stands."""
    with opened_desk() as unit:
        rows = [row(one) for one in location_setup.listing(unit, scope())]
    return render_template("setup/locations.html", rows=rows)


@bp.get("/locations/<code>")
@requires(Permission.INTEGRATIONS)
def location(code: str) -> ResponseReturnValue:
    """What is done, what is missing, and who does what next."""
    return page(code)


def page(code: str, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The page of a location, with what was not accepted."""
    with opened_desk() as unit:
        details = _details(unit, code)
    setup = details.setup
    html = render_template(
        "setup/location.html",
        problem=problem,
        setup=setup,
        shown=row(setup),
        items=_items(details),
        following=setup.next_step,
        effects=details.effects,
        health=_health(setup),
        keys=_keys(setup),
        rate_percent=_rate_percent(setup),
        is_fresh=password_is_fresh(),
        is_begun=setup.status in BEGUN,
        takes_keys=setup.status in TAKES_KEYS,
        is_foreign=setup.currency != activation.CURRENCY,
        is_proved=activation.is_proved(setup.account, key_checks.environments(shop().config)),
        verify_href=url_for("security.verify", next=url_for(".location", code=code)),
    )
    return html, status


def setup_or_404(unit: Session, code: str) -> LocationSetup:
    """A location of the visitor's scope; foreign ones look as if they were not there."""
    found = location_setup.read(unit, scope(), code)
    return found if found is not None else abort(404)


def _details(unit: Session, code: str) -> Details:
    setup = setup_or_404(unit, code)
    application = card_applications.latest(unit, setup.location.id)
    delivery = card_applications.delivery(unit, application) if application is not None else None
    return Details(
        setup=setup, application=application, delivery=delivery, effects=_effects(unit, setup)
    )


def _effects(unit: Session, setup: LocationSetup) -> list[str]:
    """What the next step would do to buyers, where it does something to them."""
    code = setup.location.code
    if setup.next_step is Step.ACTIVE:
        found = card_impact.of_activation(unit, scope(), code)
        return effect_texts(found) or [_("Buyers see no card payment before the next step.")]
    if setup.next_step is Step.SHOWN and setup.method_in_use:
        found = card_impact.of_showing(unit, scope(), code, on=True)
        return effect_texts(found) or [_("No customer of yours can pay by card yet.")]
    return []


def _items(details: Details) -> list[Item]:
    titles, links = step_titles(), _links(details.setup)
    items = []
    for step, progress in checklist(details.setup.standing):
        href, action = links.get(step, ("", ""))
        note = _note(step, progress, details)
        items.append(Item(title=titles[step], note=note, state=progress, href=href, action=action))
    return items


def _links(setup: LocationSetup) -> dict[Step, tuple[str, str]]:
    """Where a step is done or looked at, for those whose turn has come."""
    code, status = setup.location.code, setup.status
    links = {}
    if status in BEGUN:
        links[Step.APPLIED] = (
            url_for(".application", code=code),
            _("Fill it in") if status is Status.REQUESTED else _("Look at it"),
        )
    if status in BEGUN - {Status.REQUESTED}:
        is_next = status is Status.RATES_PENDING
        links[Step.RATES_AGREED] = (
            url_for(".rates", code=code),
            _("Write them down") if is_next else _("Change them"),
        )
    if status in TAKES_KEYS:
        links[Step.KEYS_ENTERED] = (
            url_for(".keys", code=code),
            _("Replace them") if setup.standing.has_keys else _("Enter them"),
        )
    return links


def _note(step: Step, progress: Progress, details: Details) -> str:
    if progress is Progress.LATER:
        return later_notes()[step]
    if step is Step.SHOWN and not details.setup.method_in_use:
        return str(_("Missing: “Credit Card (In-App)” is deactivated at every location."))
    if step is Step.APPLIED and progress is Progress.DONE:
        return delivery_text(details.delivery)
    if step is Step.RATES_AGREED and progress is Progress.NOW:
        return f"{now_notes()[step]} {delivery_text(details.delivery)}"
    return now_notes()[step] if progress is Progress.NOW else ""


def delivery_text(delivery: Delivery | None) -> str:
    """How far the application has come."""
    if delivery is None:
        return str(
            _(
                "The form is kept here, but the shop sends it nowhere: nobody told it the "
                "specialist's address. Give the specialist what it says."
            )
        )
    if delivery.state == "dead":
        return str(
            _(
                "The form could not be delivered (%(error)s). Tell whoever runs the shop, then "
                "send it again.",
                error=delivery.error,
            )
        )
    texts = {"done": _("The specialist has the form.")}
    return str(texts.get(delivery.state, _("The form is on its way to the specialist.")))


def _keys(setup: LocationSetup) -> list[tuple[str, str]]:
    """Each key by its label, with its end."""
    shown = setup.last_fours
    return [
        (_(setting.label), f"•••• {shown[setting.name]}")
        for setting in shop().gateways.plugin.settings
        if setting.name in shown
    ]


def _rate_percent(setup: LocationSetup) -> str:
    """Basis points as people write percents."""
    basis_points = setup.settings.rate_bp if setup.settings is not None else None
    return format_plain(basis_points) if basis_points is not None else ""


def _health(setup: LocationSetup) -> Word | None:
    """How the account does, in a word; None while there are no keys."""
    account = setup.account
    if account is None or not setup.standing.has_keys:
        return None
    if not setup.breaker_is_closed(shop().clock.now()):
        return Word(label=_("Does not answer: cards are not offered for a minute"), tone="danger")
    failed, worked = account.last_failure_at, account.last_success_at
    if failed is not None and (worked is None or failed > worked):
        return Word(label=_("The last call failed"), tone="warning")
    if worked is None:
        return Word(label=_("Not asked yet"), tone="neutral")
    return Word(label=_("Works"), tone="success")


def today(setup: LocationSetup) -> date:
    """The location's day."""
    zone = setup.location.time_zone
    return shop().clock.now().astimezone(ZoneInfo(zone)).date()
