"""What a person may do about a payment now, and what each of it will do, said before."""

from dataclasses import dataclass

from flask_babel import gettext as _

from komet_shop.services.reviews import Item


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One thing to do. `is_likely`: the gateway's last answer speaks for it, or `against` it.

    `must_fail`: that answer forbids it, so there is no button.
    """

    name: str
    action: str
    title: str
    points: tuple[str, ...]
    button: str
    outcome: str = ""
    is_likely: bool = False
    against: str = ""
    must_fail: bool = False
    names_transaction: bool = False


def checks_out(item: Item) -> str:
    """For a charge whose order is still a cart."""
    if item.order_state != "draft" or not item.is_charge:
        return ""
    return str(_("Order %(number)s goes to its salesperson.", number=item.order_number))


def how_it_goes_back() -> str:
    """For money that came in."""
    return str(
        _(
            "The charge is cancelled at the card processor, so that it never stands on the card's "
            "statement. If it is too late for that, the amount is refunded to the card instead."
        )
    )


def buyer(item: Item) -> str:
    """Who gets the mail about a payment's end."""
    return item.buyer or str(_("The buyer"))
