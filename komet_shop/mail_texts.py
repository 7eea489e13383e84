"""Words and figures of each mail: what its template shows, in the reader's language."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_name
from babel.support import NullTranslations, Translations

from komet_shop import activation_texts, payment_end_texts, security_texts
from komet_shop.domain.money import format_plain
from komet_shop.services.letters import (
    Activation,
    Alert,
    ApplicationForm,
    BrokenRule,
    CheckoutNotice,
    Invitation,
    Letter,
    Line,
    PaymentEnd,
    Receipt,
    Reset,
    Review,
    SecurityChange,
    Sender,
)
from komet_shop.web.filters import money, number, unit_price

LANGUAGES = ("en", "es")
CATALOGUES = Path(__file__).parent / "translations"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a mail's table of amounts."""

    label: str
    cents: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """The subject and what the template is given."""

    subject: str
    context: dict[str, object] = field(repr=False)


class Language:
    """One language: its texts, and how it writes days and times."""

    def __init__(self, code: str, texts: NullTranslations) -> None:
        self.code = code
        self.texts = texts

    def say(self, text: str, **values: object) -> str:
        """A text with its values."""
        return self.texts.gettext(text) % values

    def count(self, one: str, many: str, things: int) -> str:
        """A text that depends on how many things there are."""
        return self.texts.ngettext(one, many, things) % {"count": number(things)}

    def day(self, value: date) -> str:
        """ "Wednesday, November 25, 2026"."""
        return format_date(value, format="full", locale=self.code)

    def moment(self, value: datetime, zone: str) -> str:
        """ "November 25, 2026, 10:05 AM EST", in the location's zone."""
        local = value.astimezone(ZoneInfo(zone))
        pattern = "d 'de' MMMM 'de' y, h:mm a" if self.code == "es" else "MMMM d, y, h:mm a"
        written = format_datetime(local, format=pattern, locale=self.code)
        return f"{written} {get_timezone_name(local, width='short', locale='en_US')}"


@cache
def language(code: str) -> Language:
    """A language by its code, English for one that we do not speak."""
    spoken = code if code in LANGUAGES else "en"
    return Language(spoken, Translations.load(CATALOGUES, [spoken]))


def words(letter: Letter, speech: Language, base_url: str) -> Words:
    """Subject and context of a letter."""
    content = letter.content
    if isinstance(content, Receipt):
        return _receipt(content, letter.sender, speech, base_url)
    if isinstance(content, CheckoutNotice):
        return _checkout(content, speech, base_url)
    if isinstance(content, Reset):
        return Words(subject=speech.say("Choose a new password"), context={"href": content.link})
    if isinstance(content, Invitation):
        return _invitation(content, letter.sender, speech)
    if isinstance(content, SecurityChange):
        return _security_change(content, letter.sender, speech, base_url)
    if isinstance(content, Activation | ApplicationForm):
        return _setting_up(content, letter.sender.location, speech, base_url)
    if isinstance(content, Review):
        return _review(content, letter.sender, speech, base_url)
    if isinstance(content, PaymentEnd):
        return _payment_end(content, letter.sender, speech, base_url)
    if isinstance(content, BrokenRule):
        return _broken_rule(content, speech)
    return _alert(content, speech)


def _setting_up(
    content: Activation | ApplicationForm, location: str, speech: Language, base_url: str
) -> Words:
    context = (
        activation_texts.activation(content, location, speech.say, base_url)
        if isinstance(content, Activation)
        else activation_texts.application(content, location, speech.say, base_url)
    )
    return Words(subject=context["subject"], context=context)


def _security_change(
    content: SecurityChange, sender: Sender, speech: Language, base_url: str
) -> Words:
    when = speech.moment(content.at, sender.time_zone)
    context = security_texts.change(content, when, speech.say, base_url)
    return Words(subject=context["title"], context=context)


