"""The form of "Advanced": Komet's labels, two check boxes for one rule."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import Length

from komet_shop.domain import money
from komet_shop.domain.card_rules import CardRule
from komet_shop.domain.money import NotAnAmount
from komet_shop.services.customer_settings import CreditDecision, Others, Settings, Wanted

IN_KOMET, HERE = "komet", "here"


class AdvancedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Settings of a customer.

    `drawn` names the settings that the page showed, `previewed` those whose effects it showed.
    """

    restrict = BooleanField(_l("Restrict Credit Card Payments"))
    require = BooleanField(_l("Require Credit Card Payment"))
    confirmation = BooleanField(_l("Require Payment Upon Confirmation"))
    fee_exempt = BooleanField(_l("Exempt from credit card fees"))
    credit = RadioField(
        _l("Credit limit and hold"),
        choices=[
            SelectChoice(IN_KOMET, _l("As in Komet")),
            SelectChoice(HERE, _l("Decided here")),
        ],
        validate_choice=False,
    )
    limit = StringField(_l("Credit limit"), validators=[Length(max=20)])
    hold = BooleanField(_l("Credit hold"))
    drawn = HiddenField()
    previewed = HiddenField()

    @classmethod
    def showing(cls, settings: Settings, *, limit_cents: int | None, hold: bool) -> "AdvancedForm":
        """The form with a customer's settings; limit and hold as they count now."""
        return cls(
            formdata=None,
            restrict=settings.rule is CardRule.RESTRICTED,
            require=settings.rule is CardRule.REQUIRED,
            confirmation=settings.others.pays_on_confirmation,
            fee_exempt=settings.others.fee_exempt,
            credit=HERE if settings.others.credit is not None else IN_KOMET,
            limit="" if limit_cents is None else money.format_plain(limit_cents),
            hold=hold,
            drawn=settings.digest,
        )

    def wanted(self, *, may_rule: bool, may_others: bool) -> Wanted | None:
        """What was asked for, of what the person may change; None: see the errors."""
        rule = self._rule() if may_rule else None
        others = self._others() if may_others else None
        if self.errors:
            return None
        return Wanted(rule=rule, others=others)

    def _rule(self) -> CardRule:
        if self.restrict.data and self.require.data:
            self.require.errors = [
                _(
                    "A card cannot be required while card payments are restricted. Switch one "
                    "of the two off."
                )
            ]
        if self.restrict.data:
            return CardRule.RESTRICTED
        return CardRule.REQUIRED if self.require.data else CardRule.OPTIONAL

    def _others(self) -> Others:
        if self.credit.data not in (IN_KOMET, HERE):
            self.credit.errors = [_("Choose who decides limit and hold.")]
        return Others(
            pays_on_confirmation=self.confirmation.data,
            fee_exempt=self.fee_exempt.data,
            credit=self._decision() if self.credit.data == HERE else None,
        )

    def _decision(self) -> CreditDecision:
        text = (self.limit.data or "").strip()
        return CreditDecision(limit_cents=self._cents(text) if text else None, hold=self.hold.data)

    def _cents(self, text: str) -> int | None:
        try:
            cents = money.parse_typed_cents(text)
        except NotAnAmount:
            cents = -1
        if cents < 0:
            self.limit.errors = [
                _("Enter an amount such as 1,500.00, zero or more; or nothing for no limit.")
            ]
        return cents
