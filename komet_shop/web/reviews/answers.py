"""What somebody presses on the page of a payment: asking, deciding, giving back, applying."""

from flask import abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.operation_states import REFUSED, State
from komet_shop.domain.permissions import Permission
from komet_shop.services import follow_ups, operations, review_decisions, review_desk, stray_uses
from komet_shop.services.bulkhead import Full
from komet_shop.services.follow_ups import Asked, FollowUpRefused
from komet_shop.services.review_decisions import Decision, DecisionRefused, Outcome
from komet_shop.services.review_desk import GoesOn
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.reviews import stray_offers
from komet_shop.web.reviews.blueprint import bp
from komet_shop.web.reviews.details import ReasonForm, Returned, page
from komet_shop.web.reviews.refusals import (
    ABOUT_SOMETHING_ELSE,
    IS_RUNNING,
    answer_text,
    decision_problem,
    follow_up_problem,
)

RETRY_SECONDS = "30"


@bp.post("/<operation_id>/questions")
@requires(Permission.REVIEWS)
def ask(operation_id: str) -> ResponseReturnValue:
    """Ask the gateway now; what it says is told, and what it settles is settled."""
    about = request.form.get("about", operation_id)[:24]
    try:
        found = review_desk.ask(shop(), scope(), about)
    except review_decisions.NoSuchOperation:
        abort(404)
    except Full:
        return _too_busy(operation_id)
    except GoesOn:
        flash(_goes_on(), "info")
    else:
        text, tone = answer_text(found)
        flash(text, tone)
    return _back(operation_id)


@bp.post("/<operation_id>/decisions")
@requires(Permission.REVIEWS, fresh=True)
def decide(operation_id: str) -> ResponseReturnValue:
    """Settle what waits for a person: 303 to the payment, or its page with why not."""
    form, name = ReasonForm(), request.form.get("outcome", "")
    if name not in list(Outcome):
        abort(400)
    if not form.validate_on_submit():
        return page(operation_id, Returned(name=name, status=422))
    outcome = Outcome(name)
    decision = Decision(
        operation=operation_id,
        outcome=outcome,
        reason=form.reason.data.strip(),
        action_key=_key(),
        transaction_id=(form.transaction_id.data or "").strip(),
    )
    try:
        state = review_desk.decide(shop(), scope(), decision)
    except DecisionRefused as refusal:
        return _decision_refused(operation_id, name, refusal)
    except (FollowUpRefused, operations.KeyReused) as refusal:
        decided = _("It was decided.")  # extraction does not look into f-strings
        flash(f"{decided} {follow_up_problem(refusal)}", "warning")
    except Full:
        return _too_busy(operation_id, name)
    except GoesOn:
        flash(_goes_on(), "info")
    else:
        text, tone = _returned(state) if outcome is Outcome.GIVE_BACK else _decided(outcome)
        flash(text, tone)
    return _back(operation_id)


@bp.post("/<operation_id>/returns")
@requires(Permission.REVIEWS, fresh=True)
def give_back(operation_id: str) -> ResponseReturnValue:
    """Give stray money back: 303 to it, or its page with why not."""
    form, name = ReasonForm(), stray_offers.GIVE_BACK
    if not form.validate_on_submit():
        return page(operation_id, Returned(name=name, status=422))
    try:
        text, tone = _returned(review_desk.give_back(shop(), scope(), _asked(operation_id, form)))
        flash(text, tone)
    except (FollowUpRefused, operations.KeyReused) as refusal:
        return _follow_up_refused(operation_id, name, refusal)
    except Full:
        return _too_busy(operation_id, name)
    except GoesOn:
        flash(_goes_on(), "info")
    return _back(operation_id)


@bp.post("/<operation_id>/applications")
@requires(Permission.REVIEWS, fresh=True)
def apply(operation_id: str) -> ResponseReturnValue:
    """Apply stray money: 303 to it, or its page with why not."""
    form, name = ReasonForm(), stray_offers.APPLY
    if not form.validate_on_submit():
        return page(operation_id, Returned(name=name, status=422))
    try:
        stray_uses.apply(shop(), scope(), _asked(operation_id, form))
    except FollowUpRefused as refusal:
        return _follow_up_refused(operation_id, name, refusal)
    flash(_("It is applied; the time line says to what."), "success")
    return _back(operation_id)


def _asked(operation_id: str, form: ReasonForm) -> Asked:
    return Asked(payment=operation_id, action_key=_key(), reason=form.reason.data.strip())


def _key() -> str:
    return request.form.get("action_key", "")[:57] or abort(400)


def _back(operation_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", operation_id=operation_id), 303)


def _decision_refused(
    operation_id: str, name: str, refusal: DecisionRefused
) -> ResponseReturnValue:
    if isinstance(refusal, review_decisions.NoSuchOperation):
        abort(404)
    problem = decision_problem(refusal, Outcome(name))
    if isinstance(refusal, IS_RUNNING):
        flash(problem, "info")
        return _back(operation_id)
    return page(operation_id, Returned(name=name, problem=problem, status=409))


def _follow_up_refused(
    operation_id: str, name: str, refusal: FollowUpRefused | operations.KeyReused
) -> ResponseReturnValue:
    if isinstance(refusal, follow_ups.NoSuchPayment):
        abort(404)
    problem = follow_up_problem(refusal)
    if isinstance(refusal, ABOUT_SOMETHING_ELSE):
        return page(operation_id, Returned(name=name, problem=problem, status=409))
    flash(problem, "info")
    return _back(operation_id)


def _too_busy(operation_id: str, name: str = "") -> ResponseReturnValue:
    problem = _(
        "Many payments are under way right now, so nothing was done. Try again in a minute."
    )
    response = make_response(page(operation_id, Returned(name=name, problem=problem, status=503)))
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _goes_on() -> str:
    return str(
        _(
            "The card processor takes its time. The work goes on without you: this page shows how "
            "it ends. Nothing is done twice."
        )
    )


def _decided(outcome: Outcome) -> tuple[str, str]:
    if outcome is Outcome.CHARGED:
        return _("It is booked as done."), "success"
    return _("It is closed: nothing happened."), "success"


def _returned(state: State) -> tuple[str, str]:
    if state is State.APPROVED:
        return _("The money goes back to the card."), "success"
    if state in REFUSED:
        refused = _(
            "The card processor refused, so the money is where it was. The time line has its "
            "reason."
        )
        return refused, "danger"
    unclear = _(
        "The card processor has not said yet whether the money went back. The shop keeps asking: "
        "do not give it back another way."
    )
    return unclear, "warning"
