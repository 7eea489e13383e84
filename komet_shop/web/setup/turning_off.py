"""Turning a location's card payments off: what is kept, what is wiped, and the word to type."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.activation import BEGUN
from komet_shop.domain.permissions import Permission
from komet_shop.services import card_impact, gateway_keys
from komet_shop.services import turning_off as service
from komet_shop.services.activation import ActivationRefused, OutOfTurn
from komet_shop.services.turning_off import NotConfirmed
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.card_settings.effects import effect_texts
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.forms import OffForm
from komet_shop.web.setup.locations import setup_or_404
from komet_shop.web.setup.steps import back, refused
from komet_shop.web.setup.words import refusal_text


@bp.get("/locations/<code>/off")
@requires(Permission.INTEGRATIONS, fresh=True)
def off(code: str) -> ResponseReturnValue:
    """What turning off does, before it is done."""
    return _page(code, OffForm())


@bp.post("/locations/<code>/off")
@requires(Permission.INTEGRATIONS, fresh=True)
def turn_off(code: str) -> ResponseReturnValue:
    """Wipe the keys: 303 to the location, or the page with why not."""
    form = OffForm()
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    try:
        service.turn_off(shop(), scope(), code, typed=form.typed.data or "")
    except NotConfirmed as refusal:
        form.typed.errors = [refusal_text(refusal)]
        return _page(code, form, status=422)
    except ActivationRefused as refusal:
        return refused(code, refusal)
    flash(_("Card payments are turned off here, and the keys are wiped."), "success")
    return back(code)


def _page(code: str, form: OffForm, status: int = 200) -> ResponseReturnValue:
    with opened_desk() as unit:
        setup = setup_or_404(unit, code)
        cards = service.saved_cards_at(unit, setup.location.id)
        effects = card_impact.of_showing(unit, scope(), code, on=False)
        is_under_way = gateway_keys.is_anything_under_way(unit, setup.location.id)
    if setup.status not in BEGUN:
        return refused(code, OutOfTurn(setup.status))
    plugin = shop().gateways.plugin.name
    html = render_template(
        "setup/off.html",
        setup=setup,
        form=form,
        cards=cards,
        effects=effect_texts(effects),
        is_under_way=is_under_way,
        command=f"komet-shop {plugin} reactivate {setup.location.code}",
    )
    return html, status
