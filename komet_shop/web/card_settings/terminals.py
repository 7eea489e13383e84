"""Credit card terminals: the list, adding, renaming, keys, deactivating and deleting."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import card_board, card_terminals, terminal_changes
from komet_shop.services.card_board import Place
from komet_shop.services.card_terminals import (
    EnvironmentFixed,
    LocationTurnedOff,
    NoSuchLocation,
    NoSuchTerminal,
    SerialTaken,
    Terminal,
    TerminalRefused,
)
from komet_shop.services.key_checks import KeyMissing, KeysRefused
from komet_shop.services.terminal_changes import New
from komet_shop.web import cursors
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.card_settings.blueprint import bp
from komet_shop.web.card_settings.terminal_form import (
    NewTerminalForm,
    TerminalForm,
    environments,
    given_keys,
    key_fields,
)
from komet_shop.web.current import scope, shop
from komet_shop.web.key_refusals import key_refusal_text
from komet_shop.web.permissions import requires

LIST = "terminals"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A terminal in the list."""

    name: str
    serial: str
    location: str
    href: str
    active: bool
    has_keys: bool


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why something was not done: a sentence, or the label of the key that is missing."""

    text: str = ""
    missing_key: str = ""
    status: int = 200


NONE = Problem()


@bp.get("/terminals")
@requires(Permission.INTEGRATIONS)
def list_terminals() -> ResponseReturnValue:
    """Terminals of the visitor's locations."""
    after = cursors.after(LIST)
    with opened_desk() as unit:
        found, place = card_terminals.page(unit, scope(), after)
    following = cursors.cursor(LIST, place)
    return render_template(
        "card_settings/terminals.html",
        rows=[_row(one) for one in found],
        first_href=url_for(".list_terminals") if after is not None else None,
        next_href=url_for(".list_terminals", after=following) if following else None,
    )


@bp.get("/terminals/new")
@requires(Permission.INTEGRATIONS)
def new_terminal() -> ResponseReturnValue:
    """An empty form."""
    return _new_page(NewTerminalForm(formdata=None))


@bp.post("/terminals")
@requires(Permission.INTEGRATIONS, fresh=True)
def add_terminal() -> ResponseReturnValue:
    """303 to the list, or 422 with the form and what is wrong."""
    form = NewTerminalForm()
    form.location.choices = [(one.code, one.name) for one in _places()]
    if not form.validate_on_submit():
        return _new_page(form, Problem(status=422))
    new = New(
        location=form.location.data,
        name=form.name.data,
        serial=form.serial.data,
        keys=given_keys(),
    )
    try:
        terminal_changes.add(shop(), scope(), new)
    except SerialTaken:
        form.serial.errors = [_("Another terminal of the company has this serial number.")]
        return _new_page(form, Problem(status=422))
    except NoSuchLocation:
        abort(404)
    except (TerminalRefused, KeysRefused) as refusal:
        return _new_page(form, _problem(refusal))
    flash(_("%(name)s is added.", name=new.name), "success")
    return redirect(url_for(".list_terminals"), 303)


@bp.get("/terminals/<terminal_id>")
@requires(Permission.INTEGRATIONS)
def show_terminal(terminal_id: str) -> ResponseReturnValue:
    """One terminal, what can be changed of it, and which keys it has."""
    terminal = _read(terminal_id)
    return _page(terminal, TerminalForm(formdata=None, name=terminal.row.name))


@bp.post("/terminals/<terminal_id>")
@requires(Permission.INTEGRATIONS, fresh=True)
def change_terminal(terminal_id: str) -> ResponseReturnValue:
    """303 to the terminal, or 422 with the form and what is wrong."""
    form = TerminalForm()
    if not form.validate_on_submit():
        return _page(_read(terminal_id), form, Problem(status=422))
    try:
        terminal_changes.change(
            shop(), scope(), terminal_id, name=form.name.data, keys=given_keys()
        )
    except NoSuchTerminal:
        abort(404)
    except (TerminalRefused, KeysRefused) as refusal:
        return _page(_read(terminal_id), form, _problem(refusal))
    flash(_("%(name)s is saved.", name=form.name.data), "success")
    return redirect(url_for(".show_terminal", terminal_id=terminal_id), 303)


