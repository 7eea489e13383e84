"""Setup > Advanced: card rules, fees and credit of a customer, previewed before they are saved."""

from dataclasses import dataclass, field

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import CARD_CURRENCY
from komet_shop.domain.permissions import Permission
from komet_shop.services import customer_rules, customer_settings
from komet_shop.services.card_question import Payer
from komet_shop.services.credit_limits import Credit
from komet_shop.services.customer_rules import Outlook, Place
from komet_shop.services.customer_settings import (
    Change,
    ChangedMeanwhile,
    RequireNeedsDollars,
    Settings,
    Wanted,
)
from komet_shop.services.customers import Found
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import may, scope, shop
from komet_shop.web.customers import frame
from komet_shop.web.customers.blueprint import bp
from komet_shop.web.customers.effects import Step, effects
from komet_shop.web.customers.forms import AdvancedForm
from komet_shop.web.customers.words import change_texts, limit_text
from komet_shop.web.permissions import password_is_fresh, requires


@dataclass(frozen=True, kw_only=True)
class Read:
    """The customer with its settings, and where it might pay."""

    found: Found
    settings: Settings
    places: list[Place]
    changes: tuple[Change, ...]

    def outlooks(self, settings: Settings | None = None) -> list[Outlook]:
        """What the rules say: as things are, or with other settings."""
        others = settings or self.settings
        payer = Payer(
            currency=self.found.customer.currency,
            rule=others.rule,
            pays_on_confirmation=others.others.pays_on_confirmation,
        )
        return customer_rules.outlooks(self.places, payer, shop().clock.now())


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the page says beside the form: what changed meanwhile, or what saving will do."""

    changes: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    status: int = 200


@bp.get("/<customer_id>/advanced")
@requires(Permission.CUSTOMERS)
def show_advanced(customer_id: str) -> ResponseReturnValue:
    """The settings; who may not change one sees it with the reason."""
    read = _read(customer_id)
    return _page(read, _form_of(read), Told())


@bp.post("/<customer_id>/advanced")
@requires(Permission.CARD_RULES, Permission.CUSTOMER_ADVANCED, fresh=True)
def change_advanced(customer_id: str) -> ResponseReturnValue:
    """Show what the change will do; saved by the same form once it has been shown."""
    form = AdvancedForm()
    read = _read(customer_id, drawn=form.drawn.data or "")
    if form.drawn.data != read.settings.digest:
        return _out_of_date(read, read.changes)
    wanted = _wanted(form, read)
    if wanted is None:
        return _page(read, form, Told(status=422))
    after = wanted.on(read.settings)
    if after == read.settings:
        flash(_("Nothing was changed: the settings are as they were."), "info")
        return redirect(url_for(".show_advanced", customer_id=customer_id), 303)
    if form.previewed.data != after.digest:
        return _preview(read, form, after)
    return _save(customer_id, form, wanted)


def _save(customer_id: str, form: AdvancedForm, wanted: Wanted) -> ResponseReturnValue:
    try:
        customer_settings.save(shop(), scope(), customer_id, wanted, drawn=form.drawn.data)
    except ChangedMeanwhile as refusal:
        return _out_of_date(_read(customer_id), refusal.changes)
    flash(_("The settings are saved."), "success")
    return redirect(url_for(".show_advanced", customer_id=customer_id), 303)


def _read(customer_id: str, drawn: str = "") -> Read:
    """404 for a customer that is not there or not the visitor's."""
    with opened_desk() as unit:
        found = frame.found(unit, customer_id)
        settings = Settings.of(found.customer)
        places = customer_rules.tills(unit, scope())
        changes = _changes(unit, found, settings, drawn) if drawn else ()
    return Read(found=found, settings=settings, places=places, changes=changes)


def _changes(unit: Session, found: Found, settings: Settings, drawn: str) -> tuple[Change, ...]:
    if settings.digest == drawn:
        return ()
    return customer_settings.changes_since(unit, found.customer, drawn)


