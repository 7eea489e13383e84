"""Saved cards, ready for templates."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from komet_shop.services.saved_cards import ShownCard

NEW_CARD = "new"
MARKS = {
    "visa": "visa",
    "mastercard": "mastercard",
    "american express": "amex",
    "amex": "amex",
    "discover": "discover",
}


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A card as pages show it; `brand` names the picture, `brand_name` is read out."""

    id: str
    brand: str
    brand_name: str
    last4: str
    expiry: str
    primary: bool
    expired: bool
    chosen: bool = False
    description: str = ""


def card_views(cards: Sequence[ShownCard], chosen: str = "") -> list[CardView]:
    """All cards, the primary one first. Without a choice the first usable one is chosen."""
    usable = [chosen] if chosen else [card.public_id for card in cards if not card.is_expired]
    return [
        CardView(
            id=card.public_id,
            brand=brand_mark(card.brand),
            brand_name=brand_name(card.brand),
            last4=card.last_four,
            expiry=expiry_text(card.expiry),
            primary=card.is_primary,
            expired=card.is_expired,
            chosen=card.public_id == (usable[0] if usable else ""),
        )
        for card in cards
    ]


def brand_mark(brand: str) -> str:
    """The name of the brand's picture."""
    return MARKS.get(brand.lower(), "other")


def brand_name(brand: str) -> str:
    """ "Visa" from whatever the gateway calls it."""
    return brand.title() if brand.isupper() or brand.islower() else brand or _("Card")


def expiry_text(mmyy: str) -> str:
    """ "12/30" from 1230."""
    return f"{mmyy[:2]}/{mmyy[2:]}" if len(mmyy) == 4 else mmyy