@bp.post("/terminals/<terminal_id>/deactivate")
@requires(Permission.INTEGRATIONS, fresh=True)
def deactivate_terminal(terminal_id: str) -> ResponseReturnValue:
    """Take no payment on it for now."""
    return _set_active(terminal_id, active=False)


@bp.post("/terminals/<terminal_id>/activate")
@requires(Permission.INTEGRATIONS, fresh=True)
def activate_terminal(terminal_id: str) -> ResponseReturnValue:
    """Take payments on it again."""
    return _set_active(terminal_id, active=True)


@bp.post("/terminals/<terminal_id>/delete")
@requires(Permission.INTEGRATIONS, fresh=True)
def delete_terminal(terminal_id: str) -> ResponseReturnValue:
    """Take it off the list."""
    try:
        terminal_changes.delete(shop(), scope(), terminal_id)
    except NoSuchTerminal:
        abort(404)
    flash(_("The terminal is deleted. Its payments stay, and can still be refunded."), "success")
    return redirect(url_for(".list_terminals"), 303)


def _set_active(terminal_id: str, *, active: bool) -> ResponseReturnValue:
    try:
        terminal_changes.set_active(shop(), scope(), terminal_id, active=active)
    except NoSuchTerminal:
        abort(404)
    done = _("The terminal is active.") if active else _("The terminal is deactivated.")
    flash(done, "success")
    return redirect(url_for(".show_terminal", terminal_id=terminal_id), 303)


def _row(terminal: Terminal) -> Row:
    return Row(
        name=terminal.row.name,
        serial=terminal.row.serial,
        location=terminal.location.name,
        href=url_for(".show_terminal", terminal_id=terminal.row.public_id),
        active=terminal.row.active,
        has_keys=terminal.has_keys,
    )


def _read(terminal_id: str) -> Terminal:
    with opened_desk() as unit:
        try:
            return card_terminals.read(unit, scope(), terminal_id)
        except NoSuchTerminal:
            abort(404)


def _places() -> tuple[Place, ...]:
    with opened_desk() as unit:
        return card_board.read(unit, scope()).places


def _problem(refusal: TerminalRefused | KeysRefused) -> Problem:
    if isinstance(refusal, KeyMissing):
        return Problem(missing_key=str(refusal), status=422)
    if isinstance(refusal, KeysRefused):
        return Problem(text=key_refusal_text(refusal), status=422)
    texts = {
        EnvironmentFixed: _(
            "This terminal took payments, and only keys of the same environment can refund "
            "them. Nothing was changed: add a terminal of its own for the other keys."
        ),
        LocationTurnedOff: _(
            "Card payments were turned off for good at this location, so it takes no keys. "
            "Nothing was changed: ask your operator to begin anew."
        ),
    }
    return Problem(text=texts[type(refusal)], status=422)


def _new_page(form: NewTerminalForm, problem: Problem = NONE) -> ResponseReturnValue:
    form.location.choices = [(one.code, one.name) for one in _places()]
    page = render_template(
        "card_settings/new_terminal.html",
        form=form,
        problem=problem,
        keys=key_fields({}, missing=problem.missing_key),
        environments=environments(),
        environment="",
    )
    return page, problem.status


def _page(terminal: Terminal, form: TerminalForm, problem: Problem = NONE) -> ResponseReturnValue:
    page = render_template(
        "card_settings/terminal.html",
        form=form,
        problem=problem,
        terminal=terminal,
        keys=key_fields(terminal.shown_keys, missing=problem.missing_key),
        environments=environments(),
        environment=terminal.account.environment,
    )
    return page, problem.status
