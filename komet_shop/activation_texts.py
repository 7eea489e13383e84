"""Words of the mails about a location's way to cards, and of its application."""

from collections.abc import Callable
from typing import Any

from komet_shop.services.letters import Activation, ApplicationForm
from komet_shop.web.filters import money

Say = Callable[..., str]
CURRENCY = "USD"


def activation(content: Activation, location: str, say: Say, base_url: str) -> dict[str, Any]:
    """Subject and context of the mail about a step: what was done, who does what next."""
    _ = say
    done, following = _texts(content.title, say)[content.step]
    return {
        "subject": _(
            "Card payments at %(location)s: %(done)s", location=location, done=done.rstrip(".")
        ),
        "title": _("Card payments at %(location)s", location=location),
        "done": done,
        "next": following,
        "href": f"{base_url}{content.path}",
    }


def _texts(title: str, _: Say) -> dict[str, tuple[str, str]]:
    return {
        "requested": (
            _("The %(title)s Integration was enabled.", title=title),
            _("Next, somebody of your company fills in the application form."),
        ),
        "applied": (
            _("The application form was sent."),
            _("Next, the specialist gets in touch to agree rates. Write them down here then."),
        ),
        "rates_agreed": (
            _("The rates are agreed."),
            _("Next, enter the keys that %(title)s gives you.", title=title),
        ),
        "keys_entered": (
            _("Keys were entered and tested."),
            _("Next, an administrator presses “Take cards from now on”."),
        ),
        "keys_replaced": (
            _("Keys were replaced and tested."),
            _("There is nothing to do. If you do not know who did this, look at it at once."),
        ),
        "active": (
            _("Cards are taken from now on."),
            _(
                "One step may be left: on the location's page, show card payment to buyers. Then "
                "make a trial payment."
            ),
        ),
        "keys_refused": (
            _(
                "%(title)s refused the keys, or what the card fields gave, in a payment.",
                title=title,
            ),
            _(
                "Nothing was charged. Press “Test connection”. If that passes, make a trial "
                "payment: when it fails, too, the two keys are not of the same terminal, so enter "
                "both again. You get this mail once until the keys are tested or replaced."
            ),
        ),
        "turned_off": (
            _("Card payments were turned off and the keys wiped."),
            _("To begin anew, ask whoever runs the shop."),
        ),
        "reactivated": (
            _("Whoever runs the shop has let you begin anew."),
            _("Next, somebody of your company sends the application form again."),
        ),
    }


def application(content: ApplicationForm, location: str, say: Say, base_url: str) -> dict[str, Any]:
    """Subject and context of the mail to the specialist."""
    _ = say
    given = content.facts
    lines = [
        (_("Legal name"), given["legal_name"]),
        (_("Trade name"), given["trade_name"]),
        (_("Business address"), given["business_address"]),
        (_("Website"), given["website"]),
        (_("Contact"), given["contact_name"]),
        (_("Email"), given["contact_email"]),
        (_("Phone"), given["contact_phone"]),
        (_("Card payments a month"), money(content.monthly_volume_cents, CURRENCY)),
        (_("Average payment"), money(content.average_ticket_cents, CURRENCY)),
        (_("Current processor"), given["current_processor"]),
        (_("Notes"), given["notes"]),
        (_("Address for notifications"), content.webhook_path and base_url + content.webhook_path),
    ]
    return {
        "subject": _(
            "Application for %(title)s: %(location)s", title=content.title, location=location
        ),
        "title": _("Application for %(title)s", title=content.title),
        "lead": _("%(location)s asks to take card payments.", location=location),
        "facts": [(name, value) for name, value in lines if value],
    }