def _receipt(receipt: Receipt, sender: Sender, speech: Language, base_url: str) -> Words:
    _ = speech.say
    facts = [
        (_("Receipt"), receipt.receipt_number),
        (_("Control number"), receipt.control_number),
        (_("Date"), speech.moment(receipt.received_at, sender.time_zone)),
        (_("Location"), sender.location),
        (_("Customer"), receipt.customer),
        (_("Order"), receipt.order_number),
        (_("Payment method"), _("Credit card")),
        (_("Card"), _card(receipt, speech)),
        (_("Authorization code"), receipt.authorization_code),
        (_("Transaction"), receipt.transaction_id),
    ]
    rows = _rows(receipt.lines, receipt.tax_cents, receipt.currency, speech)
    if not rows:
        rows.append(Row(label=_("Payment"), cents=receipt.amount_cents))
    if receipt.fee_cents:
        rows.append(Row(label=_fee_label(receipt, speech), cents=receipt.fee_cents))
    left_out = _(
        "No card surcharge was charged: the card processor leaves it out on debit and prepaid "
        "cards."
    )
    return Words(
        subject=_("Receipt %(number)s", number=receipt.receipt_number),
        context={
            "facts": [(name, value) for name, value in facts if value],
            "rows": rows,
            "total": Row(label=_("Total charged"), cents=receipt.charged_cents),
            "note": left_out if receipt.surcharge_bp and not receipt.fee_cents else "",
            "currency": receipt.currency,
            "href": _link(base_url, receipt.order_path),
        },
    )


def _fee_label(receipt: Receipt, speech: Language) -> str:
    if not receipt.surcharge_bp:
        return speech.say("Card fee")
    return speech.say("Card surcharge, %(rate)s", rate=f"{format_plain(receipt.surcharge_bp)} %")


def _checkout(notice: CheckoutNotice, speech: Language, base_url: str) -> Words:
    _ = speech.say
    facts = [
        (_("Order"), notice.order_number),
        (_("Customer"), notice.customer),
        (_("Your PO number"), notice.customer_po),
        (_("Ship date"), speech.day(notice.ship_date)),
    ]
    return Words(
        subject=_("We have your order %(number)s", number=notice.order_number),
        context={
            "facts": [(name, value) for name, value in facts if value],
            "rows": _rows(notice.lines, notice.tax_cents, notice.currency, speech),
            "total": Row(label=_("Total"), cents=notice.total_cents),
            "currency": notice.currency,
            "href": _link(base_url, notice.order_path),
        },
    )


def _invitation(invitation: Invitation, sender: Sender, speech: Language) -> Words:
    _ = speech.say
    lead = (
        _("You now work with the shop of %(company)s.", company=sender.company)
        if invitation.is_for_staff
        else _("You can now order flowers online from %(company)s.", company=sender.company)
    )
    return Words(
        subject=_("Your login is ready"),
        context={
            "lead": lead,
            "until": _("The link works once, for %(days)s days.", days=invitation.valid_days),
            "href": invitation.link,
        },
    )


def _alert(alert: Alert, speech: Language) -> Words:
    _ = speech.say
    facts = [
        (_("What"), alert.subject_kind),
        (_("Message"), str(alert.message_id)),
        (_("Attempts"), str(alert.attempts)),
        (_("Answer"), alert.error),
    ]
    advice = _(
        "Messages about the same customer wait behind it. Correct what the answer says, then "
        "send it again: in the shop, under Reviews, “Not delivered”."
    )
    if alert.subject_kind == "application":
        advice = _(
            "It is a location's application for card payments. Correct what the answer says, then "
            "send the application form again from the location's page under Settings."
        )
    title = _("A message could not be delivered")
    return Words(
        subject=title,
        context={
            "title": title,
            "lead": _("It was refused five times and waits for you."),
            "facts": facts,
            "advice": advice,
        },
    )


def _payment_end(end: PaymentEnd, sender: Sender, speech: Language, base_url: str) -> Words:
    context = payment_end_texts.payment_end(end, _payment_facts(end, sender, speech), speech.say)
    context["href"] = _link(base_url, end.path)
    subject = speech.say(
        "%(what)s: %(number)s", what=context["title"], number=end.order_number or end.receipt_number
    )
    return Words(subject=subject, context=context)


