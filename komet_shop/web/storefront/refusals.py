"""Why a cart stayed as it is, in words: what happened and what to do."""

from flask_babel import gettext as _
from flask_babel import ngettext

from komet_shop.services import carts
from komet_shop.services.carts import CartRefused


def words_for(refusal: CartRefused) -> str:
    """What a buyer reads. A refusal nobody foresaw says that nothing changed."""
    if isinstance(refusal, carts.NotEnoughBoxes):
        return _not_enough(refusal.left)
    texts = {
        carts.NoSuchOffer: _("This is no longer on offer for your ship date. Nothing was added."),
        carts.CartHeld: _(
            "A payment for this cart is being confirmed, so it cannot change right now. "
            "Its page tells you how it ends."
        ),
        carts.NoShipDate: _("Orders for that day are closed. Choose a later ship date."),
        carts.NoSuchCart: _("That is not in your cart any more. This is your cart now."),
        carts.OrdersStopped: _(
            "Your account is on hold, so we cannot take new orders. Please call your salesperson."
        ),
        carts.TooManyBoxes: _("Give a number of boxes from 1 to %(most)d.", most=carts.MOST_BOXES),
    }
    return str(texts.get(type(refusal), _("Your cart was not changed. Please try again.")))


def _not_enough(left: int) -> str:
    if left == 0:
        return str(_("Somebody was faster: no box of this is left. Nothing was added."))
    more = ngettext(
        "Only %(num)d more box of this is left. Your cart was not changed.",
        "Only %(num)d more boxes of this are left. Your cart was not changed.",
        left,
    )
    return str(more)
