"""One payment with its evidence, and what can be done about it now."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import REFUSED, Resolution, State
from komet_shop.domain.permissions import Permission
from komet_shop.services import review_evidence, review_hints, stray_previews
from komet_shop.services.review_evidence import Evidence
from komet_shop.services.reviews import Item
from komet_shop.services.stray_previews import Preview, Use
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.checkout.cards import brand_mark, brand_name
from komet_shop.web.current import may, scope, shop
from komet_shop.web.permissions import password_is_fresh, requires
from komet_shop.web.reviews import decision_offers, story, stray_offers, timeline
from komet_shop.web.reviews.blueprint import bp
from komet_shop.web.reviews.offers import Offer
from komet_shop.web.reviews.queues import SETTLED
from komet_shop.web.reviews.words import (
    Word,
    kind_word,
    reason_text,
    state_word,
    step_word,
)

LONGEST_REASON = 500
CAN_BE_ASKED = frozenset({State.UNKNOWN, State.NEEDS_REVIEW})
_SETTLED = _l("This is settled: nothing is left to do.")


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why somebody decides like this; where it helps, the number of the gateway's transaction."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Say why you decide like this. It is kept with the payment.")),
            Length(max=LONGEST_REASON),
        ],
    )
    transaction_id = StringField(_l("Transaction number"), validators=[Length(max=40)])


@dataclass(frozen=True, kw_only=True)
class Panel:
    """An offer with its form; one of the forms may have come back with what was typed."""

    offer: Offer
    form: ReasonForm
    came_back: bool


@dataclass(frozen=True, kw_only=True)
class Step:
    """Another operation of the same payment."""

    item: Item
    href: str
    kind: str
    state: Word
    why: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something that the gateway can be asked about: the operation itself, or what follows it."""

    about: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A press that was not accepted: which offer, what was typed, and why not."""

    name: str = ""
    problem: str = ""
    status: int = 200


@bp.get("/<operation_id>")
@requires(Permission.REVIEWS)
def show(operation_id: str) -> ResponseReturnValue:
    """What a payment is about, what happened, and what can be done now."""
    return page(operation_id)


@bp.get("/<operation_id>/progress")
@requires(Permission.REVIEWS)
def progress(operation_id: str) -> ResponseReturnValue:
    """204, which changes no page, while a call is under way; then the whole page again."""
    with shop().database.read() as unit:
        evidence = review_evidence.evidence(unit, scope(), operation_id)
    if evidence is None:
        abort(404)
    if evidence.is_under_way(shop().clock.now()):
        return "", 204
    return "", 200, {"HX-Refresh": "true"}


def page(operation_id: str, returned: Returned | None = None) -> ResponseReturnValue:
    """The page of an operation, with what somebody typed if that was not accepted."""
    now = shop().clock.now()
    with opened_desk() as unit:
        evidence = review_evidence.evidence(unit, scope(), operation_id)
        if evidence is None:
            abort(404)
        preview = None
        if _is_undecided(evidence.item):
            preview = stray_previews.preview(unit, scope(), operation_id)
    back = returned or Returned()
    html = render_template(
        "reviews/operation.html",
        problem=back.problem,
        panels=_panels(_offers(evidence, preview), back.name),
        situation=_situation(evidence, preview),
        story=story.told(evidence, review_hints.hint(evidence)),
        is_fresh=password_is_fresh(),
        verify_href=url_for("security.verify", next=url_for(".show", operation_id=operation_id)),
        action_key=identifiers.action_key(),
        **_parts(evidence, now),
    )
    return html, back.status


def _is_undecided(item: Item) -> bool:
    return item.state is State.STRAY and item.resolution is None


def _offers(evidence: Evidence, preview: Preview | None) -> list[Offer]:
    item = evidence.item
    hint = review_hints.hint(evidence)
    return [*decision_offers.offers(item, hint), *stray_offers.offers(item, preview)]


def _panels(offers: list[Offer], returned: str) -> list[Panel]:
    return [_panel(offer, came_back=offer.name == returned) for offer in offers]


def _panel(offer: Offer, *, came_back: bool) -> Panel:
    form = ReasonForm() if came_back else ReasonForm(formdata=None)
    if came_back:
        form.validate()
    for field in (form.reason, form.transaction_id):
        field.id = f"{field.name}-{offer.name}"
        field.label.field_id = field.id
    return Panel(offer=offer, form=form, came_back=came_back)


def _parts(evidence: Evidence, now: datetime) -> dict[str, object]:
    item = evidence.item
    return {
        "item": item,
        "state": state_word(item, evidence.others),
        "kind": step_word(item, evidence.others),
        "list_href": url_for(".index", show=item.queue.value if item.queue else SETTLED),
        "customer_href": _customer_href(item),
        "asked_again_at": _asked_again_at(evidence, now),
        "transactions": _transactions(evidence),
        "card_mark_name": brand_mark(item.card_brand),
        "card_brand_name": brand_name(item.card_brand),
        "entries": timeline.entries(evidence),
        "steps": [_step(one, evidence) for one in evidence.others],
        "questions": _questions(evidence),
        "is_under_way": evidence.is_under_way(now),
    }


def _customer_href(item: Item) -> str:
    is_shown = may(Permission.CUSTOMERS)
    return url_for("customers.show", customer_id=item.customer_id) if is_shown else ""


def _asked_again_at(evidence: Evidence, now: datetime) -> datetime | None:
    """When the shop asks next by itself. Of what is closed it is no news: the page says so."""
    at = evidence.item.next_check_at
    is_open = evidence.item.queue is not None
    return at if is_open and at is not None and at > now else None


def _transactions(evidence: Evidence) -> str:
    """The gateway's numbers: of the operation, or of what was found instead."""
    last = evidence.last_answer
    told = last.facts["transaction_id"] if last is not None else ""
    own = [evidence.item.transaction_id, *(one.transaction_id for one in evidence.found_beside)]
    return ", ".join(dict.fromkeys(number for number in own if number)) or told


