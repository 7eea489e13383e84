"""Entering a location's keys, and replacing them. What was typed is never shown again."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.activation import TAKES_KEYS
from komet_shop.domain.permissions import Permission
from komet_shop.services import activation, gateway_keys
from komet_shop.services.activation import ActivationRefused, OutOfTurn
from komet_shop.services.card_applications import webhook_url
from komet_shop.services.gateway_keys import (
    ChangedMeanwhile,
    Given,
    KeyMissing,
    KeysDoNotWork,
    KeysRefused,
    PaymentsUnderWay,
    WrongEnvironment,
)
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.forms import KeysForm
from komet_shop.web.setup.locations import setup_or_404
from komet_shop.web.setup.steps import back, refused


@bp.get("/locations/<code>/keys")
@requires(Permission.INTEGRATIONS, fresh=True)
def keys(code: str) -> ResponseReturnValue:
    """An empty form."""
    return _page(code, _form())


@bp.post("/locations/<code>/keys")
@requires(Permission.INTEGRATIONS, fresh=True)
def enter(code: str) -> ResponseReturnValue:
    """Test the keys, then keep them: 303 to the location, or an empty form with what is wrong."""
    form = _form()
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    given = Given(environment=form.environment.data or "", keys=form.keys)
    try:
        activation.enter_keys(shop(), scope(), code, given)
    except KeysRefused as refusal:
        return _page(code, form, problem=_why_not(refusal), status=422)
    except ActivationRefused as refusal:
        return refused(code, refusal)
    flash(_("The keys work and are kept. Keys from before are gone."), "success")
    return back(code)


def _form() -> KeysForm:
    environments = gateway_keys.environments(shop().config)
    return KeysForm.for_plugin(shop().gateways.plugin, environments)


def _page(
    code: str, form: KeysForm, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    with opened_desk() as unit:
        setup = setup_or_404(unit, code)
    if setup.status not in TAKES_KEYS:
        return refused(code, OutOfTurn(setup.status))
    form.forget()
    plugin = shop().gateways.plugin
    html = render_template(
        "setup/keys.html",
        setup=setup,
        form=form,
        fields=[form[f"key_{setting.name}"] for setting in plugin.settings],
        problem=problem,
        guide=plugin.guide(),
        webhook_url=(
            webhook_url(shop().config.base_url, setup.account) if setup.account is not None else ""
        ),
    )
    return html, status


def _why_not(refusal: KeysRefused) -> str:
    """What is wrong, and that nothing was kept."""
    if isinstance(refusal, KeysDoNotWork):
        return str(_(str(refusal)))
    texts = {
        KeyMissing: _("Something is missing, or far too long: %(what)s.", what=_(str(refusal))),
        WrongEnvironment: _(
            "Keys of that environment do not belong in this installation. Live keys belong in "
            "production only."
        ),
        PaymentsUnderWay: _(
            "A payment is not settled yet at the gateway that you want to leave. Try again when "
            "Reviews shows none."
        ),
        ChangedMeanwhile: _("Somebody else changed the keys in the same moment. Look first."),
    }
    return str(texts[type(refusal)])
