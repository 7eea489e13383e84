"""A message that accounting or a mailbox refused until it was dead, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from komet_shop.domain.permissions import Permission
from komet_shop.services import undelivered
from komet_shop.services.undelivered import NotDead, Undelivered
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import password_is_fresh, requires
from komet_shop.web.reviews.blueprint import bp
from komet_shop.web.reviews.words import age_text

LONGEST_REASON = 500


class AgainForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What was put right, for those who read it later."""

    put_right = StringField(_l("What did you put right?"), validators=[Length(max=LONGEST_REASON)])


class ByHandForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The number that Komet gave to what was entered there, and why it was entered by hand."""

    control_number = StringField(
        _l("Control number in Komet"),
        validators=[DataRequired(_l("Enter the number that Komet shows.")), Length(max=40)],
    )
    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Say why it was entered by hand.")),
            Length(max=LONGEST_REASON),
        ],
    )


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """A message in the list, and on its own page."""

    message: Undelivered
    href: str
    what: str
    error: str
    age: str
    is_for_komet: bool


@bp.get("/messages/<int:row>")
@requires(Permission.REVIEWS)
def show_message(row: int) -> ResponseReturnValue:
    """What could not be delivered, why, and who waits behind it."""
    return _page(row, AgainForm(), ByHandForm())


@bp.post("/messages/<int:row>/deliveries")
@requires(Permission.REVIEWS)
def send_again(row: int) -> ResponseReturnValue:
    """Let it be tried five times more."""
    form = AgainForm()
    if not form.validate_on_submit():
        return _page(row, form, ByHandForm(formdata=None)), 422
    try:
        undelivered.send_again(shop(), scope(), row, reason=(form.put_right.data or "").strip())
    except NotDead:
        return _gone(row)
    flash(_("It is sent again. If it is refused once more, it comes back here."), "success")
    return _to_list()


@bp.post("/messages/<int:row>/entries")
@requires(Permission.REVIEWS, fresh=True)
def enter_by_hand(row: int) -> ResponseReturnValue:
    """Somebody entered it in Komet: what waits behind it goes on."""
    form = ByHandForm()
    if not form.validate_on_submit():
        return _page(row, AgainForm(formdata=None), form), 422
    number, reason = form.control_number.data.strip(), form.reason.data.strip()
    try:
        undelivered.entered_by_hand(shop(), scope(), row, control_number=number, reason=reason)
    except NotDead:
        return _gone(row)
    flash(_("Noted. What waited behind it goes on."), "success")
    return _to_list()


def message_row(message: Undelivered, now: datetime) -> MessageRow:
    """A message, ready for a template."""
    return MessageRow(
        message=message,
        href=url_for("reviews.show_message", row=message.row),
        what=_what(message.kind),
        error=message.error,
        age=age_text(message.created_at, now),
        is_for_komet=message.kind.startswith("komet_"),
    )


def _what(kind: str) -> str:
    names = {
        "komet_order": _("Order to Komet"),
        "komet_payment": _("Payment to Komet"),
        "receipt": _("Receipt by mail"),
        "checkout": _("Order confirmation by mail"),
        "payment_end": _("Mail about the end of a payment"),
    }
    return str(names.get(kind, _("Mail")))


def _page(row: int, again: AgainForm, by_hand: ByHandForm) -> str:
    with opened_desk() as unit:
        message = undelivered.read(unit, scope(), row)
    if message is None:
        abort(404)
    return render_template(
        "reviews/message.html",
        row=message_row(message, shop().clock.now()),
        again=again,
        by_hand=by_hand,
        is_fresh=password_is_fresh(),
        verify_href=url_for("security.verify", next=url_for(".show_message", row=row)),
    )


def _gone(row: int) -> ResponseReturnValue:
    with shop().database.read() as unit:
        is_own = undelivered.is_known(unit, scope(), row)
    if not is_own:
        abort(404)
    flash(_("That message was sent or settled before. Nothing was done twice."), "info")
    return _to_list()


def _to_list() -> ResponseReturnValue:
    return redirect(url_for(".index", show="undelivered"), 303)
