"""Pages that exist for tests: each shows one thing that the web core does."""

from flask import Blueprint, abort, flash, jsonify, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from komet_shop.domain.permissions import Permission
from komet_shop.plugin_api import ContentSources
from komet_shop.web.current import actor, scope, session_digest, shop
from komet_shop.web.headers import allow_card_form
from komet_shop.web.permissions import public, requires

GATEWAY = "https://gateway.example"
FORM = (
    '<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"></form>'
)

bp = Blueprint("probes", __name__)


@bp.get("/probe/scope")
@requires(Permission.SHOP)
def show_scope() -> ResponseReturnValue:
    """What the visitor may touch."""
    mine = scope()
    return jsonify(
        locations=sorted(mine.location_ids),
        customers=None if mine.customer_ids is None else sorted(mine.customer_ids),
        actor=actor().label,
        digest=session_digest(),
    )


@bp.route("/probe/form", methods=["GET", "POST"])
@public("a form for tests")
def form() -> ResponseReturnValue:
    """A form, and what came of it."""
    if request.method == "POST":
        flash(lazy_gettext("Saved"), "success")
        return "saved", 200
    return render_template_string(FORM)


@bp.get("/probe/refunds")
@requires(Permission.REFUND_CREATE)
def refunds() -> ResponseReturnValue:
    """For those who may refund."""
    return "refunds"


@bp.get("/probe/fresh")
@requires(Permission.SHOP, fresh=True)
def fresh() -> ResponseReturnValue:
    """For those who gave their password a moment ago."""
    return "fresh"


@bp.get("/probe/no-open-unit")
@requires(Permission.SHOP)
def no_open_unit() -> ResponseReturnValue:
    """Fails when the view starts with a transaction open."""
    shop().database.require_no_open_unit()
    return "none"


@bp.get("/probe/error/<int:code>")
@public("an error for tests")
def error(code: int) -> ResponseReturnValue:
    """The error that was asked for."""
    if code == 500:
        raise RuntimeError("password=hunter2 and 4111 1111 1111 1111")
    abort(code)


@bp.get("/probe/card-page")
@public("a card page for tests")
def card_page() -> ResponseReturnValue:
    """A page that may load the gateway's form."""
    allow_card_form(ContentSources(scripts=(GATEWAY,), frames=(GATEWAY,), connections=(GATEWAY,)))
    return "card"
