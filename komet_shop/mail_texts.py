"""Words and figures of each mail: what its template shows, in the reader's language."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_name
from babel.support import NullTranslations, Translations

from komet_shop.services.letters import (
    Alert,
    CheckoutNotice,
    Letter,
    Line,
    Receipt,
    Reset,
    Sender,
)
from komet_shop.web.filters import unit_price

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

    def count(self, one: str, many: str, number: int) -> str:
        """A text that depends on a number."""
        return self.texts.ngettext(one, many, number) % {"num": number}

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
    return _alert(content, speech)


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
        rows.append(Row(label=_("Card fee"), cents=receipt.fee_cents))
    return Words(
        subject=_("Receipt %(number)s", number=receipt.receipt_number),
        context={
            "facts": [(name, value) for name, value in facts if value],
            "rows": rows,
            "total": Row(label=_("Total charged"), cents=receipt.charged_cents),
            "currency": receipt.currency,
            "href": _link(base_url, receipt.order_path),
        },
    )


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


def _alert(alert: Alert, speech: Language) -> Words:
    _ = speech.say
    facts = [
        (_("What"), alert.subject_kind),
        (_("Message"), str(alert.message_id)),
        (_("Attempts"), str(alert.attempts)),
        (_("Answer"), alert.error),
    ]
    return Words(subject=_("A message could not be delivered"), context={"facts": facts})


def _card(receipt: Receipt, speech: Language) -> str:
    if not receipt.last_four:
        return receipt.brand
    _ = speech.say
    ending = _("ending in %(digits)s", digits=receipt.last_four)
    return f"{receipt.brand} {ending}".strip()


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
    boxes = ngettext("%(num)d box", "%(num)d boxes", line.boxes)
    bunched = line.unit_type == "Bunch"
    pieces = (
        ngettext("%(num)d bunch", "%(num)d bunches", units)
        if bunched
        else ngettext("%(num)d stem", "%(num)d stems", units)
    )
    price = unit_price(line.price_e4, currency)
    return _("%(boxes)s, %(pieces)s at %(price)s", boxes=boxes, pieces=pieces, price=price)


def _link(base_url: str, path: str) -> str:
    return f"{base_url}{path}" if path else ""
