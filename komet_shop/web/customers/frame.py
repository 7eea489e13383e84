"""What both pages of a customer share: finding it, its tabs, and what the rules say of it."""

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.card_rules import Answer, Channel
from komet_shop.services import customers
from komet_shop.services.customer_rules import Outlook
from komet_shop.services.customers import Found
from komet_shop.web.current import scope, shop
from komet_shop.web.customers.words import channel_name, refusal_text


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One of the customer's pages."""

    label: str
    href: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Whether a card is taken somewhere, and every reason if not."""

    channel: str
    offered: bool
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """A location: what is taken in each channel, and which buttons a buyer sees."""

    location: str
    cells: list[Cell]
    shows_pay: bool
    shows_terms: bool
    note: str


def found(unit: Session, customer_id: str) -> Found:
    """The customer of that name; 404 for one that is not there or not the visitor's."""
    customer = customers.read(unit, scope(), customer_id)
    if customer is None:
        abort(404)
    return customer


def page_parts(customer: Found, *, shown: str) -> dict[str, Any]:
    """For the template: the customer, its tabs, the gateway's name."""
    customer_id = customer.customer.public_id
    pages = ((".show", _("Details")), (".show_advanced", _("Card rules (Setup > Advanced)")))
    return {
        "found": customer,
        "customer": customer.customer,
        "gateway": gateway_title(),
        "tabs": [
            Tab(
                label=label,
                href=url_for(endpoint, customer_id=customer_id),
                active=endpoint == shown,
            )
            for endpoint, label in pages
        ],
    }


def place_rows(outlooks: list[Outlook]) -> list[PlaceRow]:
    """The panel "What this customer sees at checkout and why"."""
    return [
        PlaceRow(
            location=outlook.location,
            cells=[_cell(channel, answer) for channel, answer in outlook.answers.items()],
            shows_pay=outlook.shows_pay,
            shows_terms=outlook.shows_terms,
            note=_note(outlook.answers[Channel.ECOMMERCE]),
        )
        for outlook in outlooks
    ]


def gateway_title() -> str:
    """The name of the payment plugin."""
    return str(shop().gateways.plugin.title)


def _cell(channel: Channel, answer: Answer) -> Cell:
    gateway = gateway_title()
    return Cell(
        channel=channel_name(channel),
        offered=answer.offered,
        reasons=[refusal_text(reason, channel, gateway) for reason in answer.refusals],
    )


def _note(answer: Answer) -> str:
    """What a card that is required means while none can be taken."""
    if answer.offered or not answer.required:
        return ""
    if answer.only_by_card:
        return str(_("A card is required, so the order waits until the gateway answers again."))
    return str(_("A card is required, but none can be taken here, so orders go on terms."))
