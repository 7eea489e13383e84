"""Why something was not done, and what the gateway said, in words for a clerk."""

from flask_babel import gettext as _

from komet_shop.services import follow_ups, operations, review_decisions, stray_uses, strays
from komet_shop.services.follow_ups import FollowUpRefused
from komet_shop.services.gateway_search import Found
from komet_shop.services.review_decisions import DecisionRefused, Outcome

IS_RUNNING = (review_decisions.NotWaiting, review_decisions.BeingAsked)
"""Somebody is at it, or was: perhaps the same person with a double click."""
ABOUT_SOMETHING_ELSE = (
    stray_uses.OnlyGiveBack,
    strays.CannotBeGivenBack,
    operations.KeyReused,
    follow_ups.AnotherUnderWay,
)
"""Refusals of what was asked; any other says that it was done before."""


def decision_problem(refusal: DecisionRefused, outcome: Outcome) -> str:
    """Why a decision was not taken."""
    if isinstance(refusal, review_decisions.NoProof):
        return _no_proof(refusal, outcome)
    texts = {
        review_decisions.NotWaiting: _(
            "This was decided before: see below what came of it. Your press did nothing more."
        ),
        review_decisions.BeingAsked: _(
            "The card processor is being asked about this payment right now, so your press decided "
            "nothing. Wait a moment, then look again."
        ),
        review_decisions.GatewayHasMoney: _(
            "The card processor shows money for this payment, so it cannot be closed as if nothing "
            "had happened. Look at its last answer below, and decide for what it shows."
        ),
        review_decisions.NoAnswer: _(
            "The card processor did not answer, or did not find a payment that must be there. "
            "Without its word this would be a guess, so nothing was decided. Try again in a few "
            "minutes."
        ),
        review_decisions.ReasonMissing: _("Say why you decide like this."),
    }
    return str(texts[type(refusal)])


def _no_proof(refusal: DecisionRefused, outcome: Outcome) -> str:
    if isinstance(refusal, review_decisions.OfAnotherPayment):
        return str(
            _("That transaction belongs to another payment of the shop. Nothing was decided.")
        )
    if outcome is Outcome.GIVE_BACK:
        return str(
            _(
                "The card processor shows no transaction with another amount, so there is nothing "
                "to give back. Nothing was decided: look at its last answer below."
            )
        )
    return str(
        _(
            "The card processor shows no transaction with this amount, so nothing was booked. If "
            "you see one in the card processor's own pages, enter its number and try again."
        )
    )


def follow_up_problem(refusal: FollowUpRefused | operations.KeyReused) -> str:
    """Why stray money was not given back or applied."""
    texts = {
        stray_uses.OnlyGiveBack: _(
            "There is nothing that it could be applied to. Nothing was changed: give it back."
        ),
        strays.CannotBeGivenBack: _(
            "This money went out, so it cannot be given back. Nothing was changed."
        ),
        follow_ups.AnotherUnderWay: _(
            "Another void or refund of this payment is not settled yet. Nothing was sent: wait "
            "for that one first."
        ),
        operations.KeyReused: _(
            "This page was used for something else before. Nothing was done: load it again."
        ),
    }
    done = _("Somebody decided about this money before. Nothing was done twice.")
    return str(texts.get(type(refusal), done))


def answer_text(found: Found | None) -> tuple[str, str]:
    """What the gateway said just now, and the tone of the message."""
    if found is None:
        being_asked = _(
            "The card processor is being asked, or the payment is being sent, at this very moment. "
            "Look again in a minute."
        )
        return being_asked, "info"
    if not found.had_keys:
        nobody = _(
            "Nobody could be asked: card payments were turned off there, and the keys are gone. "
            "Nothing was changed."
        )
        return nobody, "warning"
    if not found.answered:
        silent = _(
            "The card processor did not answer. Try again in a few minutes; nothing was changed."
        )
        return silent, "warning"
    if found.ours:
        shown = _("The card processor has a record of it: see the last answer in the time line.")
        return shown, "success"
    if not found.control_worked:
        unsure = _(
            "The card processor found nothing, but it did not find a payment either that must be "
            "there. So this proves nothing: try again later."
        )
        return unsure, "warning"
    return _("The card processor has no record of it."), "info"