def _payment_facts(
    shown: Review | PaymentEnd, sender: Sender, speech: Language
) -> list[tuple[str, str]]:
    _ = speech.say
    facts = [
        (_("Amount"), money(shown.amount_cents, shown.currency)),
        (_("Card"), _card(shown, speech)),
        (_("Order"), shown.order_number),
        (_("Receipt") if isinstance(shown, Review) else _("Our number"), shown.receipt_number),
        (_("Location"), sender.location),
        (_("Date"), speech.moment(shown.began_at, sender.time_zone)),
    ]
    return [(name, value) for name, value in facts if value]


def _review(review: Review, sender: Sender, speech: Language, base_url: str) -> Words:
    _ = speech.say
    title, happened, means = _review_texts(review, speech)
    facts = [
        (_("Customer"), review.customer),
        *_payment_facts(review, sender, speech),
        (_("Why"), _sentence(_(review.reason)) if review.reason else ""),
    ]
    return Words(
        subject=_("%(what)s: %(number)s", what=title, number=review.receipt_number),
        context={
            "title": title,
            "happened": happened,
            "means": means,
            "facts": [(name, value) for name, value in facts if value],
            "href": _link(base_url, review.path),
        },
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _review_texts(review: Review, speech: Language) -> tuple[str, str, str]:
    _ = speech.say
    if review.is_in_vain:
        return (
            _("Money was not given back"),
            _("It was to go back to the card, but the card processor refused, or did nothing."),
            _("It lies apart in the books until somebody gives it back or applies it."),
        )
    if review.is_stray:
        return (
            _("Money moved that nobody waits for"),
            _("The card processor moved money for a payment that the shop had given up."),
            _(
                "It lies apart in the books until somebody gives it back or applies it. Where the "
                "order was paid by another charge, the shop gives it back by itself."
            ),
        )
    return (
        _("A payment needs a decision"),
        _("What the card processor says of this payment does not fit what the shop asked for."),
        _(
            "The buyer was told not to pay again, and the order is kept as it is until you have "
            "looked at the evidence and decided."
        ),
    )


def _broken_rule(rule: BrokenRule, speech: Language) -> Words:
    _ = speech.say
    facts = [
        (_("Rule"), _(rule.says)),
        (_("Its name"), rule.invariant),
        (_("How many"), str(rule.count)),
        (_("For example"), ", ".join(rule.examples)),
    ]
    advice = _(
        "The check changed nothing. Give this mail to whoever runs the shop: the manual for "
        "operators says what each rule means and what to do. Until it is mended this mail "
        "comes once a day."
    )
    title = _("The shop's records need a look")
    return Words(
        subject=title,
        context={
            "title": title,
            "lead": _("A check of the shop's own records found something that must not be."),
            "facts": facts,
            "advice": advice,
        },
    )


def _card(shown: Receipt | Review | PaymentEnd, speech: Language) -> str:
    if not shown.last_four:
        return shown.brand
    _ = speech.say
    ending = _("ending in %(digits)s", digits=shown.last_four)
    return f"{shown.brand} {ending}".strip()


def _rows(lines: tuple[Line, ...], tax_cents: int, currency: str, speech: Language) -> list[Row]:
    _ = speech.say
    rows = [
        Row(label=line.description, cents=line.cents, note=_note(line, currency, speech))
        for line in lines
    ]
    if tax_cents:
        rows.append(Row(label=_("Tax"), cents=tax_cents))
    return rows


def _note(line: Line, currency: str, speech: Language) -> str:
    """ "2 boxes, 500 stems at $0.455"."""
    _, ngettext = speech.say, speech.count
    units = line.boxes * line.units_per_box
    boxes = ngettext("%(count)s box", "%(count)s boxes", line.boxes)
    bunched = line.unit_type == "Bunch"
    pieces = (
        ngettext("%(count)s bunch", "%(count)s bunches", units)
        if bunched
        else ngettext("%(count)s stem", "%(count)s stems", units)
    )
    price = unit_price(line.price_e4, currency)
    return _("%(boxes)s, %(pieces)s at %(price)s", boxes=boxes, pieces=pieces, price=price)


def _link(base_url: str, path: str) -> str:
    return f"{base_url}{path}" if path else ""