def _wanted(form: AdvancedForm, read: Read) -> Wanted | None:
    form.validate()
    wanted = form.wanted(
        may_rule=may(Permission.CARD_RULES), may_others=may(Permission.CUSTOMER_ADVANCED)
    )
    if wanted is None:
        return None
    found = read.found
    try:
        customer_settings.require_possible(
            wanted.on(read.settings), found.customer, found.company_currency
        )
    except RequireNeedsDollars as refusal:
        form.require.errors = [_needs_dollars(refusal.currency)]
        return None
    return wanted


def _out_of_date(read: Read, changes: tuple[Change, ...]) -> ResponseReturnValue:
    """The page as it is now, with what somebody else changed: nothing was saved."""
    texts = change_texts(changes, read.found.customer.currency)
    return _page(
        read, _form_of(read), Told(changes=texts or [_("The page was too old.")], status=409)
    )


def _preview(read: Read, form: AdvancedForm, after: Settings) -> ResponseReturnValue:
    form.previewed.data = after.digest
    return _page(read, form, Told(effects=effects(_step(read, after))))


def _step(read: Read, after: Settings) -> Step:
    found = read.found
    return Step(
        before=read.settings,
        after=after,
        outlooks_before=read.outlooks(),
        outlooks_after=read.outlooks(after),
        credit=_credit_after(found, after),
        currency=found.customer.currency,
        buyers=found.active_buyers,
    )


def _credit_after(found: Found, after: Settings) -> Credit:
    customer, decided = found.customer, after.others.credit
    in_komet = (customer.komet_credit_limit_cents, customer.komet_credit_hold)
    limit, hold = (decided.limit_cents, decided.hold) if decided is not None else in_komet
    return Credit(limit_cents=limit, exposure_cents=found.credit.exposure_cents, hold=hold)


def _form_of(read: Read) -> AdvancedForm:
    credit = read.found.credit
    return AdvancedForm.showing(read.settings, limit_cents=credit.limit_cents, hold=credit.hold)


def _page(read: Read, form: AdvancedForm, told: Told) -> ResponseReturnValue:
    customer = read.found.customer
    is_fresh = password_is_fresh()
    may_rule, may_others = may(Permission.CARD_RULES), may(Permission.CUSTOMER_ADVANCED)
    page = render_template(
        "customers/advanced.html",
        form=form,
        told=told,
        may_change=may_rule or may_others,
        is_fresh=is_fresh,
        rule_lock=_lock(allowed=may_rule),
        others_lock=_lock(allowed=may_others),
        require_lock=_lock(allowed=may_rule) or _require_lock(form, read),
        no_effect_at=[one.location for one in read.outlooks() if not one.customers_count],
        komet_limit=limit_text(customer.komet_credit_limit_cents, customer.currency),
        verify_href=url_for(
            "security.verify", next=url_for(".show_advanced", customer_id=customer.public_id)
        ),
        **frame.page_parts(read.found, shown=".show_advanced"),
    )
    return page, told.status


def _lock(*, allowed: bool) -> str:
    """Why somebody may not change a setting; empty if they may."""
    if not allowed:
        return str(_("Your role may see this, not change it."))
    if not password_is_fresh():
        return str(_("Enter your password above to change this."))
    return ""


def _require_lock(form: AdvancedForm, read: Read) -> str:
    """Why a card cannot be required; one that is required can always be switched off."""
    if form.require.data:
        return ""
    if form.restrict.data:
        return str(
            _(
                "Not while “Restrict Credit Card Payments” is on. Switch that off and save, then "
                "a card can be required."
            )
        )
    currencies = (read.found.company_currency, read.found.customer.currency)
    foreign = next((one for one in currencies if one != CARD_CURRENCY), None)
    return _needs_dollars(foreign) if foreign is not None else ""


def _needs_dollars(currency: str) -> str:
    text = _(
        "Cards are taken in US dollars only: company and customer both need them. Here one has "
        "%(currency)s.",
        currency=currency,
    )
    return str(text)
