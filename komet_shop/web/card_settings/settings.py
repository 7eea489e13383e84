"""Card settings of the company and of a location, previewed before they are saved."""

from dataclasses import dataclass, field

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.card_decisions import Decisions
from komet_shop.domain.card_settings import Switch
from komet_shop.domain.permissions import Permission
from komet_shop.services import card_board, card_impact, card_switches
from komet_shop.services.card_board import Board, NoSuchLocation
from komet_shop.services.card_switches import Change, ChangedMeanwhile
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.card_settings.blueprint import bp, decides_for_company
from komet_shop.web.card_settings.effects import effect_texts
from komet_shop.web.card_settings.forms import (
    CompanyForm,
    LocationForm,
    SettingsForm,
    decisions_of,
    digest,
)
from komet_shop.web.card_settings.words import (
    fee_counts,
    fee_text,
    on_or_off,
    status_word,
    switch_counts,
    switch_help,
    switch_label,
)
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires


@dataclass(frozen=True, kw_only=True)
class SwitchRow:
    """A switch on the page. `counts` says what counts at the location, and who decided it."""

    name: str
    help: str
    counts: str


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """A location in the company's list."""

    name: str
    href: str
    status: str
    tone: str
    ecommerce: str
    fee: str
    decides: bool


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the page says beside the form."""

    effects: list[str] = field(default_factory=list)
    is_old: bool = False
    status: int = 200


@bp.get("/cards")
@requires(Permission.INTEGRATIONS)
def show_company() -> ResponseReturnValue:
    """What counts at every location that decides nothing else; some may only read it."""
    return _show(None)


@bp.post("/cards")
@requires(Permission.ALL_LOCATIONS, fresh=True)
def change_company() -> ResponseReturnValue:
    """Show what the change will do; saved by the same form once it has been shown."""
    if not decides_for_company():
        abort(403)
    return _change(None)


@bp.get("/locations/<code>/cards")
@requires(Permission.INTEGRATIONS)
def show_location(code: str) -> ResponseReturnValue:
    """What a location decides, what counts there and by whom."""
    return _show(code)


@bp.post("/locations/<code>/cards")
@requires(Permission.INTEGRATIONS, fresh=True)
def change_location(code: str) -> ResponseReturnValue:
    """Show what the change will do; saved by the same form once it has been shown."""
    return _change(code)


def _show(level: str | None) -> ResponseReturnValue:
    board = _board(level)
    return _page(board, level, _showing(board, level), Told())


def _change(level: str | None) -> ResponseReturnValue:
    board = _board(level)
    form: SettingsForm = CompanyForm() if level is None else LocationForm()
    form.write_labels(board)
    if form.drawn.data != board.version(level):
        return _out_of_date(board, level)
    decisions = decisions_of(form, board.decided(level))
    if decisions is None:
        return _page(board, level, form, Told(status=422))
    if form.previewed.data != digest(form, decisions):
        effects = _effects(board, level, decisions)
        if effects:
            form.previewed.data = digest(form, decisions)
            return _page(board, level, form, Told(effects=effects))
    return _save(level, decisions, form.drawn.data)


def _save(level: str | None, decisions: Decisions, drawn: str) -> ResponseReturnValue:
    try:
        change = Change(level=level, decisions=decisions, drawn=drawn)
        card_switches.save(shop(), scope(), change)
    except ChangedMeanwhile:
        return _out_of_date(_board(level), level)
    flash(_("The settings are saved."), "success")
    return redirect(_href(level), 303)


def _board(level: str | None) -> Board:
    """404 for a location that is not there or not the visitor's."""
    with opened_desk() as unit:
        board = card_board.read(unit, scope())
    try:
        board.decided(level)
    except NoSuchLocation:
        abort(404)
    return board


def _effects(board: Board, level: str | None, decisions: Decisions) -> list[str]:
    after = board.deciding(level, decisions)
    with shop().database.read() as unit:
        found = card_impact.impacts(unit, scope().company_id, before=board, after=after)
    return effect_texts(found)


def _out_of_date(board: Board, level: str | None) -> ResponseReturnValue:
    """The page as it is now: nothing was saved."""
    return _page(board, level, _showing(board, level), Told(is_old=True, status=409))


def _showing(board: Board, level: str | None) -> SettingsForm:
    if level is None:
        return CompanyForm.showing(board)
    return LocationForm.showing(board, level)


def _page(board: Board, level: str | None, form: SettingsForm, told: Told) -> ResponseReturnValue:
    place = None if level is None else board.place(level)
    page = render_template(
        "card_settings/settings.html",
        form=form,
        told=told,
        place=place,
        status=status_word(place.status)[0] if place is not None else "",
        action=_href(level),
        switches=[_switch_row(board, which, level) for which in Switch],
        decided=_decided(board),
        company_fee=fee_text(board.fees(None).value),
        fee_counts="" if level is None else fee_counts(board, level),
        places=[] if level is not None else [_place_row(board, one.code) for one in board.places],
    )
    return page, told.status


def _switch_row(board: Board, which: Switch, level: str | None) -> SwitchRow:
    return SwitchRow(
        name=which.value,
        help=switch_help(which),
        counts="" if level is None else switch_counts(board, which, level),
    )


def _decided(board: Board) -> list[tuple[str, str]]:
    """What the company decided, for those who only read it."""
    switches = [(switch_label(one), on_or_off(board.switch(one, None).value)) for one in Switch]
    return [*switches, (_("Credit card fees"), fee_text(board.fees(None).value))]


def _place_row(board: Board, code: str) -> PlaceRow:
    place = board.place(code)
    status, tone = status_word(place.status)
    return PlaceRow(
        name=place.name,
        href=_href(code),
        status=status,
        tone=tone,
        ecommerce=on_or_off(board.switch(Switch.ECOMMERCE, code).value),
        fee=fee_text(board.fees(code).value),
        decides=place.decisions != Decisions(),
    )


def _href(level: str | None) -> str:
    if level is None:
        return url_for("card_settings.show_company")
    return url_for("card_settings.show_location", code=level)
