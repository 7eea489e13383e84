"""Adding a person, and the page of one."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import Permission
from komet_shop.services import people, people_changes
from komet_shop.services.people import Kind, NoSuchPerson, Person
from komet_shop.services.people_changes import ChangedMeanwhile, EmailTaken, PersonRefused
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import shop, user
from komet_shop.web.people.blueprint import bp, keeper
from komet_shop.web.people.choices import Offered, offer_to_buyer, offer_to_staff
from komet_shop.web.people.forms import BuyerForm, PersonForm, StaffForm, values_of
from komet_shop.web.people.refusals import refusal_text
from komet_shop.web.people.words import role_titles, standing_words
from komet_shop.web.permissions import requires

FIND = "find_customer"
"""The button that looks for customers and saves nothing."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A form about somebody, on its way to a page."""

    form: PersonForm
    kind: Kind
    person: Person | None = None
    problem: str = ""
    status: int = 200


@bp.get("/new")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS, fresh=True)
def new() -> ResponseReturnValue:
    """An empty form: for staff, or with `kind=ecommerce` for a buyer of `customer`."""
    kind = _kind_asked(request.args.get("kind", ""))
    customer = request.args.get("customer", "")
    form = _form(kind, {"customers": [customer] if customer else [], "active": True})
    return _page(Sheet(form=form, kind=kind))


@bp.post("")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS, fresh=True)
def create() -> ResponseReturnValue:
    """Add and invite somebody: 303 to their page, or the form with what is wrong."""
    kind = _kind_asked(request.form.get("kind", ""))
    form = _form(kind, {})
    if FIND in request.form:
        return _page(Sheet(form=form, kind=kind))
    with shop().database.read() as unit:
        _offer(unit, form, None)
    if not form.validate():
        return _page(Sheet(form=form, kind=kind, status=422))
    try:
        public_id = people_changes.add(shop(), keeper(), form.email.data, form.details())
    except EmailTaken:
        form.email.errors = [*form.email.errors, _("Somebody logs in with that address already.")]
        return _page(Sheet(form=form, kind=kind, status=422))
    except PersonRefused as refusal:
        return _page(Sheet(form=form, kind=kind, problem=refusal_text(refusal), status=422))
    flash(_("Added. The invitation is on its way."), "success")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS, fresh=True)
def show(public_id: str) -> ResponseReturnValue:
    """One person, with the form to change them."""
    person = _read(public_id)
    return _page(Sheet(form=_form(person.kind, values_of(person)), kind=person.kind, person=person))


@bp.post("/<public_id>")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS, fresh=True)
def change(public_id: str) -> ResponseReturnValue:
    """Change somebody: 303 to their page, or the form with what is wrong."""
    person = _read(public_id)
    form = _form(person.kind, {})
    form.keep_email()
    sheet = Sheet(form=form, kind=person.kind, person=person)
    if FIND in request.form:
        return _page(sheet)
    with shop().database.read() as unit:
        _offer(unit, form, person)
    if not form.validate():
        return _page(Sheet(form=form, kind=person.kind, person=person, status=422))
    version = form.version.data or ""
    try:
        people_changes.change(shop(), keeper(), public_id, version, form.details())
    except PersonRefused as refusal:
        return _refused(sheet, refusal)
    flash(_("Saved. It counts from the person's next click on."), "success")
    return redirect(url_for(".show", public_id=public_id), 303)


def _refused(sheet: Sheet, refusal: PersonRefused) -> ResponseReturnValue:
    status = 409 if isinstance(refusal, ChangedMeanwhile) else 422
    problem = refusal_text(refusal)
    return _page(
        Sheet(form=sheet.form, kind=sheet.kind, person=sheet.person, problem=problem, status=status)
    )


def _kind_asked(name: str) -> Kind:
    """The kind that was asked for; without a choice the one that the visitor may add."""
    asked = [Kind(name)] if name in list(Kind) else list(Kind)
    allowed = [kind for kind in asked if keeper().sees(kind)]
    return allowed[0] if allowed else abort(403)


def _form(kind: Kind, values: dict[str, object]) -> PersonForm:
    return StaffForm(data=values) if kind is Kind.STAFF else BuyerForm(data=values)


def _read(public_id: str) -> Person:
    try:
        with shop().database.read() as unit:
            return people.read(unit, keeper(), public_id, shop().clock.now())
    except NoSuchPerson:
        abort(404)


def _offer(unit: Session, form: PersonForm, person: Person | None) -> Offered:
    if isinstance(form, StaffForm):
        return offer_to_staff(unit, form, keeper(), person)
    assert isinstance(form, BuyerForm)
    return offer_to_buyer(unit, form, keeper())


def _page(sheet: Sheet) -> ResponseReturnValue:
    person = sheet.person
    with opened_desk() as unit:
        offered = _offer(unit, sheet.form, person)
    page = render_template(
        "people/person.html",
        form=sheet.form,
        kind=sheet.kind,
        person=person,
        problem=sheet.problem,
        offered=offered,
        is_self=person is not None and person.row == user().id,
        is_above=person is not None and not all(keeper().may_give(one) for one in person.roles),
        roles_text=role_titles(person.roles) if person is not None else "",
        standing=standing_words(person) if person is not None else None,
        find_name=FIND,
    )
    return page, sheet.status