def _step(item: Item, evidence: Evidence) -> Step:
    everything = (evidence.item, *evidence.others)
    return Step(
        item=item,
        href=url_for(".show", operation_id=item.public_id),
        kind=step_word(item, everything),
        state=state_word(item, everything),
        why="" if item.state is State.APPROVED else reason_text(item.reason),
    )


def _questions(evidence: Evidence) -> list[Question]:
    """What the gateway can be asked about here: this one, and what gives it back."""
    item = evidence.item
    own = [Question(about=item.public_id, label=_("Ask the card processor now"))]
    following = [
        Question(about=one.public_id, label=_("Ask about this: %(what)s", what=kind_word(one.kind)))
        for one in evidence.followers
        if one.state in CAN_BE_ASKED
    ]
    return (own if item.state in CAN_BE_ASKED or _is_undecided(item) else []) + following


def _situation(evidence: Evidence, preview: Preview | None) -> str:
    """What it needs of the clerk, in a sentence."""
    item = evidence.item
    if item.queue is None and any(one.queue is not None for one in evidence.others):
        return str(_("This step is settled; another step of the payment waits: see below."))
    if preview is not None and preview.use is Use.NOTHING and preview.can_go_back:
        return str(_("It can only be given back: its payment has its money by another charge."))
    if item.state is State.STRAY:
        return _stray_situation(item.resolution)
    texts = {
        State.UNKNOWN: _(
            "There is nothing to do: the shop keeps asking. You may ask the card processor now, "
            "too."
        ),
        State.NEEDS_REVIEW: _(
            "Look at what happened, and decide. Until then the order stays as it is: nobody can "
            "pay it again, change it or cancel it."
        ),
        State.CREATED: _("It is about to be sent."),
        State.SENDING: _("It is being sent right now."),
    }
    if item.next_check_at is not None and item.state in REFUSED:
        watched = _("The shop looks again for two days, in case money turns up late.")
        return f"{_SETTLED} {watched}"
    return str(texts.get(item.state, _SETTLED))


def _stray_situation(resolution: Resolution | None) -> str:
    texts = {
        None: _("The money lies apart in the books until you decide what becomes of it."),
        Resolution.RETURNING: _("It is on its way back. The shop keeps asking until that is sure."),
    }
    return str(texts.get(resolution, _SETTLED))
