"""Entering a location's keys, and replacing them. What was typed is never shown again."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.activation import TAKES_KEYS
from komet_shop.domain.permissions import Permission
from komet_shop.services import activation, key_checks
from komet_shop.services.activation import ActivationRefused, OutOfTurn
from komet_shop.services.card_applications import webhook_url
from komet_shop.services.key_checks import Given, KeysRefused
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop
from komet_shop.web.key_refusals import key_refusal_text
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
        health = activation.enter_keys(shop(), scope(), code, given)
    except KeysRefused as refusal:
        return _page(code, form, problem=key_refusal_text(refusal), status=422)
    except ActivationRefused as refusal:
        return refused(code, refusal)
    told = _("The keys are kept; keys from before are gone. %(what)s", what=_(health.message))
    flash(told, "success")
    return back(code)


def _form() -> KeysForm:
    environments = key_checks.environments(shop().config)
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
        fields=[form[f"key_{setting.name}"] for setting in key_checks.settings_of(plugin)],
        problem=problem,
        guide=plugin.guide(),
        webhook_url=(
            webhook_url(shop().config.base_url, setup.account) if setup.account is not None else ""
        ),
    )
    return html, status
