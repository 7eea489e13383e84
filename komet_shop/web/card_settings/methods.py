"""The ways to pay that a company uses, each to be switched off or on."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain import identifiers
from komet_shop.domain.payment_methods import LABELS, Method
from komet_shop.domain.permissions import Permission
from komet_shop.services import card_impact, payment_methods
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.card_settings.blueprint import bp, decides_for_company
from komet_shop.web.card_settings.effects import effect_texts
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires


@dataclass(frozen=True, kw_only=True)
class Row:
    """A way to pay. `note` says what switching it off does."""

    code: str
    label: str
    note: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a button is going to do, shown before it is pressed once more."""

    label: str
    action: str
    effects: list[str]
    digest: str

    @classmethod
    def of(cls, method: Method, effects: list[str], *, active: bool) -> "Preview":
        """Of switching a method on or off."""
        name = _(LABELS[method])
        view = "activate_method" if active else "deactivate_method"
        return cls(
            label=(
                _("Activate %(method)s", method=name)
                if active
                else _("Deactivate %(method)s", method=name)
            ),
            action=url_for(f".{view}", code=method.value),
            effects=effects,
            digest=_digest(effects),
        )


@bp.get("/payment-methods")
@requires(Permission.INTEGRATIONS)
def show_methods() -> ResponseReturnValue:
    """The list; who may decide for the company has a button beside each."""
    with opened_desk() as unit:
        found = payment_methods.active_methods(unit, scope().company_id)
    return _page(found)


@bp.post("/payment-methods/<code>/deactivate")
@requires(Permission.ALL_LOCATIONS, fresh=True)
def deactivate_method(code: str) -> ResponseReturnValue:
    """Show what it will do; done by the same button once that has been shown."""
    return _set(code, active=False)


@bp.post("/payment-methods/<code>/activate")
@requires(Permission.ALL_LOCATIONS, fresh=True)
def activate_method(code: str) -> ResponseReturnValue:
    """Take payments in that way again, shown before in the same way."""
    return _set(code, active=True)


def _set(code: str, *, active: bool) -> ResponseReturnValue:
    if not decides_for_company():
        abort(403)
    if code not in list(Method):
        abort(404)
    method = Method(code)
    effects = _effects(method, active=active)
    if effects and request.form.get("previewed") != _digest(effects):
        with opened_desk() as unit:
            found = payment_methods.active_methods(unit, scope().company_id)
        return _page(found, Preview.of(method, effects, active=active))
    changed = payment_methods.set_active(shop(), scope(), method, active=active)
    flash(_text(_(LABELS[method]), active=active, changed=changed), "success")
    return redirect(url_for(".show_methods"), 303)


def _page(found: dict[Method, bool], preview: Preview | None = None) -> str:
    rows = [_row(method, active) for method, active in found.items()]
    return render_template("card_settings/methods.html", rows=rows, preview=preview)


def _effects(method: Method, *, active: bool) -> list[str]:
    """What the change does to people; only the shop's own way to pay is felt by buyers yet."""
    if method is not Method.CARD_IN_APP:
        return []
    with shop().database.read() as unit:
        if payment_methods.is_active(unit, scope().company_id, method) is active:
            return []
        return effect_texts(card_impact.of_method(unit, scope(), in_use=active))


def _digest(effects: list[str]) -> str:
    return identifiers.fingerprint("\n".join(effects).encode())


def _text(label: str, *, active: bool, changed: bool) -> str:
    if not changed:
        return str(_("%(method)s was so before. Nothing was changed.", method=label))
    if active:
        return str(_("%(method)s is active.", method=label))
    return str(_("%(method)s is deactivated.", method=label))


def _row(method: Method, active: bool) -> Row:
    return Row(code=method.value, label=_(LABELS[method]), note=_note(method), active=active)


def _note(method: Method) -> str:
    notes = {
        Method.CARD_IN_APP: _(
            "Cards typed in or saved: in the shop, in Order Entry and in Accounts Receivables. "
            "Deactivated, buyers lose “Pay & Checkout” at every location. Refunds still work."
        ),
        Method.CARD_TERMINAL: _(
            "Cards read by a credit card terminal. To stop only terminal payments, deactivate "
            "this method and leave the integration on."
        ),
        Method.CARD_EXTERNAL: _("Cards taken on a machine of somebody else, written down here."),
    }
    return str(notes.get(method, _("Deactivated, it is no longer offered; old payments stay.")))
