"""The application form of a location."""

from typing import Any

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.activation import APPLIES, BEGUN
from komet_shop.domain.permissions import Permission
from komet_shop.models import CardApplication
from komet_shop.services import card_applications
from komet_shop.services.activation import ActivationRefused, OutOfTurn
from komet_shop.services.card_applications import Application
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope, shop, user
from komet_shop.web.permissions import requires
from komet_shop.web.setup.blueprint import bp
from komet_shop.web.setup.forms import ApplicationForm
from komet_shop.web.setup.locations import delivery_text, setup_or_404
from komet_shop.web.setup.steps import back, refused

FIELDS = tuple(Application.__dataclass_fields__)


@bp.get("/locations/<code>/application")
@requires(Permission.INTEGRATIONS)
def application(code: str) -> ResponseReturnValue:
    """The form, filled in with what was sent before."""
    return _page(code, None)


@bp.post("/locations/<code>/application")
@requires(Permission.INTEGRATIONS)
def apply(code: str) -> ResponseReturnValue:
    """Keep the form and send it on: 303 to the location, or the form with what is wrong."""
    form = ApplicationForm()
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    try:
        card_applications.submit(shop(), scope(), code, _given(form))
    except ActivationRefused as refusal:
        return refused(code, refusal)
    flash(_("The application form is kept. Next, the specialist gets in touch."), "success")
    return back(code)


def _page(code: str, form: ApplicationForm | None, status: int = 200) -> ResponseReturnValue:
    with opened_desk() as unit:
        setup = setup_or_404(unit, code)
        sent = card_applications.latest(unit, setup.location.id)
        delivery = card_applications.delivery(unit, sent) if sent is not None else None
    if setup.status not in BEGUN:
        return refused(code, OutOfTurn(setup.status))
    html = render_template(
        "setup/application.html",
        setup=setup,
        form=form or ApplicationForm(formdata=None, data=_known(sent)),
        sent=sent,
        told=delivery_text(delivery) if sent is not None else "",
        may_send=setup.status in APPLIES,
        sends=bool(shop().config.applications_to),
    )
    return html, status


def _known(sent: CardApplication | None) -> dict[str, Any]:
    """What the form can fill in by itself."""
    if sent is not None:
        return {name: getattr(sent, name) for name in FIELDS}
    return {"contact_name": user().name, "contact_email": user().email}


def _given(form: ApplicationForm) -> Application:
    values = {name: form[name].data for name in FIELDS}
    texts = {name: (value or "").strip() for name, value in values.items() if _is_text(name)}
    return Application(**{**values, **texts})


def _is_text(name: str) -> bool:
    return not name.endswith("_cents")
