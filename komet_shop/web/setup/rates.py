"""What was agreed with the processor, written down for people to read."""

from typing import Any

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.activation import AGREES
from komet_shop.domain.permissions import Permission
from komet_shop.services import activation
from komet_shop.services.activation import ActivationRefused, OutOfTurn, Rates
from komet_shop.services.location_setup import LocationSetup
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.forms import RatesForm
from komet_shop.web.setup.locations import setup_or_404, today
from komet_shop.web.setup.steps import back, refused


@bp.get("/locations/<code>/rates")
@requires(Permission.INTEGRATIONS)
def rates(code: str) -> ResponseReturnValue:
    """What is written down so far."""
    return _page(code, None)


@bp.post("/locations/<code>/rates")
@requires(Permission.INTEGRATIONS)
def agree(code: str) -> ResponseReturnValue:
    """Keep the rates: 303 to the location, or the form with what is wrong."""
    form = RatesForm()
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    agreed = Rates(
        percent_bp=form.percent_bp.data,
        item_cents=form.item_cents.data,
        monthly_cents=form.monthly_cents.data,
        note=(form.note.data or "").strip(),
        agreed_on=form.agreed_on.data,
    )
    try:
        activation.agree_rates(shop(), scope(), code, agreed)
    except ActivationRefused as refusal:
        return refused(code, refusal)
    flash(_("The rates are written down."), "success")
    return back(code)


def _page(code: str, form: RatesForm | None, status: int = 200) -> ResponseReturnValue:
    with opened_desk() as unit:
        setup = setup_or_404(unit, code)
    if setup.status not in AGREES:
        return refused(code, OutOfTurn(setup.status))
    drawn = form or RatesForm(formdata=None, data=_known(setup))
    return render_template("setup/rates.html", setup=setup, form=drawn), status


def _known(setup: LocationSetup) -> dict[str, Any]:
    kept = setup.settings
    if kept is None or kept.rates_agreed_at is None:
        return {"agreed_on": today(setup)}
    return {
        "percent_bp": kept.rate_bp,
        "item_cents": kept.rate_item_cents,
        "monthly_cents": kept.rate_monthly_cents,
        "note": kept.rates_note,
        "agreed_on": kept.rates_agreed_at.date(),
    }
