"""What can be done about money that nobody waited for, with what each will do."""

from flask import url_for
from flask_babel import gettext as _

from komet_shop.plugin_api import Kind
from komet_shop.services.reviews import Item
from komet_shop.services.stray_previews import Preview, Use
from komet_shop.web.filters import money
from komet_shop.web.reviews.offers import Offer, buyer, checks_out, how_it_goes_back

GIVE_BACK, APPLY = "give_back", "apply"
Texts = tuple[str, tuple[str, ...], str]
"""Title, what will happen, and what stands on the button."""


def offers(item: Item, preview: Preview | None) -> list[Offer]:
    """What can be done about stray money that nobody has decided about."""
    if preview is None:
        return []
    offered = [_give_back(item)] if preview.can_go_back else []
    if preview.use is not Use.NOTHING:
        offered.append(_apply(item, preview))
    return offered


def _give_back(item: Item) -> Offer:
    amount = money(item.amount_cents, item.currency)
    is_hold = item.kind is Kind.AUTHORIZE
    how = _("The bank holds it no longer.") if is_hold else how_it_goes_back()
    return Offer(
        name=GIVE_BACK,
        action=url_for("reviews.give_back", operation_id=item.public_id),
        title=_("Release it") if is_hold else _("Give it back"),
        points=(
            how,
            _("Nothing is booked for the customer, and orders stay as they are."),
            _("%(name)s gets a mail when that is done.", name=buyer(item)),
            _("Without an answer the shop keeps asking: nothing is sent twice."),
        ),
        button=_("Release %(amount)s", amount=amount)
        if is_hold
        else _("Give %(amount)s back", amount=amount),
        is_likely=True,
    )


def _apply(item: Item, preview: Preview) -> Offer:
    title, points, button = _USES[preview.use](item, preview)
    return Offer(
        name=APPLY,
        action=url_for("reviews.apply", operation_id=item.public_id),
        title=title,
        points=points,
        button=button,
    )


def _to_order(item: Item, preview: Preview) -> Texts:
    number = preview.order_number
    return (
        _("Pay order %(number)s with it", number=number),
        (
            _("Order %(number)s is paid, as if the payment had been known in time.", number=number),
            *(point for point in (checks_out(item),) if point),
            _("Komet is told, and the customer gets the receipt by mail."),
        ),
        _("Pay order %(number)s", number=number),
    )


def _to_hold(item: Item, preview: Preview) -> Texts:
    number = preview.order_number
    return (
        _("Hold it for order %(number)s", number=number),
        (
            _("The money can be taken when the order ships."),
            *(point for point in (checks_out(item),) if point),
        ),
        _("Hold it for order %(number)s", number=number),
    )


def _to_credit(item: Item, _preview: Preview) -> Texts:
    return (
        _("Keep it as a credit of the customer"),
        (
            _(
                "%(customer)s has %(amount)s to use later. The order stays as it is.",
                customer=item.customer,
                amount=money(item.amount_cents, item.currency),
            ),
            _("Enter the credit in Komet by hand as well: Komet takes none from the shop."),
            _("%(name)s gets a mail about the credit.", name=buyer(item)),
        ),
        _("Keep it as a credit"),
    )


def _to_returned(_item: Item, _preview: Preview) -> Texts:
    return (
        _("Book it as given back"),
        (
            _("What the payment had paid is owed again."),
            _("Enter it in Komet by hand as well: Komet takes no refunds from the shop."),
        ),
        _("Book it as given back"),
    )


def _to_charge(item: Item, _preview: Preview) -> Texts:
    return (
        _("The customer owes it again"),
        (
            _(
                "%(customer)s got %(amount)s back and owes it again.",
                customer=item.customer,
                amount=money(item.amount_cents, item.currency),
            ),
            _("Enter the charge in Komet by hand as well."),
        ),
        _("Charge it to the customer's account"),
    )


def _to_released(_item: Item, _preview: Preview) -> Texts:
    return (
        _("Book the hold as released"),
        (_("The bank holds nothing any more, and nothing can be taken."),),
        _("Book it as released"),
    )


_USES = {
    Use.ORDER: _to_order,
    Use.HOLD: _to_hold,
    Use.OPEN_CREDIT: _to_credit,
    Use.RETURNED: _to_returned,
    Use.PART_RETURNED: _to_charge,
    Use.CHARGE: _to_charge,
    Use.RELEASED: _to_released,
}
